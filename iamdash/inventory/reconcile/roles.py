"""IAM roles: the rows agree with a complete listing, and the ledger keeps each new RoleLastUsed."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from iamdash.aws.snapshot import DescribedRole, ListedRole, Listing
from iamdash.inventory.findings import Changes, Findings
from iamdash.inventory.reconcile.differ import Changed, change, compare, enumerated, portions, save, save_columns
from iamdash.inventory.reconcile.policies import described
from iamdash.models import Event, IamRole, Replacement, RoleUse, bulk

A_DAY = timedelta(days=1)
TRUST = ("trust_policy", "trust_policy_text")
WORDS = {
    "role_name": "name",
    "path": "path",
    "tags": "tags",
    "attached_policies": "attached policies",
    "inline_policies": "inline policies",
    "permissions_boundary": "permissions boundary",
    "instance_profiles": "instance profiles",
}


def reconcile_roles(listing: Listing, findings: Findings) -> Changes:
    """Create and update IAM roles; one that a complete listing does not hold is gone."""
    changes = Changes()
    ours = own_role_name(findings)
    for some in portions(listing.roles):
        changes.add(_reconcile_some(some, ours, listing, findings))
    changes.add(_end_missing(listing, findings))
    return changes


def _reconcile_some(some: Sequence[ListedRole], ours: str, listing: Listing, findings: Findings) -> Changes:
    known = IamRole.objects.filter(
        aws_account_id=findings.account_id, unique_id__in=bulk.among_texts(listed.unique_id for listed in some)
    )
    rows = {row.unique_id: row for row in known}
    answers = {
        listed.unique_id: _values(listed, rows.get(listed.unique_id), listing, is_ours=listed.role_name == ours)
        for listed in some
    }
    changed, unknown = compare(rows, answers)
    for each in changed:
        if any(name in each.before for name in TRUST):
            each.before.update(change(each.row, {"trust_read_at": _as_old_as(listing)}))
    save(changed)
    new = [
        bulk.unsaved(
            IamRole, aws_account_id=findings.account_id, unique_id=key, first_seen_at=listing.read_at, **answers[key]
        )
        for key in unknown
    ]
    bulk.insert(new)
    _keep_uses([*(each.row for each in changed if "last_used_at" in each.before), *new], listing)
    return Changes(
        created=len(new),
        updated=len(changed),
        events=[
            *(_line("found", f"IAM role {row.role_name} found.", row, listing, findings) for row in new),
            *(event for each in changed for event in _told(each, listing, findings)),
        ],
        iam_user_ids=replaced_by(Q(iam_role__in=[each.row for each in changed])) if changed else set(),
    )


def _end_missing(listing: Listing, findings: Findings) -> Changes:
    ours = IamRole.objects.filter(aws_account_id=findings.account_id, gone_at=None)
    missing = set(ours.values_list("unique_id", flat=True)) - {listed.unique_id for listed in listing.roles}
    gone = list(ours.filter(unique_id__in=missing)) if missing else []
    for row in gone:
        row.gone_at = listing.read_at
    save_columns(gone, ["gone_at"])
    return Changes(
        gone=len(gone),
        events=[_line("gone", f"IAM role {row.role_name} is gone.", row, listing, findings) for row in gone],
        iam_user_ids=replaced_by(Q(iam_role__in=gone)) if gone else set(),
    )


def reconcile_described_role(answer: DescribedRole, findings: Findings) -> Changes:
    """Take in what iam:GetRole says of a known role, unless something newer has been read of who may assume it."""
    row = IamRole.objects.filter(
        aws_account_id=findings.account_id, unique_id=answer.unique_id, gone_at=None, role_name=answer.role_name
    ).first()
    if row is None or (row.trust_read_at is not None and row.trust_read_at >= answer.read_at):
        return Changes()
    values: dict[str, Any] = {
        "trust_policy": answer.trust_policy,
        "trust_policy_text": answer.trust_policy_text,
        "trust_read_at": answer.read_at,
    }
    if answer.last_used_at and (row.last_used_at is None or answer.last_used_at > row.last_used_at):
        values |= {"last_used_at": answer.last_used_at, "last_used_region": answer.last_used_region}
    changed = Changed(row, change(row, values))
    save([changed])
    if "last_used_at" in changed.before:
        _keep_uses([row], answer)
    return Changes(
        updated=1 if set(changed.before) - {"trust_read_at"} else 0,
        events=_told(changed, answer, findings),
        iam_user_ids=replaced_by(Q(iam_role=row)),
    )


def _as_old_as(listing: Listing) -> datetime:
    """Return how old what a listing says of one role may be: as its first page."""
    return listing.began_at or listing.read_at


def replaced_by(iam_roles: Q) -> set[int]:
    """Return the IAM users whose replacement is one of these roles (a condition on `Replacement`)."""
    return set(Replacement.objects.filter(iam_roles, unlinked_at=None).values_list("candidate__iam_user", flat=True))


def own_role_name(findings: Findings) -> str:
    """Return the name of the role that this run reads with, "" where it reads with none.

    The caller's ARN is `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION` (STS API, GetCallerIdentity).
    """
    resource = (findings.identity.arn if findings.identity else "").rpartition(":")[2].split("/")
    return resource[1] if resource[0] == "assumed-role" and len(resource) == 3 else ""


def _values(listed: ListedRole, row: IamRole | None, listing: Listing, *, is_ours: bool) -> dict[str, Any]:
    values = described(listed) | {
        "role_name": listed.role_name,
        "instance_profiles": sorted(listed.instance_profiles),
        "gone_at": None,
    }
    # iam:GetRole may have been asked while the pages of the listing were read.
    if row is None or row.trust_read_at is None or row.trust_read_at <= _as_old_as(listing):
        values |= {"trust_policy": listed.trust_policy, "trust_policy_text": listed.trust_policy_text}
    # Reading is a use: the role that iamdash reads with would change in every sync, which is worth one row a day.
    patience = A_DAY if is_ours else timedelta()
    # AWS forgets a use after 400 days (IAM API, "RoleLastUsed"); we do not, and a use is never taken back.
    known_at = row.last_used_at if row else None
    if listed.last_used_at and (known_at is None or listed.last_used_at > known_at + patience):
        values |= {"last_used_at": listed.last_used_at, "last_used_region": listed.last_used_region}
    return values


def _keep_uses(rows: Collection[IamRole], listing: Listing | DescribedRole) -> None:
    bulk.insert_unknown(
        [
            bulk.unsaved(
                RoleUse,
                iam_role=row,
                last_used_at=row.last_used_at,
                last_used_region=row.last_used_region,
                as_of=listing.read_at,
            )
            for row in rows
            if row.last_used_at
        ]
    )


def _told(changed: Changed, listing: Listing | DescribedRole, findings: Findings) -> list[Event]:
    row, before = changed
    told = []
    if "gone_at" in before:
        told.append(_line("seen_again", f"IAM role {row.role_name} is there again.", row, listing, findings))
    if any(name in before for name in TRUST):
        told.append(
            _line(
                "trust_changed",
                f"Changed on IAM role {row.role_name}: who may assume it.",
                row,
                listing,
                findings,
                before={name: before[name] for name in TRUST if name in before},
            )
        )
    if names := [name for name in WORDS if name in before]:
        words = f"Changed on IAM role {row.role_name}: {enumerated(WORDS[name] for name in names)}."
        told.append(_line("changed", words, row, listing, findings, before={name: before[name] for name in names}))
    return told


def _line(
    kind: str,
    sentence: str,
    row: IamRole,
    listing: Listing | DescribedRole,
    findings: Findings,
    *,
    before: dict[str, Any] | None = None,
) -> Event:
    return findings.line(
        f"iam_role.{kind}",
        sentence,
        at=listing.read_at,
        unique_id=row.unique_id,
        subject=row.role_name,
        before=before,
        after={name: getattr(row, name) for name in before} if before else None,
    )

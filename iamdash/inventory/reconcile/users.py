"""IAM users: the rows agree with a complete listing. Who is missing from it is a question for `gone`."""

from collections.abc import Mapping, Sequence
from typing import Any

from iamdash.aws.snapshot import ListedUser, Listing
from iamdash.inventory.findings import Changes, Findings
from iamdash.inventory.reconcile.differ import Changed, compare, enumerated, portions, save
from iamdash.inventory.reconcile.gone import seen_again
from iamdash.inventory.reconcile.policies import described
from iamdash.models import Event, IamUser, bulk

# What AWS may change about an IAM user besides its name, in words.
WORDS = {
    "path": "path",
    "tags": "tags",
    "groups": "groups",
    "attached_policies": "attached policies",
    "inline_policies": "inline policies",
    "permissions_boundary": "permissions boundary",
}


def reconcile_users(listing: Listing, findings: Findings) -> Changes:
    """Create, update and rename IAM users; one that was thought gone and is listed is there again."""
    earlier = _earlier(listing, findings)
    changes = Changes()
    for some in portions(listing.users):
        changes.add(_reconcile_some(some, earlier, listing, findings))
    return changes


def _reconcile_some(
    some: Sequence[ListedUser], earlier: Mapping[str, IamUser], listing: Listing, findings: Findings
) -> Changes:
    answers = {listed.unique_id: _values(listed) for listed in some}
    known = IamUser.objects.filter(aws_account_id=findings.account_id, unique_id__in=bulk.among_texts(answers))
    rows = {row.unique_id: row for row in known}
    changes = seen_again(list(rows.values()), listing.read_at, findings)
    changed, unknown = compare(rows, answers)
    save(changed)
    changes.updated += len(changed)
    changes.iam_user_ids |= {each.row.pk for each in changed}
    changes.events += [event for each in changed for event in _told(each, listing, findings)]
    new = [
        bulk.unsaved(
            IamUser, aws_account_id=findings.account_id, unique_id=key, first_seen_at=listing.read_at, **answers[key]
        )
        for key in unknown
    ]
    changes.add(_create(new, earlier, listing, findings))
    return changes


def _earlier(listing: Listing, findings: Findings) -> dict[str, IamUser]:
    """Return by name, in small letters, who is not listed any more and had it before; of several, the newest.

    IAM user names are unique in an account whatever their capitals (IAM User Guide, "IAM identifiers").
    """
    ours = IamUser.objects.filter(aws_account_id=findings.account_id)
    missing = set(ours.values_list("unique_id", flat=True)) - {listed.unique_id for listed in listing.users}
    return {row.user_name.lower(): row for row in ours.filter(unique_id__in=missing).order_by("created_at")}


def _values(listed: ListedUser) -> dict[str, Any]:
    return described(listed) | {"user_name": listed.user_name, "groups": sorted(listed.groups)}


def _told(changed: Changed, listing: Listing, findings: Findings) -> list[Event]:
    row, before = changed
    told = []
    if "user_name" in before:
        told.append(
            findings.user_line(
                "iam_user.renamed",
                f"IAM user {before['user_name']} is now called {row.user_name}.",
                row,
                at=listing.read_at,
                before={"user_name": before["user_name"]},
                after={"user_name": row.user_name},
            )
        )
    if names := [name for name in WORDS if name in before]:
        told.append(
            findings.user_line(
                "iam_user.changed",
                f"Changed on IAM user {row.user_name}: {enumerated(WORDS[name] for name in names)}.",
                row,
                at=listing.read_at,
                before={name: before[name] for name in names},
                after={name: getattr(row, name) for name in names},
            )
        )
    return told


def _create(new: list[IamUser], earlier: Mapping[str, IamUser], listing: Listing, findings: Findings) -> Changes:
    for row in new:
        row.predecessor = earlier.get(row.user_name.lower())
    bulk.insert(new)
    # Nothing is known of their keys yet, so none of them can be a candidate yet: there is nothing to assess.
    return Changes(created=len(new), events=[_found(row, listing, findings) for row in new])


def _found(row: IamUser, listing: Listing, findings: Findings) -> Event:
    if row.predecessor is None:
        sentence = f"IAM user {row.user_name} found."
        return findings.user_line("iam_user.found", sentence, row, at=listing.read_at)
    return findings.user_line(
        "iam_user.recreated",
        f"IAM user {row.user_name} was created again: same name, another unique ID.",
        row,
        at=listing.read_at,
        before={"unique_id": row.predecessor.unique_id},
        after={"unique_id": row.unique_id},
    )

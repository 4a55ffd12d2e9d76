"""Link and unlink the IAM role which takes over from an IAM user. Many to many, known by the role's unique ID."""

from datetime import datetime

from django.db import transaction

from iamdash.candidates.actions.change import finish, locked, require
from iamdash.candidates.actions.errors import Refused
from iamdash.models import AccessLevel, Candidate, IamRole, Person, Replacement


@transaction.atomic
def link_role(*, candidate: Candidate, iam_role: IamRole, by: Person, now: datetime) -> Replacement:
    """Say that this role takes over, in whatever account it is. Return the link; linking it again changes nothing.

    Raises NotPermitted, and Refused where AWS no longer holds the role.
    """
    require(by, AccessLevel.ENGINEER, "link a role")
    iam_role = _locked_role(iam_role)
    sharing = _iam_users_sharing(iam_role)
    fresh = locked(candidate, affected=sharing)
    standing_link = fresh.replacements.filter(iam_role=iam_role, unlinked_at=None).first()
    if standing_link:
        return standing_link
    if iam_role.gone_at:
        raise Refused(f"The role {iam_role} is gone from AWS. Link one that exists, or make it and sync its account.")
    link = Replacement.objects.create(candidate=fresh, iam_role=iam_role, linked_at=now, linked_by=by)
    finish(
        fresh,
        by=by,
        now=now,
        kind="candidate.role_linked",
        sentence=f"{by} linked the role {iam_role} as replacement.",
        after=_as_json(iam_role),
        affected=sharing,
    )
    return link


@transaction.atomic
def unlink_role(*, candidate: Candidate, replacement: Replacement, by: Person, now: datetime) -> None:
    """Take a replacement role back; the link stays in the records. Doing it again changes nothing.

    Raises NotPermitted, and Refused where the link belongs to another candidate.
    """
    require(by, AccessLevel.ENGINEER, "unlink a role")
    iam_role = _locked_role(replacement.iam_role)
    sharing = _iam_users_sharing(iam_role)
    fresh = locked(candidate, affected=sharing)
    link = fresh.replacements.filter(pk=replacement.pk).first()
    if link is None:
        raise Refused("That role is not linked to this candidate.")
    if link.unlinked_at:
        return
    link.unlinked_at, link.unlinked_by = now, by
    link.save(update_fields=["unlinked_at", "unlinked_by"])
    finish(
        fresh,
        by=by,
        now=now,
        kind="candidate.role_unlinked",
        sentence=f"{by} unlinked the role {iam_role}.",
        before=_as_json(iam_role),
        affected=sharing,
    )


def _locked_role(iam_role: IamRole) -> IamRole:
    """Return the role as it is now; nobody else links or unlinks it until the transaction ends."""
    return IamRole.objects.select_for_update(no_key=True).get(pk=iam_role.pk)


def _iam_users_sharing(iam_role: IamRole) -> list[int]:
    """Return the IAM users which this role is to replace: how many share it is a fact about each of them."""
    links = Replacement.objects.filter(iam_role=iam_role, unlinked_at=None)
    return list(links.values_list("candidate__iam_user", flat=True))


def _as_json(iam_role: IamRole) -> dict[str, str]:
    return {"arn": iam_role.arn, "unique_id": iam_role.unique_id}

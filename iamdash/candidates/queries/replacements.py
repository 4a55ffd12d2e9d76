"""The IAM roles that people linked as the replacement of one IAM user."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from iamdash.candidates.queries.role_trust import RoleTrust, trust_of
from iamdash.models import Candidate, Replacement


@dataclass(frozen=True, slots=True)
class ReplacementRow:
    """One linked role. `link` is the number that unlinking sends; `other_account` names one that is elsewhere.

    `last_used_at` None: AWS has no use on record in its 400 days. `shared_with`: other candidates linked to it.
    """

    link: int
    role_name: str
    arn: str
    other_account: str
    trust: RoleTrust
    last_used_at: datetime | None
    last_used_region: str
    linked_by: str
    linked_at: datetime
    shared_with: int
    gone_at: datetime | None


def replacement_rows(candidate: Candidate) -> tuple[ReplacementRow, ...]:
    """Return the roles linked now, the first linked first. Two queries."""
    others = Q(iam_role__replacements__unlinked_at=None) & ~Q(iam_role__replacements__candidate=candidate)
    links = (
        Replacement.objects.filter(candidate=candidate, unlinked_at=None)
        .select_related("iam_role__aws_account", "linked_by")
        .annotate(shared_with=Count("iam_role__replacements", filter=others))
        .order_by("linked_at", "pk")
    )
    trust = trust_of(link.iam_role for link in links)
    home = candidate.iam_user.aws_account_id
    return tuple(_row(link, link.shared_with, home, trust[link.iam_role_id]) for link in links)


def _row(link: Replacement, shared_with: int, home: str, trust: RoleTrust) -> ReplacementRow:
    iam_role = link.iam_role
    return ReplacementRow(
        link=link.pk,
        role_name=iam_role.role_name,
        arn=iam_role.arn,
        other_account="" if iam_role.aws_account_id == home else iam_role.aws_account.name,
        trust=trust,
        last_used_at=iam_role.last_used_at,
        last_used_region=iam_role.last_used_region,
        linked_by=str(link.linked_by),
        linked_at=link.linked_at,
        shared_with=shared_with,
        gone_at=iam_role.gone_at,
    )

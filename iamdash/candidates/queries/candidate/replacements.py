"""The IAM roles that people linked as the replacement of one IAM user."""

from dataclasses import dataclass
from datetime import datetime

from iamdash.candidates.queries.candidate.role_trust import RoleTrust, trust_of
from iamdash.models import IamUser
from iamdash.standing.replacements import Link, Links


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


def replacement_rows(iam_user: IamUser, links: Links) -> tuple[ReplacementRow, ...]:
    """Return the roles linked now, the first linked first."""
    linked = links.by_iam_user[iam_user.pk]
    trust = trust_of([link.row.iam_role for link in linked], links.associations)
    return tuple(_row(link, iam_user.aws_account_id, trust[link.row.iam_role_id]) for link in linked)


def _row(link: Link, home: str, trust: RoleTrust) -> ReplacementRow:
    iam_role = link.row.iam_role
    return ReplacementRow(
        link=link.row.pk,
        role_name=iam_role.role_name,
        arn=iam_role.arn,
        other_account="" if iam_role.aws_account_id == home else iam_role.aws_account.name,
        trust=trust,
        last_used_at=iam_role.last_used_at,
        last_used_region=iam_role.last_used_region,
        linked_by=str(link.row.linked_by),
        linked_at=link.row.linked_at,
        shared_with=link.shared_with,
        gone_at=iam_role.gone_at,
    )

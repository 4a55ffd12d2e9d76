"""Who needs someone: reopened, or too long in one stage."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from iamdash.candidates.queries.frame import behind
from iamdash.candidates.queries.overview.scope import Scope
from iamdash.models import Standing
from iamdash.rules.stage import Stage

MOST = 5


@dataclass(frozen=True, slots=True)
class NeedsSomeone:
    """A candidate that was reopened, or has been in its stage for too long.

    `as_of`: its account was not read since, for too long.
    """

    number: int
    user_name: str
    owner: str
    stage: Stage
    stage_since: datetime
    reopened_at: datetime | None
    as_of: datetime | None


def needs_someone(scope: Scope, *, now: datetime) -> tuple[NeedsSomeone, ...]:
    """Return who was reopened, the newest first, and then who has been stuck longest."""
    iam_user = "candidate__iam_user__"
    rows = (
        Standing.objects.filter(Q(reopened_at__isnull=False) | Q(stuck_from__lte=now), scope.standings(), is_open=True)
        .order_by(F("reopened_at").desc(nulls_last=True), "stuck_from", "pk")
        .values_list(
            *("pk", f"{iam_user}user_name", f"{iam_user}aws_account"),
            *("owner_team__name", "stage", "stage_since", "reopened_at"),
        )[:MOST]
    )
    read_at = behind(now=now)
    return tuple(
        NeedsSomeone(
            number, user_name, team or "No owner yet", Stage(stage), since, reopened_at, read_at.get(account_id)
        )
        for number, user_name, account_id, team, stage, since, reopened_at in rows
    )

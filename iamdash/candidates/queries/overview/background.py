"""What an overview needs to know beside its candidates: limits of the programme, and since when there is anything."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, DurationField, Exists, Func, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from iamdash.candidates.queries.counts import values_at_once
from iamdash.candidates.queries.overview.scope import Scope
from iamdash.models import AccessKey, Candidate, DailyCount, Programme
from iamdash.rules.keys import ACTIVE

LIMITS = ("target_date", "stuck_days", "claim_warning_days")


@dataclass(frozen=True, slots=True)
class Background:
    """The limits of the programme; when the first candidate of the scope came up; which daily count is the newest.

    `other_active_keys`: active keys of IAM users that are no candidates (yet), which the accounts page counts too.
    """

    target_date: date | None
    stuck_days: int
    claim_warning_days: int
    first_at: datetime | None
    newest_count: int | None
    other_active_keys: int


def background(scope: Scope, *, now: datetime) -> Background:
    """Return the background of a scope. One query."""
    programme = Programme.objects.filter(pk=1)
    queries: dict[str, QuerySet[Any, Any]] = {
        **{name: programme.values(name) for name in LIMITS},
        "first_at": Candidate.objects.filter(scope.standings("standing__")).order_by("opened_at").values("opened_at"),
        "newest_count": DailyCount.objects.order_by("-pk").values("pk"),
        "other_active_keys": _other_active_keys(scope, now),
    }
    # Where nothing was found: the limits that a new programme has, and no key.
    usual: dict[str, Any] = {name: getattr(Programme(), name) for name in LIMITS} | {"other_active_keys": 0}
    found = {name: value for name, value in values_at_once(queries).items() if value is not None or name not in usual}
    return Background(**(usual | found))


def _other_active_keys(scope: Scope, now: datetime) -> QuerySet[AccessKey, Any]:
    """Return how many active keys belong to IAM users that are no candidates; those of teams are candidates, all.

    A key that was too old would have made its IAM user one, so only the young have to be looked through.
    """
    limit = Coalesce(Subquery(Programme.objects.filter(pk=1).values("long_lived_days")), Programme().long_lived_days)
    days = Func(limit, template="(1 + %(expressions)s) * interval '1 day'", output_field=DurationField())
    young = AccessKey.objects.filter(status=ACTIVE, gone_at=None, created_at__gt=Value(now) - days)
    is_candidate = Exists(Candidate.objects.filter(iam_user=OuterRef("iam_user")))
    others = young.filter(~is_candidate, iam_user__aws_account__removed_at=None)
    if scope.team_slugs is not None:
        others = others.none()
    elif scope.account_id:
        others = others.filter(iam_user__aws_account=scope.account_id)
    return others.order_by().values("status").annotate(number=Count("pk")).values("number")

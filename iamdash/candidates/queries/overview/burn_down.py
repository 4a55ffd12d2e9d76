"""Keys remaining: one count a day behind us, and what was retired and what arrived in each of the last weeks."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    DateTimeField,
    F,
    Func,
    IntegerField,
    Q,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Greatest, TruncDate

from iamdash.candidates.queries.compiled import Compiled, compiled
from iamdash.candidates.queries.overview.scope import Limits, Scope
from iamdash.models import AccessKey, DailyCount
from iamdash.models.question import Given
from iamdash.rules.forecast import Week
from iamdash.rules.keys import ACTIVE
from iamdash.rules.stage import Stage

MOST_WEEKS = 12
# Scopes whose past a process remembers: every team and account of a large organisation.
MOST_REMEMBERED = 2048
LEFT = ~Q(stage=Stage.DELETED)
STANDING = "iam_user__candidate__standing__"
SINCE, UNTIL = Given("since", DateField()), Given("until", DateField())
DAYS = RawSQL("SELECT unnest(%s::date[])", [Given("days", DateField())])
# When a key ceased to be active as far as we saw it: the day it was no longer Active, or, if it was to the last, the
# day it was gone.
ENDED_AT = Case(
    When(status=ACTIVE, then=F("gone_at")), default=F("status_changed_at"), output_field=DateTimeField(null=True)
)
# It counts from when its IAM user was a candidate.
ARRIVED_AT = Greatest("iam_user__candidate__opened_at", "first_seen_at")


@dataclass(frozen=True, slots=True)
class DayCount:
    """What was left on a day: active keys, IAM users, and those of them without an owner.

    `invented`: made up for the demo.
    """

    day: date
    active_keys: int
    iam_users: int
    unclaimed: int
    invented: bool = False


def history(scope: Scope, *, today: date, newest: int | None) -> tuple[DayCount, ...]:
    """Return the counts of the last year, one a week up to a week ago. `newest`: the newest daily count, if any.

    A day that is over is counted once: until there is a newer count, the answer stands. One query, once a day.
    """
    return () if newest is None else _history(scope, today, newest)


@lru_cache(maxsize=MOST_REMEMBERED)
def _history(scope: Scope, today: date, _newest: int) -> tuple[DayCount, ...]:
    days = [today - timedelta(weeks=ago) for ago in range(1, 53)]
    return tuple(DayCount(*row) for row in _counts(scope.limits).ask(days=days, **scope.given))


@cache
def _counts(limits: Limits) -> Compiled:
    return compiled(
        DailyCount.objects.filter(limits.counts(), day__in=DAYS)
        .values("day")
        .annotate(
            keys=Sum("active_keys", filter=LEFT, default=0),
            users=Sum("candidates", filter=LEFT, default=0),
            unclaimed=Sum("candidates", filter=LEFT & Q(team_slug=""), default=0),
            made_up=BoolOr("invented"),
        )
        .order_by("day")
    )


def weeks_of(scope: Scope, *, first_at: datetime | None, until: date, newest: int | None) -> tuple[Week, ...]:
    """Return the whole weeks since `first_at`, the oldest first and twelve at most: keys retired and keys arrived.

    A week is seven days up to `until`. What came up on the first day of all was there before: it did not arrive. One
    query, once a day, as for the history.
    """
    known = _known(first_at, until)
    return _weeks(scope, "", known, until, newest).get("", known * (Week(0, 0),)) if known else ()


def weeks_of_each(
    scope: Scope, column: str, values: Iterable[str], *, first_at: datetime | None, until: date, newest: int | None
) -> dict[str, tuple[Week, ...]]:
    """Return the same weeks of each of the `values` that the `column` of a standing has now: "" is none. One query."""
    known = _known(first_at, until)
    found = _weeks(scope, column, known, until, newest) if known else {}
    return {value: found.get(value, known * (Week(0, 0),)) for value in values}


def _known(first_at: datetime | None, until: date) -> int:
    return max(0, min((until - first_at.date()).days // 7, MOST_WEEKS)) if first_at else 0


def _weeks(scope: Scope, column: str, known: int, until: date, newest: int | None) -> Mapping[str, tuple[Week, ...]]:
    if newest is None:
        return _counted_weeks(scope, column, known, until)
    return _remembered_weeks(scope, column, known, until, newest)


@lru_cache(maxsize=MOST_REMEMBERED)
def _remembered_weeks(
    scope: Scope, column: str, known: int, until: date, _newest: int
) -> Mapping[str, tuple[Week, ...]]:
    return _counted_weeks(scope, column, known, until)


def _counted_weeks(scope: Scope, column: str, known: int, until: date) -> dict[str, tuple[Week, ...]]:
    arrived, retired = defaultdict[str, Counter[int]](Counter), defaultdict[str, Counter[int]](Counter)
    asked = _keys(scope.limits, column)
    for share, came, went, keys in asked.ask(since=until - timedelta(weeks=known), until=until, **scope.given):
        arrived[share][came] += keys
        retired[share][went] += keys
    return {
        share: tuple(Week(retired[share][ago], arrived[share][ago]) for ago in reversed(range(known)))
        for share in arrived
    }


@cache
def _keys(limits: Limits, column: str) -> Compiled:
    """Return how many keys each share has by the weeks before `until` in which they came and went, since `since`."""
    share = Coalesce(f"{STANDING}{column}", Value(""), output_field=CharField()) if column else Value("")
    came, went = TruncDate(ARRIVED_AT), TruncDate(ENDED_AT)
    return compiled(
        AccessKey.objects.filter(limits.standings(STANDING), iam_user__candidate__isnull=False)
        .annotate(came=came, went=went)
        .filter(Q(came__gt=SINCE) | Q(went__gt=SINCE), Q(went=None) | Q(went__gte=F("came")))
        .values_list(share, _weeks_ago(came), _weeks_ago(went))
        .annotate(keys=Count("pk"))
        .order_by()
    )


def _weeks_ago(day: TruncDate) -> Func:
    return Func(
        UNTIL, day, template="floor((%(expressions)s) / 7.0)::int", arg_joiner=" - ", output_field=IntegerField()
    )

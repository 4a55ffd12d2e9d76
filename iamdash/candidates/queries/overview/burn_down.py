"""Keys remaining: one count a day behind us, and what was retired and what arrived in each of the last weeks."""

from collections import Counter, defaultdict
from collections.abc import Mapping
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
from django.utils import timezone

from iamdash.candidates.queries.compiled import Compiled, compiled
from iamdash.candidates.queries.overview.scope import Bounds, Scope
from iamdash.models import AccessKey, DailyCount
from iamdash.models.question import Given
from iamdash.rules.keys import ACTIVE
from iamdash.rules.overview.forecast import Week
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


@dataclass(frozen=True, slots=True)
class Weeks:
    """Keys retired and keys arrived in each of the last weeks, the oldest first: of all, and of each share of them."""

    whole: tuple[Week, ...]
    each: Mapping[str, tuple[Week, ...]]

    def of(self, share: str) -> tuple[Week, ...]:
        """Return the weeks of one share; "" is what none has."""
        return self.each.get(share, (Week(0, 0),) * len(self.whole))


def last_whole_day(now: datetime) -> date:
    """Return the day with which weeks end on an overview: those of its sentence, of its numbers and of its line.

    Days are those of settings.TIME_ZONE, as on every page, and as they are counted.
    """
    return timezone.localdate(now) - timedelta(days=1)


def history(scope: Scope, *, until: date, newest: int | None) -> tuple[DayCount, ...]:
    """Return the counts of the year up to `until`, one a week, without its own. `newest`: the newest count, if any.

    A day that is over is counted once: until there is a newer count, the answer stands. One query, once a day.
    """
    return () if newest is None else _history(scope, until, newest)


@lru_cache(maxsize=MOST_REMEMBERED)
def _history(scope: Scope, until: date, _newest: int) -> tuple[DayCount, ...]:
    days = [until - timedelta(weeks=ago) for ago in range(1, 53)]
    return tuple(DayCount(*row) for row in _counts(scope.bounds).ask(days=days, **scope.given))


@cache
def _counts(bounds: Bounds) -> Compiled:
    return compiled(
        DailyCount.objects.filter(bounds.counts(), day__in=DAYS)
        .values("day")
        .annotate(
            keys=Sum("active_keys", filter=LEFT, default=0),
            users=Sum("candidates", filter=LEFT, default=0),
            unclaimed=Sum("candidates", filter=LEFT & Q(team_slug=""), default=0),
            made_up=BoolOr("invented"),
        )
        .order_by("day")
    )


def weeks_of(scope: Scope, column: str = "", *, first_at: datetime | None, until: date, newest: int | None) -> Weeks:
    """Return the whole weeks since `first_at`, shared out by what a `column` of the standings says now.

    A week is seven days up to `until`. What came up on the first day of all was there before: it did not arrive. One
    query, once a day, as for the history.
    """
    known = max(0, min((until - timezone.localdate(first_at)).days // 7, MOST_WEEKS)) if first_at else 0
    if not known:
        return Weeks((), {})
    if newest is None:
        return _counted_weeks(scope, column, known, until)
    return _remembered_weeks(scope, column, known, until, newest)


@lru_cache(maxsize=MOST_REMEMBERED)
def _remembered_weeks(scope: Scope, column: str, known: int, until: date, _newest: int) -> Weeks:
    return _counted_weeks(scope, column, known, until)


def _counted_weeks(scope: Scope, column: str, known: int, until: date) -> Weeks:
    arrived, retired = defaultdict[str, Counter[int]](Counter), defaultdict[str, Counter[int]](Counter)
    asked = _keys(scope.bounds, column)
    for share, came, went, keys in asked.ask(since=until - timedelta(weeks=known), until=until, **scope.given):
        arrived[share][came] += keys
        retired[share][went] += keys
    weeks_ago = range(known - 1, -1, -1)
    each = {share: tuple(Week(retired[share][ago], arrived[share][ago]) for ago in weeks_ago) for share in arrived}
    whole = (
        Week(sum(count[ago] for count in retired.values()), sum(count[ago] for count in arrived.values()))
        for ago in weeks_ago
    )
    return Weeks(tuple(whole), each)


@cache
def _keys(bounds: Bounds, column: str) -> Compiled:
    """Return how many keys each share has by the weeks before `until` in which they came and went, since `since`."""
    share = Coalesce(f"{STANDING}{column}", Value(""), output_field=CharField()) if column else Value("")
    came, went = TruncDate(ARRIVED_AT), TruncDate(ENDED_AT)
    return compiled(
        AccessKey.objects.filter(bounds.standings(STANDING), iam_user__candidate__isnull=False)
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

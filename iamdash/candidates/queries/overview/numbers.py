"""The six numbers of the overview, each the length of the list that it links to, with what changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from iamdash.candidates.queries.counts import exact_counts
from iamdash.candidates.queries.filters import (
    AGES,
    EXCEPTION_ASKED,
    OF_PEOPLE,
    SAFE_TO_DEACTIVATE,
    SAFE_TO_DELETE,
    Viewer,
    claim_lapses_soon,
    of_age,
)
from iamdash.candidates.queries.overview.burn_down import DayCount
from iamdash.candidates.queries.overview.scope import Scope
from iamdash.candidates.queries.overview.shares import Share
from iamdash.models import Standing
from iamdash.rules.stage import Stage

WEEK = timedelta(days=7)
FOUR_WEEKS = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Number:
    """A figure that links to the list which makes it up. `query` is that list's query string.

    `change`: what has changed, in words; `tone`: "down" where that is good, "up" where it is not, "" for neither.
    """

    value: int
    label: str
    query: str
    change: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """Everything that is counted of the candidates in a scope.

    `yours`, `yours_waiting`: what the viewer has claimed, and what of it is stuck, reopened or safe to act on.
    `yours_lapsing`: the viewer's claims that lapse soon.
    `excepted`, `exceptions_asked`: under an exception; asked for one that nobody has decided on.
    `people`: what of the open looks like a person's.
    `ages`: IAM users with an active key by the age of their oldest key, a count for each of AGES.
    """

    open: int
    keys: int
    unclaimed: int
    stuck: int
    newly_stuck: int
    reopened: int
    may_be_deleted: int
    deactivated: int
    new: int
    new_the_week_before: int
    yours: int
    yours_waiting: int
    yours_lapsing: int
    excepted: int
    exceptions_asked: int
    people: int
    ages: tuple[int, ...]


def totals(scope: Scope, whole: Share | None, *, viewer: Viewer, now: datetime) -> Totals:
    """Return the counts of the candidates in `scope` as of `now`. One query.

    `whole`: what was counted already, where the scope is everything; then each other count comes out of its index. Of
    a narrow scope all come out of one pass through what it holds.
    """
    conditions = _conditions(viewer, now)
    by_age = {f"age_{name}": Q(is_open=True) & of_age(name, now=now) for name in AGES}
    if whole is None:
        found = _in_one_pass(Standing.objects.filter(scope.standings()), conditions | by_age, now)
    else:
        deactivated = whole.by_stage[Stage.DEACTIVATED - 1]
        found = {"open": whole.left, "keys": whole.keys, "stuck": whole.stuck, "deactivated": deactivated}
        found |= exact_counts(conditions | by_age)
    return Totals(ages=tuple(found.pop(name) for name in by_age), **found)


def _conditions(viewer: Viewer, now: datetime) -> dict[str, Q]:
    is_open, opened = Q(is_open=True), "candidate__opened_at"
    yours = is_open & Q(owner_person=viewer.person_id)
    waiting = Q(stuck_from__lte=now) | Q(reopened_at__isnull=False) | SAFE_TO_DEACTIVATE | SAFE_TO_DELETE
    return {
        "unclaimed": is_open & Q(owner_team=None),
        "newly_stuck": is_open & Q(stuck_from__lte=now, stuck_from__gt=now - WEEK),
        "reopened": is_open & Q(reopened_at__isnull=False),
        "may_be_deleted": SAFE_TO_DELETE,
        "new": is_open & Q(**{f"{opened}__gt": now - WEEK}),
        "new_the_week_before": is_open & Q(**{f"{opened}__gt": now - 2 * WEEK, f"{opened}__lte": now - WEEK}),
        "yours": yours,
        "yours_waiting": yours & waiting,
        "yours_lapsing": yours & claim_lapses_soon(now),
        "excepted": Q(exception_until__isnull=False),
        "exceptions_asked": EXCEPTION_ASKED,
        "people": OF_PEOPLE,
    }


def _in_one_pass(standings: QuerySet[Standing], conditions: Mapping[str, Q], now: datetime) -> dict[str, int]:
    is_open = Q(is_open=True)
    all_conditions = {
        **conditions,
        "open": is_open,
        "stuck": is_open & Q(stuck_from__lte=now),
        "deactivated": is_open & Q(stage=Stage.DEACTIVATED),
    }
    counts = {name: Count("pk", filter=condition) for name, condition in all_conditions.items()}
    return standings.aggregate(**counts, keys=Sum("active_keys", filter=is_open, default=0))


def numbers(
    found: Totals, past: Mapping[date, DayCount], scope: Scope, *, stuck_days: int, now: datetime
) -> tuple[Number, ...]:
    """Return the six numbers in the order of the page. `past`: the daily counts; a day without one has no change."""
    then, lately = past.get((now - FOUR_WEEKS).date()), past.get((now - WEEK).date())
    return (
        Number(
            found.keys,
            "active keys left",
            scope.list_query("keys=active"),
            *_change(found.keys, then.active_keys if then else None, "in 4 weeks"),
        ),
        Number(
            found.open,
            "IAM users left",
            scope.list_query(),
            *_change(found.open, then.iam_users if then else None, "in 4 weeks"),
        ),
        Number(
            found.unclaimed,
            "with no owner",
            scope.list_query("view=unclaimed"),
            *_change(found.unclaimed, lately.unclaimed if lately else None, "than last week"),
        ),
        Number(
            found.stuck,
            f"stuck over {stuck_days} days",
            scope.list_query("view=stuck"),
            f"{found.newly_stuck:,} since last week",
            "up" if found.newly_stuck else "",
        ),
        Number(
            found.may_be_deleted,
            "safe to delete now",
            scope.list_query("view=safe-to-delete"),
            f"of {found.deactivated:,} deactivated",
        ),
        Number(
            found.new,
            "new this week",
            scope.list_query("opened=week"),
            f"{found.new_the_week_before:,} the week before",
        ),
    )


def _change(now: int, earlier: int | None, since: str) -> tuple[str, str]:
    """Return the difference in words, and its tone: fewer is better."""
    if earlier is None:
        return "", ""
    if now == earlier:
        return "no change " + since.replace("than", "since"), ""
    words = f"{abs(now - earlier):,} {'fewer' if now < earlier else 'more'} {since}"
    return words, "down" if now < earlier else "up"

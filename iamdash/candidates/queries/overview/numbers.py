"""The six numbers of the overview, each the length of the list that it links to, with what changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from django.db.models import Count, Q, Sum

from iamdash.candidates.queries.candidate_list.conditions import (
    EXCEPTION_ASKED,
    OF_PEOPLE,
    SAFE_TO_DEACTIVATE,
    SAFE_TO_DELETE,
    claim_lapses_soon,
    of_age,
)
from iamdash.candidates.queries.candidate_list.filters import AGES, Viewer
from iamdash.candidates.queries.compiled import NOW, PERSON, Compiled, as_one, compiled, number_of, side_by_side
from iamdash.candidates.queries.overview.burn_down import DayCount
from iamdash.candidates.queries.overview.scope import Bounds, Scope
from iamdash.models import Standing
from iamdash.rules.stage import Stage

WEEK = timedelta(days=7)
FOUR_WEEKS = timedelta(days=28)
IS_OPEN, STUCK = Q(is_open=True), Q(is_open=True, stuck_from__lte=NOW)
YOURS = Q(is_open=True, owner_person=PERSON)
NEEDS_YOU = Q(stuck_from__lte=NOW) | Q(reopened_at__isnull=False) | SAFE_TO_DEACTIVATE | SAFE_TO_DELETE
# What is counted while the work is shared out.
SHARED_OUT = {"open": IS_OPEN, "stuck": STUCK, "deactivated": Q(is_open=True, stage=Stage.DEACTIVATED)}
BESIDE = {
    "unclaimed": Q(is_open=True, owner_team=None),
    "newly_stuck": STUCK & Q(stuck_from__gt=NOW - WEEK),
    "reopened": Q(is_open=True, reopened_at__isnull=False),
    "may_be_deleted": SAFE_TO_DELETE,
    "new": Q(is_open=True, opened_at__gt=NOW - WEEK),
    "new_the_week_before": Q(is_open=True, opened_at__gt=NOW - 2 * WEEK, opened_at__lte=NOW - WEEK),
    "yours": YOURS,
    "yours_waiting": YOURS & NEEDS_YOU,
    "yours_lapsing": YOURS & claim_lapses_soon(NOW),
    "excepted": Q(exception_until__isnull=False),
    "exceptions_asked": EXCEPTION_ASKED,
    "people": OF_PEOPLE,
}
OF_AGE = {f"age_{name}": IS_OPEN & of_age(name, now=NOW) for name in AGES}


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


def totals(scope: Scope, told: Mapping[str, int], *, viewer: Viewer, now: datetime) -> Totals:
    """Return the counts of the candidates in `scope` as of `now`. One query.

    Where the scope is everything, each count comes out of its index, but for those that were `told` already. Of a
    narrow scope all come out of one pass through what it holds.
    """
    question = _in_one_pass(scope.bounds) if scope.is_narrow or not told else _each_by_its_index(frozenset(told))
    found = dict(told) | question.row(now=now, person=viewer.person_id, **scope.given)
    return Totals(ages=tuple(found.pop(name) for name in OF_AGE), **found)


@cache
def _each_by_its_index(told: frozenset[str]) -> Compiled:
    kinds = {name: kind for name, kind in (BESIDE | OF_AGE).items() if name not in told}
    return side_by_side({name: number_of(Standing.objects.filter(kind)) for name, kind in kinds.items()})


@cache
def _in_one_pass(bounds: Bounds) -> Compiled:
    kinds = SHARED_OUT | BESIDE | OF_AGE
    counts = {name: Count("pk", filter=kind) for name, kind in kinds.items()}
    keys = Sum("active_keys", filter=IS_OPEN, default=0)
    return compiled(as_one(Standing.objects.filter(bounds.standings()), **counts, keys=keys))


def numbers(
    found: Totals, past: Mapping[date, DayCount], scope: Scope, *, stuck_days: int, until: date
) -> tuple[Number, ...]:
    """Return the six numbers in the order of the page. `past`: the daily counts; a day without one has no change.

    `until`: the day with which the weeks end that they tell the change of; what came since is in it too.
    """
    then, lately = past.get(until - FOUR_WEEKS), past.get(until - WEEK)
    return (
        Number(
            found.keys,
            "active keys left",
            scope.list_query("keys=active"),
            *_left(found.keys, then.active_keys if then else None, scope),
        ),
        Number(
            found.open,
            "IAM users left",
            scope.list_query(),
            *_left(found.open, then.iam_users if then else None, scope),
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
            f"{found.newly_stuck:,} of them since last week",
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


def _left(now: int, earlier: int | None, scope: Scope) -> tuple[str, str]:
    """Return how many more or fewer are left: a team that takes something on has more, and has done nothing wrong."""
    words, tone = _change(now, earlier, "in 4 weeks")
    return (f"{words}, with what was claimed", "") if tone == "up" and scope.team_slugs is not None else (words, tone)


def _change(now: int, earlier: int | None, since: str) -> tuple[str, str]:
    """Return the difference in words, and its tone: fewer is better."""
    if earlier is None:
        return "", ""
    if now == earlier:
        return "no change " + since.replace("than", "since"), ""
    words = f"{abs(now - earlier):,} {'fewer' if now < earlier else 'more'} {since}"
    return words, "down" if now < earlier else "up"

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
    """Everything that is counted of the candidates in a scope, in three queries.

    `yours`, `yours_waiting`: what the viewer has claimed, and what of it is stuck, reopened or safe to act on.
    `yours_lapsing`: the viewer's claims that lapse soon.
    `excepted`, `exceptions_asked`: under an exception; asked for one that nobody has decided on.
    `people`: what of the open looks like a person's.
    `first_at`: when the first candidate came up; None: there is none.
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
    first_at: datetime | None
    yours: int
    yours_waiting: int
    yours_lapsing: int
    excepted: int
    exceptions_asked: int
    people: int
    ages: tuple[int, ...]


def totals(scope: Scope, *, viewer: Viewer, now: datetime) -> Totals:
    """Return the counts of the candidates in `scope` as of `now`."""
    is_open = Q(is_open=True)
    stuck, reopened = is_open & Q(stuck_from__lte=now), is_open & Q(reopened_at__isnull=False)
    new = is_open & Q(candidate__opened_at__gt=now - WEEK)
    yours = is_open & Q(owner_person=viewer.person_id)
    conditions = {
        "open": is_open,
        "unclaimed": is_open & Q(owner_team=None),
        "stuck": stuck,
        "newly_stuck": stuck & Q(stuck_from__gt=now - WEEK),
        "reopened": reopened,
        "may_be_deleted": SAFE_TO_DELETE,
        "deactivated": is_open & Q(stage=Stage.DEACTIVATED),
        "new": new,
        "new_the_week_before": is_open
        & Q(candidate__opened_at__gt=now - 2 * WEEK, candidate__opened_at__lte=now - WEEK),
        "yours": yours,
        "yours_waiting": yours & (stuck | reopened | SAFE_TO_DEACTIVATE | SAFE_TO_DELETE),
        "excepted": Q(exception_until__isnull=False),
        "exceptions_asked": EXCEPTION_ASKED,
        "people": OF_PEOPLE,
        "yours_lapsing": yours & claim_lapses_soon(now),
    }
    by_age = {f"age_{name}": is_open & of_age(name, now=now) for name in AGES}
    in_scope = Standing.objects.filter(scope.standings())
    found = _counts(in_scope, conditions | by_age, scope)
    ages = tuple(found.pop(name) for name in by_age)
    first = in_scope.order_by("candidate__opened_at").values_list("candidate__opened_at", flat=True).first()
    keys = in_scope.filter(is_open).aggregate(keys=Sum("active_keys", default=0))["keys"]
    return Totals(keys=keys, first_at=first, **found, ages=ages)


def _counts(in_scope: QuerySet[Standing], conditions: Mapping[str, Q], scope: Scope) -> dict[str, int]:
    """Return the count for each condition: in one pass through what a scope holds, or each by its index."""
    if scope.is_narrow:
        return in_scope.aggregate(**{name: Count("pk", filter=condition) for name, condition in conditions.items()})
    return exact_counts(conditions)


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

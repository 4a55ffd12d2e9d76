"""What a list finds by its view, its filters and its search; and how many that are, in all and before a page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from django.db.models import Q, QuerySet

from iamdash.candidates.queries.candidate_list import counts as counting
from iamdash.candidates.queries.candidate_list.conditions import filter_condition, view_conditions
from iamdash.candidates.queries.candidate_list.filters import BY_WORKLOAD, Filters, Viewer
from iamdash.candidates.queries.candidate_list.order import Order
from iamdash.candidates.queries.candidate_list.order import order as order_of
from iamdash.candidates.queries.candidate_list.paging import Page, listed
from iamdash.candidates.queries.candidate_list.search import matches
from iamdash.candidates.queries.choices import team_names
from iamdash.candidates.queries.compiled import Compiled, compiled
from iamdash.models import AwsAccount, Standing
from iamdash.models.bulk import among


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates of a list, by the condition that they meet. `is_narrowed`: filters leave out some of its view.

    `in_order`: the condition for whoever reads them in an order, one by one, and soon has enough of so many.
    `number`: how many a search has found, up to one more than MOST_COUNTED; None: nothing was looked for. `gone`: how
    many of them are no longer open; 0 where they are too many to tell.
    """

    condition: Q
    in_order: Q
    is_narrowed: bool = False
    number: int | None = None
    gone: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are, each up to one more than MOST_COUNTED: of each view, of what matches, of what is `listed` (by
    workload, these), of those `earlier` than the page; and `gone`, of what matches where a list may hold such.
    """

    by_view: Mapping[str, int]
    matching: int
    listed: int
    earlier: int
    gone: int


def found_by(
    filters: Filters, *, accounts: Mapping[str, str], teams: Mapping[str, str], viewer: Viewer, now: datetime
) -> Found:
    """Return what the list finds. No query, but one where something is looked for."""
    held, is_narrowed = _held(filters, accounts=accounts, teams=teams, viewer=viewer, now=now)
    if not filters.q:
        return Found(held, held, is_narrowed)
    return replace(searched(held, filters.q), is_narrowed=is_narrowed)


def standings_of(filters: Filters, *, viewer: Viewer, now: datetime) -> QuerySet[Standing]:
    """Return the candidates of the whole list, all pages of it, in its order. One query for teams, one for accounts."""
    teams, accounts = team_names(filters.teams_asked).by_slug, _known_accounts()
    held, _is_narrowed = _held(filters, accounts=accounts, teams=teams, viewer=viewer, now=now)
    return Standing.objects.filter(held, matches(filters.q)).order_by(*order_of(filters.shown_sort).by())


def _held(
    filters: Filters, *, accounts: Mapping[str, str], teams: Mapping[str, str], viewer: Viewer, now: datetime
) -> tuple[Q, bool]:
    """Return what the view holds and its filters leave, whatever is looked for; and whether they leave anything out."""
    narrowing = filter_condition(filters, accounts=accounts, teams=teams, viewer=viewer, now=now)
    in_view = view_conditions(viewer=viewer, now=now)[filters.shown_view]
    return in_view & narrowing, bool(narrowing)


def _known_accounts() -> dict[str, str]:
    """Return the name of every AWS account, those no longer read too."""
    return dict(AwsAccount.objects.values_list("pk", "name"))


def searched(held: Q, words: str) -> Found:
    """Return which of what is `held` match the words. One query.

    What a search finds is known by its numbers unless that are too many: so it is searched for once, and not again for
    the page and each count.
    """
    condition = held & matches(words)
    few = dict(_numbers_of(condition, counting.MOST_COUNTED + 1).ask())
    if len(few) > counting.MOST_COUNTED:
        return Found(condition, in_order=held & matches(words, is_common=True), number=len(few))
    gone = sum(not is_open for is_open in few.values())
    known = Q(pk__in=among(few))
    return Found(known, known, number=len(few), gone=gone)


@lru_cache(maxsize=256)
def _numbers_of(condition: Q, most: int) -> Compiled:
    """Return the numbers of what meets the condition, each with whether it is open, in SQL."""
    matching = Standing.objects.filter(condition).values_list("pk", "is_open")
    return compiled(matching[:most], is_often=False)


def counts_of(found: Found, page: Page, order: Order, filters: Filters, *, viewer: Viewer, now: datetime) -> Counts:
    """Return how many there are; `page`: of what is listed in this `order`. Two queries; with a search, one."""
    most, may_be_gone = counting.MOST_COUNTED + 1, filters.shown_view == "everything"
    besides: dict[str, Compiled] = {}
    if page.has_previous and page.places:
        beyond = order.beyond(page.places[0], backwards=True)
        besides["earlier"] = counting.how_many(listed(found.in_order, order, filters).filter(beyond), most)
    if filters.by == BY_WORKLOAD:
        besides["listed"] = counting.how_many_workloads(found.condition, most)
    if found.number is None and found.is_narrowed:
        besides["matching"] = counting.how_many_candidates(found.condition, most)
    if found.number is None and may_be_gone:
        besides["gone"] = counting.how_many_candidates(found.condition & Q(is_open=False), most)
    if filters.q:  # which was a query already
        counts = counting.view_counts(viewer=viewer, now=now, **besides)
    else:
        counts = counting.view_counts(viewer=viewer, now=now) | counting.counts_of(besides)
    # Where nothing is narrowed, the list is as long as its tab says.
    matching = counts.get("matching", counts[filters.shown_view]) if found.number is None else found.number
    gone = found.gone if may_be_gone else 0
    return Counts(
        by_view=counts,
        matching=matching,
        listed=counts.get("listed", matching),
        earlier=counts.get("earlier", 0),
        gone=counts.get("gone", gone),
    )

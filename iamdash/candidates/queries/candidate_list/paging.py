"""One page of the list, found by the place where it begins and not by counting rows up to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import BigIntegerField, F, OrderBy, Q, QuerySet, Subquery, TextField

from iamdash.candidates.queries.candidate_list.filters import BY_WORKLOAD, END, Filters
from iamdash.candidates.queries.candidate_list.order import Order
from iamdash.candidates.queries.candidate_list.workload_rows import firsts
from iamdash.candidates.queries.compiled import Compiled, compiled
from iamdash.candidates.queries.typed import number_in
from iamdash.models import Standing
from iamdash.models.question import Given

PAGE_SIZE = 50


# The views that hold both what is open and what is not.
MIXED = frozenset({"everything", "exceptions-asked"})
BESIDE = Given("beside", BigIntegerField())
# The keys of a row in an order, and its number last.
Place = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The candidates of one page, each with its place. `is_placed`: the page lies where the address says.

    It does not where the address names no candidate that there is: then the page is the first.
    """

    places: tuple[Place, ...]
    is_placed: bool
    has_previous: bool
    has_next: bool

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the candidates by number, in order."""
        return tuple(place[-1] for place in self.places)


def listed(condition: Q, order: Order, filters: Filters) -> QuerySet[Standing]:
    """Return what the list has a row for: every candidate that meets the condition, or the first of each workload."""
    found = Standing.objects.filter(condition)
    return firsts(found, order) if filters.by == BY_WORKLOAD else found


def page_of(condition: Q, order: Order, filters: Filters) -> Page:
    """Return the page that the address asks for. One query; another where nothing lies there."""
    which = (condition, order, Filters(view=filters.shown_view, by=filters.by))
    at_end, beside = filters.before == END, number_in(filters.after or filters.before)
    backwards = at_end or (beside is not None and not filters.after)
    places = _places(*which, beside, backwards=backwards)
    if beside is not None and not places and not Standing.objects.filter(pk=beside).exists():
        beside, backwards = None, False
        places = _places(*which, None, backwards=False)
    more = len(places) > PAGE_SIZE
    return Page(
        places=places[-PAGE_SIZE:] if backwards else places[:PAGE_SIZE],
        is_placed=at_end or beside is not None,
        has_previous=more if backwards else beside is not None,
        has_next=not at_end if backwards else more,
    )


def _places(condition: Q, order: Order, filters: Filters, beside: int | None, *, backwards: bool) -> tuple[Place, ...]:
    """Return the places from this candidate's on, in order, one more than fill a page; `backwards`: those before it."""
    question = _question(condition, order, filters, PAGE_SIZE + 1, is_first=beside is None, backwards=backwards)
    rows = question.ask(beside=beside)
    return tuple(reversed(rows) if backwards else rows)


@lru_cache(maxsize=256)
def _question(condition: Q, order: Order, filters: Filters, most: int, *, is_first: bool, backwards: bool) -> Compiled:
    """Return the places of a page, `most` at the most, in SQL.

    What is open and what is not are read apart and merged where a view holds both: either comes out of an index in
    order, both together do not.
    """
    beyond = Q() if is_first else order.beyond(_place(order), backwards=backwards)
    found = listed(condition, order, filters)
    parts = [found.filter(is_open=is_open) for is_open in (True, False)] if filters.view in MIXED else [found]
    sorted_parts = [
        _placed(part.filter(beyond), order).order_by(*order.by(backwards=backwards))[:most] for part in parts
    ]
    rows = sorted_parts[0] if len(parts) == 1 else _merged(sorted_parts, order, backwards=backwards)[:most]
    return compiled(rows, is_often=False)


def _place(order: Order) -> Subquery:
    """Return where a candidate lies; PostgreSQL looks it up with the page, and so it is no query of its own."""
    return Subquery(_placed(Standing.objects.filter(pk=BESIDE), order), output_field=TextField())


def _merged(parts: Sequence[QuerySet[Standing, Place]], order: Order, *, backwards: bool) -> QuerySet[Standing, Place]:
    by = [OrderBy(F(name), descending=order.down is not backwards) for name in _names(order)]
    return parts[0].union(*parts[1:], all=True).order_by(*by)


def _placed(standings: QuerySet[Standing], order: Order) -> QuerySet[Standing, Place]:
    columns = dict(zip(_names(order), order.columns, strict=True))
    joined = standings.filter(entry__isnull=False) if order.of_entry else standings
    return joined.annotate(**columns).order_by().values_list(*columns)


def _names(order: Order) -> list[str]:
    return [f"column_{number}" for number in range(len(order.columns))]

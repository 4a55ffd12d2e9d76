"""One page of the list, found by the place where it begins and not by counting rows up to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OrderBy, Q, QuerySet, Subquery, TextField

from iamdash.candidates.queries.candidate_list.filters import END, Filters
from iamdash.candidates.queries.candidate_list.order import Order
from iamdash.candidates.queries.compiled import compiled
from iamdash.candidates.queries.typed import number_in
from iamdash.models import Standing

PAGE_SIZE = 50


# The views that hold both what is open and what is not.
MIXED = frozenset({"everything", "exceptions-asked"})
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


def page_of(found: QuerySet[Standing], order: Order, filters: Filters) -> Page:
    """Return the page that the address asks for. One query; another where nothing lies there.

    What is open and what is not are read apart and merged where a view holds both: either comes out of an index in
    order, both together do not.
    """
    is_mixed = filters.shown_view in MIXED
    parts = [found.filter(is_open=is_open) for is_open in (True, False)] if is_mixed else [found]
    at_end, beside = filters.before == END, number_in(filters.after or filters.before)
    backwards = at_end or (beside is not None and not filters.after)
    places = _places(parts, order, beside, backwards=backwards)
    if beside is not None and not places and not Standing.objects.filter(pk=beside).exists():
        beside, backwards = None, False
        places = _places(parts, order, None, backwards=False)
    more = len(places) > PAGE_SIZE
    return Page(
        places=places[-PAGE_SIZE:] if backwards else places[:PAGE_SIZE],
        is_placed=at_end or beside is not None,
        has_previous=more if backwards else beside is not None,
        has_next=not at_end if backwards else more,
    )


def _places(
    parts: Sequence[QuerySet[Standing]], order: Order, beside: int | None, *, backwards: bool
) -> tuple[Place, ...]:
    """Return the places from this candidate's on, in order, one more than fill a page; `backwards`: those before it."""
    beyond = Q() if beside is None else order.beyond(_place(beside, order), backwards=backwards)
    sorted_parts = [
        _placed(part.filter(beyond), order).order_by(*order.by(backwards=backwards))[: PAGE_SIZE + 1] for part in parts
    ]
    rows = sorted_parts[0] if len(parts) == 1 else _merged(sorted_parts, order, backwards=backwards)
    read = compiled(rows, is_often=False).kept().ask()
    return tuple(reversed(read) if backwards else read)


def _place(number: int, order: Order) -> Subquery:
    """Return where a candidate lies; PostgreSQL looks it up with the page, and so it is no query of its own."""
    return Subquery(_placed(Standing.objects.filter(pk=number), order), output_field=TextField())


def _merged(parts: Sequence[QuerySet[Standing, Place]], order: Order, *, backwards: bool) -> QuerySet[Standing, Place]:
    by = [OrderBy(F(name), descending=order.down is not backwards) for name in _names(order)]
    return parts[0].union(*parts[1:], all=True).order_by(*by)[: PAGE_SIZE + 1]


def _placed(standings: QuerySet[Standing], order: Order) -> QuerySet[Standing, Place]:
    columns = dict(zip(_names(order), order.columns, strict=True))
    joined = standings.filter(entry__isnull=False) if order.of_entry else standings
    return joined.annotate(**columns).order_by().values_list(*columns)


def _names(order: Order) -> list[str]:
    return [f"column_{number}" for number in range(len(order.columns))]

"""How many candidates there are of many kinds, in one query: each is counted by the index that knows it."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Q, QuerySet

from iamdash.candidates.queries.compiled import NOW, PERSON, THEIR_TEAMS, Compiled, compiled, in_one_row
from iamdash.candidates.queries.filters import Viewer, conditions_of_views
from iamdash.models import Standing

# Nobody reads how many they are beyond this; "1,000+" costs the same in any organisation.
MOST_COUNTED = 1000


def view_counts(
    besides: Mapping[str, QuerySet[Any, Any]] | None = None, *, viewer: Viewer, now: datetime
) -> dict[str, int]:
    """Return how many candidates each view holds, and how many rows `besides` do; MOST_COUNTED + 1 where more."""
    most = MOST_COUNTED + 1
    question = _of_views(most)
    if besides:
        also = {name: how_many(rows, most) for name, rows in besides.items()}
        question = in_one_row({**_each_view(most), **also}, is_often=False)
    return question.row(person=viewer.person_id, now=now)


def exact_counts(kinds: Mapping[str, Q]) -> dict[str, int]:
    """Return how many candidates there are of each kind."""
    each = {name: how_many(Standing.objects.filter(kind), None) for name, kind in kinds.items()}
    return in_one_row(each, is_often=False).row()


def how_many(rows: QuerySet[Any, Any], most: int | None) -> Compiled:
    """Return the question how many rows there are; None: of them all, however many."""
    try:
        some = compiled(rows.order_by()[:most].values("pk"))
    except EmptyResultSet:  # Django knows without asking
        return Compiled("SELECT 0")
    return Compiled(f'SELECT COUNT(*) FROM ({some.sql}) AS "some"', some.places)  # noqa: S608  Django's own SQL


@cache
def _of_views(most: int) -> Compiled:
    return in_one_row(_each_view(most))


@cache
def _each_view(most: int) -> Mapping[str, Compiled]:
    views = conditions_of_views(PERSON, THEIR_TEAMS, NOW)
    return {view: how_many(Standing.objects.filter(condition), most) for view, condition in views.items()}

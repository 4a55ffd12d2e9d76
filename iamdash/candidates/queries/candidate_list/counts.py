"""How many candidates there are of many kinds, in one query: each is counted by the index that knows it."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet

from iamdash.candidates.queries.candidate_list.conditions import conditions_of_views
from iamdash.candidates.queries.candidate_list.filters import Viewer
from iamdash.candidates.queries.compiled import NOW, PERSON, THEIR_TEAMS, Compiled, compiled, in_one_row
from iamdash.models import Standing

# Nobody reads how many they are beyond this; "1,000+" costs the same in any organisation.
MOST_COUNTED = 1000


def view_counts(*, viewer: Viewer, now: datetime, **besides: QuerySet[Any, Any]) -> dict[str, int]:
    """Return how many candidates each view holds, and rows each query `besides`; MOST_COUNTED + 1 where more.

    One query. What every list asks is planned once, but anew where something besides is asked with it.
    """
    most = MOST_COUNTED + 1
    also = {name: how_many(rows, most) for name, rows in besides.items()}
    question = in_one_row({**_views(most), **also}, is_often=not also).kept()
    return question.row(person=viewer.person_id, now=now)


def capped_counts(each: Mapping[str, QuerySet[Any, Any]]) -> dict[str, int]:
    """Return how many rows each query has, and MOST_COUNTED + 1 where more. One query; none where there is nothing."""
    questions = {name: how_many(rows, MOST_COUNTED + 1) for name, rows in each.items()}
    return in_one_row(questions, is_often=False).kept().row() if questions else {}


def exact_counts(kinds: Mapping[str, Q]) -> dict[str, int]:
    """Return how many candidates there are of each kind."""
    each = {name: how_many(Standing.objects.filter(kind), None) for name, kind in kinds.items()}
    return in_one_row(each, is_often=False).kept().row()


def how_many(rows: QuerySet[Any, Any], most: int | None) -> Compiled:
    """Return the question how many rows there are; None: of them all, however many."""
    some = compiled(rows.order_by()[:most].values("pk"))
    return Compiled(f'SELECT COUNT(*) FROM ({some.sql}) AS "some"', some.places)  # noqa: S608  Django's own SQL


@cache
def _views(most: int) -> Mapping[str, Compiled]:
    views = conditions_of_views(PERSON, THEIR_TEAMS, NOW)
    return {view: how_many(Standing.objects.filter(held), most) for view, held in views.items()}

"""How many candidates there are of many kinds, in one query: each is counted by the index that knows it."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from iamdash.candidates.queries.candidate_list.conditions import conditions_of_views
from iamdash.candidates.queries.candidate_list.filters import Viewer
from iamdash.candidates.queries.candidate_list.workload_rows import workloads_of
from iamdash.candidates.queries.compiled import NOW, PERSON, THEIR_TEAMS, Compiled, compiled, in_one_row
from iamdash.models import Standing

# Nobody reads how many they are beyond this; "1,000+" costs the same in any organisation.
MOST_COUNTED = 1000


def view_counts(*, viewer: Viewer, now: datetime, **besides: Compiled) -> dict[str, int]:
    """Return how many candidates each view holds, MOST_COUNTED + 1 where more, and the answer to each of `besides`.

    One query. What every list asks is planned once, but anew where something besides is asked with it.
    """
    question = in_one_row({**_views(MOST_COUNTED + 1), **besides}, is_often=not besides)
    return question.row(person=viewer.person_id, now=now)


def counts_of(questions: Mapping[str, Compiled]) -> dict[str, int]:
    """Return the answer to each question. One query; none where there is none."""
    return in_one_row(questions, is_often=False).row() if questions else {}


def exact_counts(kinds: Mapping[str, Q]) -> dict[str, int]:
    """Return how many candidates there are of each kind."""
    return counts_of({name: how_many(Standing.objects.filter(kind), None) for name, kind in kinds.items()})


def how_many(rows: QuerySet[Any, Any], most: int | None) -> Compiled:
    """Return the question how many rows there are; None: of them all, however many."""
    some = compiled(rows.order_by()[:most].values("pk"))
    return Compiled(f'SELECT COUNT(*) FROM ({some.sql}) AS "some"', some.places)  # noqa: S608  Django's own SQL


@lru_cache(maxsize=256)
def how_many_candidates(condition: Q, most: int) -> Compiled:
    """Return the question how many candidates meet the condition."""
    return how_many(Standing.objects.filter(condition), most)


@lru_cache(maxsize=256)
def how_many_workloads(condition: Q, most: int) -> Compiled:
    """Return the question how many workloads have a candidate that meets the condition."""
    return how_many(workloads_of(Standing.objects.filter(condition)), most)


@cache
def _views(most: int) -> Mapping[str, Compiled]:
    views = conditions_of_views(PERSON, THEIR_TEAMS, NOW)
    return {view: how_many(Standing.objects.filter(held), most) for view, held in views.items()}

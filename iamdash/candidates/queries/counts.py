"""How many candidates there are of many kinds, in one query: each is counted by the index that knows it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Q, QuerySet
from psycopg import sql
from psycopg.types.numeric import Int2

from iamdash.database.prepared import planned_once
from iamdash.models import Standing
from iamdash.rules.evidence import Verdict

# Nobody reads how many they are beyond this; "1,000+" costs the same in any organisation.
MOST_COUNTED = 1000
# What a condition says of every row: a verdict, a stage, "no keys". Who looks, and when, is no such thing.
CONSTANTS = (Verdict, Int2)

# A condition of standings, or rows that somebody has found already.
Kind = Q | QuerySet[Any]
Kinds = Mapping[str, Kind]
Sql = tuple[str, tuple[Any, ...]]


def capped_counts(kinds: Kinds) -> dict[str, int]:
    """Return how many there are of each, and MOST_COUNTED + 1 where there are more."""
    return _counts(kinds, MOST_COUNTED + 1)


def exact_counts(kinds: Kinds) -> dict[str, int]:
    """Return how many there are of each."""
    return _counts(kinds, None)


def values_at_once(queries: Mapping[str, QuerySet[Any, Any]]) -> dict[str, Any]:
    """Return the first value of each query, None where it has none; all of them in one question."""
    return dict.fromkeys(queries) | _ask(
        {name: _compiled(query[:1]) for name, query in queries.items()}, connection.cursor()
    )


def _counts(kinds: Kinds, most: int | None) -> dict[str, int]:
    found = {name: _sql(kind, most) if isinstance(kind, Q) else _to_sql(kind, most) for name, kind in kinds.items()}
    asked_by_all = all(isinstance(kind, Q) for kind in kinds.values())
    return dict.fromkeys(kinds, 0) | _ask(found, planned_once() if asked_by_all and most else connection.cursor())


def _ask(each: Mapping[str, Sql | None], cursor: AbstractContextManager[CursorWrapper]) -> dict[str, Any]:
    asked = {name: found for name, found in each.items() if found}
    texts = ", ".join(f'({text}) AS "{name}"' for name, (text, _parameters) in asked.items())
    with cursor as opened:
        opened.execute(f"SELECT {texts}", [value for _text, parameters in asked.values() for value in parameters])
        return dict(zip(asked, opened.fetchone() or (), strict=True))


# Most conditions are the same for every page and everybody; to turn a dozen into SQL takes longer than to count.
@lru_cache(maxsize=256)
def _sql(condition: Q, most: int | None) -> Sql | None:
    found = _to_sql(Standing.objects.filter(condition), most)
    return found and _spelt_out(*found)


def _spelt_out(text: str, values: Sequence[Any]) -> Sql:
    """Return SQL that says its constants itself: a plan for all values finds the index of what is safe only so."""
    said = tuple(sql.Literal(value).as_string() if isinstance(value, CONSTANTS) else "%s" for value in values)
    return text % said, tuple(value for value in values if not isinstance(value, CONSTANTS))


def _to_sql(rows: QuerySet[Any], most: int | None) -> Sql | None:
    found = _compiled(rows.order_by()[:most].values("pk"))
    return found and (f'SELECT COUNT(*) FROM ({found[0]}) AS "some"', found[1])  # noqa: S608  Django's own SQL


def _compiled(query: QuerySet[Any, Any]) -> Sql | None:
    """Return the SQL of a query; None where Django knows that it has no rows."""
    try:
        return query.query.sql_with_params()
    except EmptyResultSet:
        return None

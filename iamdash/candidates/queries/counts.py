"""How many candidates there are of many kinds, in one query: each is counted by the index that knows it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from iamdash.models import Standing

# Nobody reads how many they are beyond this; "1,000+" costs the same in any organisation.
MOST_COUNTED = 1000

# A kind is a condition, or standings that somebody has found already.
Kinds = Mapping[str, Q | QuerySet[Standing]]
Sql = tuple[str, tuple[Any, ...]]


def capped_counts(kinds: Kinds) -> dict[str, int]:
    """Return how many there are of each, and MOST_COUNTED + 1 where there are more."""
    return _counts(kinds, MOST_COUNTED + 1)


def exact_counts(kinds: Kinds) -> dict[str, int]:
    """Return how many there are of each."""
    return _counts(kinds, None)


def _counts(kinds: Kinds, most: int | None) -> dict[str, int]:
    found = {name: _sql(kind, most) if isinstance(kind, Q) else _to_sql(kind, most) for name, kind in kinds.items()}
    texts = [f'(SELECT COUNT(*) FROM ({sql[0]}) AS "some") AS "{name}"' for name, sql in found.items() if sql]  # noqa: S608
    parameters = [parameter for sql in found.values() if sql for parameter in sql[1]]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(texts)}", parameters)
        columns = [column.name for column in cursor.description or ()]
        return dict.fromkeys(kinds, 0) | dict(zip(columns, cursor.fetchone() or (), strict=True))


# Most conditions are the same for every page and everybody; to turn a dozen into SQL takes longer than to count.
@lru_cache(maxsize=256)
def _sql(condition: Q, most: int | None) -> Sql | None:
    return _to_sql(Standing.objects.filter(condition), most)


def _to_sql(standings: QuerySet[Standing], most: int | None) -> Sql | None:
    """Return the SQL of these standings, Django's own; None where it knows that there are none."""
    try:
        return standings.order_by()[:most].values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None

"""How many candidates there are of many kinds, in one query: each is counted by the index that knows it."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from iamdash.models import Standing

# Nobody reads how many they are beyond this; "1,000+" costs the same in any organisation.
MOST_COUNTED = 1000

Found = Mapping[str, QuerySet[Standing]]


def capped_counts(found: Found) -> dict[str, int]:
    """Return how many there are of each, and MOST_COUNTED + 1 where there are more."""
    return _counts({name: standings.order_by()[: MOST_COUNTED + 1] for name, standings in found.items()})


def exact_counts(found: Found) -> dict[str, int]:
    """Return how many there are of each."""
    return _counts({name: standings.order_by() for name, standings in found.items()})


def _counts(found: Found) -> dict[str, int]:
    texts: list[str] = []
    parameters: list[Any] = []
    counts = dict.fromkeys(found, 0)
    for name, standings in found.items():
        try:
            sql, its_parameters = standings.values("pk").query.sql_with_params()
        except EmptyResultSet:
            continue
        texts.append(f'(SELECT COUNT(*) FROM ({sql}) AS "some") AS "{name}"')  # noqa: S608  Django's own SQL
        parameters += its_parameters
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(texts)}", parameters)
        columns = [column.name for column in cursor.description or ()]
        return counts | dict(zip(columns, cursor.fetchone() or (), strict=True))

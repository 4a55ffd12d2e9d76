"""Questions that are turned into SQL once: Django takes longer over that than Postgres over most answers.

A question is written as any other query; what is known only when it is asked, such as `now`, is a `Given` in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Aggregate, BigIntegerField, Count, DateTimeField, Expression, Field, QuerySet, Value


class Given(Expression):
    """The place of a value that is known only when the question is asked, by its name."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        self.name = name
        super().__init__(output_field=output_field)

    def as_sql(self, *_compiler: object) -> tuple[str, list[Any]]:  # type: ignore[override]  # as Django's Value does
        """Return itself as the parameter, until there is a value."""
        return "%s", [self]


# What most questions of a page are given: its moment, and who looks at it.
NOW, PERSON = Given("now", DateTimeField()), Given("person", BigIntegerField())


@dataclass(frozen=True, slots=True)
class Compiled:
    """A question in SQL. `parameters`: values, and places for values."""

    sql: str
    parameters: tuple[Any, ...] = ()

    def ask(self, **given: Any) -> list[tuple[Any, ...]]:
        """Return the rows of the answer, as Postgres gives them: JSON as text."""
        with self._asked(given) as cursor:
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def row(self, **given: Any) -> dict[str, Any]:
        """Return the only row of the answer, by the names of its columns."""
        with self._asked(given) as cursor:
            (row,) = cursor.fetchall()
            return dict(zip((column.name for column in cursor.description), row, strict=True))

    def _asked(self, given: Mapping[str, Any]) -> CursorWrapper:
        cursor = connection.cursor()
        cursor.execute(self.sql, [given[each.name] if isinstance(each, Given) else each for each in self.parameters])
        return cursor


def compiled(query: QuerySet[Any, Any]) -> Compiled:
    """Return a question that can be asked again and again."""
    return Compiled(*query.query.sql_with_params())


def side_by_side(queries: Mapping[str, QuerySet[Any, Any]]) -> Compiled:
    """Return one question for the first value of each query: one row, as they come, None where one has no row."""
    each = {name: compiled(query[:1]) for name, query in queries.items()}
    columns = ", ".join(f'({one.sql}) AS "{name}"' for name, one in each.items())
    return Compiled(f"SELECT {columns}", tuple(value for one in each.values() for value in one.parameters))


def as_one(rows: QuerySet[Any, Any], **aggregates: Aggregate) -> QuerySet[Any, Any]:
    """Return the aggregates of all rows as a query of one row, which `aggregate` would ask at once."""
    whole: QuerySet[Any, Any] = rows.order_by().annotate(whole=Value(1)).values("whole").annotate(**aggregates)
    return whole.values(*aggregates)


def number_of(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Return how many rows there are, as a query of one row."""
    return as_one(rows, number=Count("*"))

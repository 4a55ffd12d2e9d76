"""Questions: querysets that Django turns into SQL once, and of which a page asks many in one round trip.

To turn one into SQL takes Django longer than PostgreSQL takes over most answers. A question is written as any other
query; what is known only when it is asked is a `Given` in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, CharField, Expression, Field, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.sql.compiler import SQLCompiler
from psycopg import sql

from iamdash.database.prepared import planned_once

# To the end of a pipeline. PostgreSQL takes a list that is given for one of ten values, where a page gives it one, and
# would plan anew each time.
ONE_PLAN = "SELECT set_config('plan_cache_mode', 'force_generic_plan', true)"
Row_co = TypeVar("Row_co", covariant=True)


class Given(Expression):
    """The place of a value that is known only when the question is asked, by its name.

    `narrows`: so much depends on the value that the best plan does too.
    """

    def __init__(self, name: str, output_field: "Field[Any, Any]", *, narrows: bool = False) -> None:
        self.name, self.narrows = name, narrows
        super().__init__(output_field=output_field)

    def as_sql(self, *_compiler: object) -> tuple[str, list[Any]]:  # type: ignore[override]  # as Django's Value does
        """Return itself as the parameter, until there is a value."""
        return "%s", [self]


def given_keys(name: str) -> RawSQL:
    """Return the place of a list of primary keys, to look for with `__in`."""
    return RawSQL("SELECT unnest(%s::bigint[])", [Given(name, ArrayField(BigIntegerField()))])


def given_texts(name: str) -> RawSQL:
    """Return the place of a list of texts, to look for with `__in`."""
    return RawSQL("SELECT unnest(%s::text[])", [Given(name, ArrayField(CharField()))])


def spelt_out(text: str, values: Sequence[object]) -> tuple[str, tuple[Given, ...]]:
    """Return SQL that says all values itself but those that are to be given, and the places of these.

    A plan for whatever is given finds the index of a part only so.
    """
    said = tuple("%s" if isinstance(value, Given) else _literal(value) for value in values)
    return text.replace("%%", "%%%%") % said, tuple(value for value in values if isinstance(value, Given))


def _literal(value: object) -> str:
    return sql.Literal(value).as_string().replace("%", "%%")


class Question(Generic[Row_co]):
    """A queryset that is asked again and again, each time of other values."""

    def __init__(self, queryset: "QuerySet[Any, Row_co]") -> None:
        self._queryset = queryset

    def of(self, **given: object) -> "Asked[Row_co]":
        """Return the question with its values; nothing is asked before its rows are wanted."""
        return Asked(self, given)

    @cached_property
    def _in_sql(self) -> tuple[SQLCompiler, str, tuple[Given, ...]]:
        compiler = self._queryset.query.get_compiler(connection=connection)
        text, places = spelt_out(*compiler.as_sql())
        converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
        compiler.get_converters = lambda _columns: converters  # those of one answer are those of all
        return compiler, text, places

    def statement(self, given: Mapping[str, object]) -> tuple[str, list[Any]]:
        """Return the SQL and its parameters."""
        _compiler, text, places = self._in_sql
        return text, [given[place.name] for place in places]

    def rows(self, read: list[tuple[Any, ...]]) -> list[Row_co]:
        """Return what the queryset makes of what was read: instances, values, whatever it yields."""
        compiler, queryset = copy(self._in_sql[0]), self._queryset.all()
        if compiler.has_extra_select:
            read = [row[: compiler.col_count] for row in read]
        compiler.execute_sql = lambda *_, **__: [read]  # type: ignore[method-assign,assignment]
        query: Any = queryset.query
        query.get_compiler = lambda *_, **__: compiler
        return list(queryset)


class Asked(Generic[Row_co]):
    """A question with its values, and its rows as soon as they are read: by `ask` together with others, or alone."""

    def __init__(self, question: Question[Row_co], given: Mapping[str, object]) -> None:
        self.question, self.given = question, given
        self.rows: list[Row_co] | None = None

    def __iter__(self) -> Iterator[Row_co]:
        """Yield the rows."""
        ask(self)
        return iter(self.rows or ())


def ask(*questions: Asked[Any], plan_once: bool = False) -> None:
    """Ask these in one round trip: each is sent before the answer to the one before it has come.

    `plan_once`: they are what pages ask, and each has one plan for all values, which is kept (see `planned_once`).
    """
    asked = [each for each in questions if each.rows is None]
    if not asked:
        return
    with (
        planned_once() if plan_once else connection.cursor() as first,
        connection.wrap_database_errors,
        connection.connection.pipeline(),
    ):
        if plan_once and any(isinstance(value, list) for each in asked for value in each.given.values()):
            first.execute(ONE_PLAN)
        cursors = [connection.cursor() for _ in asked]
        for each, cursor in zip(asked, cursors, strict=True):
            cursor.execute(*each.question.statement(each.given))
    for each, cursor in zip(asked, cursors, strict=True):
        with cursor:
            each.rows = each.question.rows(cursor.fetchall())


def nothing() -> Asked[Any]:
    """Return what need not be asked: there are no rows."""
    answered: Asked[Any] = Asked(Question(QuerySet()), {})
    answered.rows = []
    return answered

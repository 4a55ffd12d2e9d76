"""Several querysets in one round trip: a page that asks two dozen things waits for PostgreSQL once.

They are sent one behind the other, and no answer is waited for before the last is sent.
"""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler


def read(*asked: "QuerySet[Any, Any]") -> None:
    """Read these querysets: each then holds its rows, as if it had been read by itself."""
    connection.ensure_connection()
    waiting: list[tuple[QuerySet[Any, Any], SQLCompiler, CursorWrapper]] = []
    with connection.connection.pipeline():
        for queryset in asked:
            compiler = queryset.query.get_compiler(connection=connection)
            try:
                sql, values = compiler.as_sql()
            except EmptyResultSet:  # and so will Django find, when its rows are wanted
                continue
            cursor = connection.cursor()
            cursor.execute(sql, values)
            waiting.append((queryset, compiler, cursor))
    for queryset, compiler, cursor in waiting:
        with cursor:
            _fill(queryset, compiler, cursor.fetchall())


def _fill(queryset: "QuerySet[Any, Any]", compiler: SQLCompiler, rows: list[tuple[Any, ...]]) -> None:
    """Let a queryset make of these rows what it would have made of those that it asked for."""
    if compiler.has_extra_select:
        rows = [row[: compiler.col_count] for row in rows]
    query: Any = queryset.query
    compiler.execute_sql = lambda *_, **__: [rows]  # type: ignore[method-assign,assignment]
    query.get_compiler = lambda *_, **__: compiler
    len(queryset)
    del query.get_compiler  # or what is made of this query later would be given these rows too

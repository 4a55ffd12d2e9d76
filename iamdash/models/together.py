"""Several querysets in one round trip: a page that asks a dozen things waits for PostgreSQL once.

Django sends what is in a cursor's text as it is, so that it may be many statements; each has a result of its own.
"""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler


def read(*asked: "QuerySet[Any, Any]") -> None:
    """Read these querysets: each then holds its rows, as if it had been read by itself. One query."""
    waiting: list[tuple[QuerySet[Any, Any], SQLCompiler]] = []
    statements: list[str] = []
    parameters: list[Any] = []
    for queryset in asked:
        compiler = queryset.query.get_compiler(connection=connection)
        try:
            sql, values = compiler.as_sql()
        except EmptyResultSet:  # and so will Django find, when its rows are wanted
            continue
        waiting.append((queryset, compiler))
        statements.append(sql)
        parameters += values
    if not waiting:
        return
    with connection.cursor() as cursor:
        cursor.execute(";\n".join(statements), parameters)
        for queryset, compiler in waiting:
            _fill(queryset, compiler, cursor.fetchall())
            cursor.nextset()


def _fill(queryset: "QuerySet[Any, Any]", compiler: SQLCompiler, rows: list[tuple[Any, ...]]) -> None:
    """Let a queryset make of these rows what it would have made of those that it asked for."""
    if compiler.has_extra_select:
        rows = [row[: compiler.col_count] for row in rows]
    query: Any = queryset.query
    compiler.execute_sql = lambda *_, **__: [rows]  # type: ignore[method-assign,assignment]
    query.get_compiler = lambda *_, **__: compiler
    len(queryset)
    del query.get_compiler  # or what is made of this query later would be given these rows too

"""Many rows in one statement, as one JSON document.

Django's `bulk_create` hands Postgres an array for each column, and quoting JSON inside of arrays took a third of the
time of a first sync (docs/decisions/0004). One document is quoted once, and `jsonb_to_recordset` takes it apart.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache, partial
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar

from django.db import connection
from django.db.models import DateTimeField, Field, ForeignKey, Model
from django.db.models.expressions import RawSQL
from pydantic_core import to_json

AT_ONCE = 200
Column: TypeAlias = "Field[Any, Any]"
Row = TypeVar("Row", bound=Model)


def among(keys: Iterable[int]) -> RawSQL:
    """Return primary keys to look for with `__in`: one parameter for all, where a list would be one for each."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(keys)])


def among_texts(texts: Iterable[str]) -> RawSQL:
    """Return texts to look for with `__in`, as `among` does for primary keys."""
    return RawSQL("SELECT unnest(%s::text[])", [list(texts)])


def unsaved(model: type[Row], **values: object) -> Row:
    """Return a new row, as `model(**values)` in a third of the time: Django takes names apart far slower than places.

    Raises FieldDoesNotExist.
    """
    row = model(*[values.pop(name) if name in values else default() for name, default in _defaults(model)])
    for name, value in values.items():  # what is left is rows that it points at
        setattr(row, model._meta.get_field(name).name, value)
    return row


def insert(rows: Sequence[Model]) -> None:
    """Insert new rows of one table, and give each its primary key. Raises IntegrityError."""
    for batch in _batches(rows):
        columns = [column for column in _columns(batch[0]) if not (column.primary_key and batch[0].pk is None)]
        inserted = _run(f"{_insert(batch[0], columns)} RETURNING {_name(_key(batch[0]))}", columns, batch)
        for row, (key,) in zip(batch, inserted, strict=True):
            row.pk = key
            row._state.adding = False


def insert_unknown(rows: Sequence[Model]) -> None:
    """Insert those rows that no unique constraint knows yet. They get no primary keys here."""
    for batch in _batches(rows):
        columns = [column for column in _columns(batch[0]) if not column.primary_key]
        _run(f"{_insert(batch[0], columns)} ON CONFLICT DO NOTHING", columns, batch)


def save(rows: Sequence[Model], names: Collection[str]) -> None:
    """Write these fields, by name or column, of rows of one table that exist."""
    for batch in _batches(rows):
        key = _key(batch[0])
        changed = [column for column in _columns(batch[0]) if {column.name, column.attname} & set(names)]
        values = ", ".join(f"{_name(column)} = given.{_name(column)}" for column in changed)
        table = _quoted(batch[0]._meta.db_table)
        sql = f"UPDATE {table} SET {values} FROM {{given}} WHERE {table}.{_name(key)} = given.{_name(key)}"  # noqa: S608
        _run(sql, [key, *changed], batch)


@cache
def _defaults(model: type[Model]) -> list[tuple[str, Callable[[], object]]]:
    return [(field.attname, field.get_default) for field in model._meta.concrete_fields]


def _batches(rows: Sequence[Model]) -> Iterator[Sequence[Model]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


def _insert(row: Model, columns: Sequence[Column]) -> str:
    names = ", ".join(map(_name, columns))
    return f"INSERT INTO {_quoted(row._meta.db_table)} ({names}) SELECT {names} FROM {{given}}"  # noqa: S608


def _run(sql: str, columns: Sequence[Column], rows: Sequence[Model]) -> list[tuple[Any, ...]]:
    """Run a statement on the rows, `given` to it; return what it returns. Every name in it is a model's."""
    types = ", ".join(f"{_name(column)} {_type(column)}" for column in columns)
    readers = [(column.column, _reader(column)) for column in columns]
    # It is three times as fast as `json`, and knows dates.
    document = to_json([{name: read(row) for name, read in readers} for row in rows]).decode()
    with connection.cursor() as cursor:
        cursor.execute(sql.format(given=f"jsonb_to_recordset(%s::jsonb) AS given({types})"), [document])
        return list(cursor.fetchall()) if cursor.description else []


def _columns(row: Model) -> list[Column]:
    return list(row._meta.concrete_fields)


def _key(row: Model) -> Column:
    return next(column for column in _columns(row) if column.primary_key)


def _type(column: Column) -> str:
    # Its own type would make a number from a sequence.
    return str(column.rel_db_type(connection) if column.primary_key else column.db_type(connection))


def _name(column: Column) -> str:
    return _quoted(str(column.column))


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))


def _reader(column: Column) -> Callable[[Model], object]:
    if isinstance(column, ForeignKey):
        return partial(_pointed_at, column)
    if isinstance(column, DateTimeField) and column.auto_now_add:
        return partial(column.pre_save, add=True)
    return attrgetter(column.attname)


def _pointed_at(column: "ForeignKey[Any, Any]", row: Model) -> object:
    value: object = getattr(row, column.attname)
    if value is None and column.is_cached(row):
        # The row it points at may have been inserted, and so got its key, after it was set here.
        return getattr(column.get_cached_value(row), "pk", None)
    return value

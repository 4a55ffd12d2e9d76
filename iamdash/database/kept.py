"""Answers that are kept for as long as nothing in the database has changed: whatever pages ask again and again.

PostgreSQL numbers each transaction that writes, and tells which of them a statement sees (`pg_current_snapshot`).
Statements that see the same read the same rows. So a question is asked with the version of the answer that is at hand,
as a browser asks for a page, and where that is still the version, PostgreSQL looks nothing up. A page asks so once:
what else is at hand of that version is not asked for again.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

# Of questions with their values; what was asked longest ago is forgotten first.
MOST_KEPT = 1024
# A server that was restored from a backup gives the same numbers to other transactions, but was started later. One that
# crashed gives numbers again that it has lost: it recovers without a start, but begins its statistics anew.
VERSION = "concat_ws(' ', pg_postmaster_start_time(), pg_stat_get_bgwriter_stat_reset_time(), pg_current_snapshot())"
# The condition names no row, so PostgreSQL looks at it once, before any row, as long as it stays with its question.
UNLESS_UNCHANGED = """
    WITH answer AS MATERIALIZED (SELECT true AS is_row, asked.* FROM ({question}) AS asked WHERE {version} <> %s)
    SELECT {version}, answer.* FROM (SELECT) AS always LEFT JOIN answer ON true
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows that were read, with the names of their columns."""

    names: Sequence[str]
    rows: Sequence[tuple[Any, ...]]


@dataclass(slots=True)
class _Kept:
    """An answer and its version, in one field: another thread may put its own there at any moment."""

    version_and_answer: tuple[str, Answer] = ("", Answer((), ()))


@dataclass(slots=True)
class _Look:
    """The version that was seen last; "" before the first question."""

    version: str = ""


_LOOK: ContextVar[_Look | None] = ContextVar("look", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """Let what is at hand be as true as the newest question that was asked in here. For what only reads.

    Whoever changes something in here could be told what was true before. So could whoever learns something elsewhere,
    such as from a lock: what must be no older than that needs a look of its own.
    """
    token = _LOOK.set(_Look())
    try:
        yield
    finally:
        _LOOK.reset(token)


def answered(cursor: CursorWrapper, sql: str, values: Sequence[Any]) -> Answer:
    """Return the answer to a question in SQL. One query."""
    cursor.execute(sql, values)
    return Answer([column.name for column in cursor.description], cursor.fetchall())


def unless_unchanged(
    asking: Callable[[], AbstractContextManager[CursorWrapper]], sql: str, values: Sequence[Any]
) -> Answer:
    """Return the answer to a question in SQL, from PostgreSQL unless the one at hand is still true.

    One query; none where this look has seen that it is. `asking`: yields the cursor. A transaction may have written
    what only itself sees, so in one nothing is kept.
    """
    if connection.in_atomic_block:
        with asking() as cursor:
            return answered(cursor, sql, values)
    look = _LOOK.get() or _Look()
    kept = _kept(sql, *map(_hashable, values))
    version, at_hand = kept.version_and_answer
    if version and version == look.version:
        return at_hand
    with asking() as cursor:
        read = answered(cursor, UNLESS_UNCHANGED.format(version=VERSION, question=sql), [*values, version])
    look.version = read.rows[0][0]
    if version == look.version:
        return at_hand
    answer = Answer(read.names[2:], [row[2:] for row in read.rows if row[1]])
    kept.version_and_answer = look.version, answer
    return answer


@lru_cache(maxsize=MOST_KEPT, typed=True)
def _kept(_sql: str, *_values: Hashable) -> _Kept:
    return _Kept()


def _hashable(value: Any) -> Hashable:
    """Return the value, or a list as a tuple: the values of one are of one type, which nobody tells from another."""
    return tuple(value) if isinstance(value, list) else value

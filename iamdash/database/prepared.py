"""Statements that PostgreSQL plans once for a connection, and not again for every page."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

ASKED_BEFORE = 0  # times after which a statement is prepared: at once


@contextmanager
def planned_once() -> Iterator[CursorWrapper]:
    """Yield a cursor for what many pages ask in the same words: its plan is kept, and is the same for all values.

    Not for what a filter narrows: the best plan of that depends on how many rows a value has.
    """
    with connection.cursor() as cursor:
        connected: Any = connection.connection
        usually, connected.prepare_threshold = connected.prepare_threshold, ASKED_BEFORE
        try:
            yield cursor
        finally:
            connected.prepare_threshold = usually

"""Others who work beside a test, on connections of their own."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection

from iamdash.inventory import lock


@contextmanager
def another_connection_holds(number: int) -> Iterator[None]:
    """Hold an advisory lock elsewhere."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [number])
        yield


@contextmanager
def somebody_else_writes_to(account_id: str) -> Iterator[None]:
    """Hold the turn to write elsewhere, so that whoever waits for it here gives up after a moment."""
    with another_connection_holds(lock.WRITING << lock.DIGITS | int(account_id)), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '100ms'")
        yield

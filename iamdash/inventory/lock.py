"""One sync of an AWS account at a time: a Postgres advisory lock, held by the connection that the worker syncs on.

A worker that is killed loses its connection, and with it the lock: nothing has to be cleaned up.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# An advisory lock is a number of 64 bits, shared by everything in the database: ours begin with this, then come the
# account's 12 digits, which need 40 bits.
NAMESPACE = 0x1A3D
DIGITS = 40
# Postgres shows an advisory lock of 64 bits as two halves, with objsubid 1 (its manual, "pg_locks").
ANYWHERE = """
SELECT classid::bigint << 32 | objid::bigint FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
HERE = f"{ANYWHERE} AND pid = pg_backend_pid()"


@contextmanager
def one_sync_of(account_id: str) -> Iterator[bool]:
    """Yield whether this connection now holds the account's lock; False: another sync of the account is running."""
    number = _number(account_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        taken = bool(cursor.fetchone()[0])
    try:
        yield taken
    finally:
        # After an error a new connection may stand here, which holds no lock and would only be warned about it.
        if taken and not connection.needs_rollback and held_here(account_id):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def held_here(account_id: str) -> bool:
    """Return whether this very connection holds the account's lock."""
    if connection.connection is None or connection.connection.closed:
        return False
    return account_id in _held(HERE)


def running() -> frozenset[str]:
    """Return the accounts whose lock is held by anybody: those that are being synced."""
    return _held(ANYWHERE)


def _number(account_id: str) -> int:
    return NAMESPACE << DIGITS | int(account_id)


def _held(query: str) -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        numbers = [row[0] for row in cursor.fetchall()]
    return frozenset(f"{number & ~(-1 << DIGITS):012d}" for number in numbers if number >> DIGITS == NAMESPACE)

"""One sync of an AWS account at a time, and one check of an IAM user beside it: Postgres advisory locks.

They are held by the connection that the worker works on. A worker that is killed loses its connection, and with it the
lock: nothing has to be cleaned up.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

# An advisory lock is a number of 64 bits, shared by everything in the database: ours begin with this, then come the
# account's 12 digits, which need 40 bits.
NAMESPACE = 0x1A3D
WRITING = 0x1A3E
CHECKS = 0x1A3F
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
    with _locked(_number(account_id)) as ours:
        yield ours


@contextmanager
def one_check_of(iam_user_id: int) -> Iterator[bool]:
    """Yield whether this connection may check the IAM user; False: another check of it is running."""
    with _locked(CHECKS << DIGITS | iam_user_id) as ours:
        yield ours


def take_turns_writing(account_ids: Iterable[str]) -> None:
    """Wait until nobody else writes what AWS holds in these accounts, and keep others waiting until the commit.

    A sync and checks read AWS side by side. Whoever writes first reads the rows: they must stay as they are till then.
    """
    with connection.cursor() as cursor:
        # In one order, so that two who write to the same accounts cannot wait for each other.
        for account_id in sorted(set(account_ids)):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITING << DIGITS | int(account_id)])


def held_here(account_id: str) -> bool:
    """Return whether this very connection holds the account's lock."""
    return _is_open() and _number(account_id) in _numbers(HERE)


def running() -> frozenset[str]:
    """Return the accounts whose lock is held by anybody: those that are being synced."""
    numbers = _numbers(ANYWHERE)
    return frozenset(f"{number & ~(-1 << DIGITS):012d}" for number in numbers if number >> DIGITS == NAMESPACE)


def _number(account_id: str) -> int:
    return NAMESPACE << DIGITS | int(account_id)


@contextmanager
def _locked(number: int) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        taken = bool(cursor.fetchone()[0])
    try:
        yield taken
    finally:
        # After an error a new connection may stand here, which holds no lock and would only be warned about it.
        if taken and not connection.needs_rollback and _is_open() and number in _numbers(HERE):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def _is_open() -> bool:
    return connection.connection is not None and not connection.connection.closed


def _numbers(query: str) -> frozenset[int]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return frozenset(row[0] for row in cursor.fetchall())

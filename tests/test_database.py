"""Moments come out of PostgreSQL as they went in; what many pages ask is planned once."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from iamdash.database.prepared import planned_once

pytestmark = pytest.mark.django_db


def read(moment: datetime) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [moment])
        (found,) = cursor.fetchone()
    assert isinstance(found, datetime)
    return found


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))])))
def test_a_moment_is_read_as_it_was_written_and_in_utc(moment: datetime) -> None:
    try:
        in_utc = moment.astimezone(UTC)
    except OverflowError:
        return

    assert read(moment) == in_utc
    assert read(moment).tzinfo is UTC


def test_no_moment_is_none() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT NULL::timestamptz")
        assert cursor.fetchone() == (None,)


def test_what_many_pages_ask_is_planned_once_and_nothing_else_is() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    for number in range(3):
        with planned_once() as cursor:
            cursor.execute("SELECT %s::int + 1", [number])
            assert cursor.fetchone() == (number + 1,)
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::int + 2", [number])

    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        assert cursor.fetchall() == [("SELECT $1::int + 1",)]

"""Moments come out of PostgreSQL as they went in, whatever they look like there; the web process plans once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection, connections
from hypothesis import given
from hypothesis import strategies as st

from iamdash.database.prepared import OFTEN, plan_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def options_put_back() -> Iterator[None]:
    """Put the options of new connections back."""
    options = connections.settings["default"]["OPTIONS"]
    before = dict(options)
    yield
    options.clear()
    options.update(before)


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


@pytest.mark.usefixtures("options_put_back")
def test_the_web_process_has_what_it_asks_often_planned_once() -> None:
    for plans_once in (False, True):
        if plans_once:
            plan_once()
        asked = connections.create_connection("default")
        with asked.cursor() as cursor:
            for number in range(OFTEN + 2):
                cursor.execute("SELECT %s::int + 1", [number])
                assert cursor.fetchone() == (number + 1,)
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%::int + 1'")
            assert cursor.fetchone() == (int(plans_once),)
        asked.close()

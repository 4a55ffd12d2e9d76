"""What is known of the use of each key of an IAM user: days, stretches that nobody read, the rhythm."""

from datetime import date, timedelta

import pytest

from iamdash.candidates.queries.candidate.uses import KnownUse, known_use
from iamdash.models import AccessKey, AccessKeyUse
from iamdash.rules.silence.rhythm import Rhythm
from iamdash.standing.rows import fetch
from tests.factories import NOW, days_ago, make_access_key, make_iam_user

pytestmark = pytest.mark.django_db


def used(access_key: AccessKey, days: float, *, unread_days: float = 1) -> None:
    """A use so many days ago, read an hour later; nobody had read the key for `unread_days` by then."""
    as_of = days_ago(days) + timedelta(hours=1)
    AccessKeyUse.objects.create(
        access_key=access_key,
        last_used_at=days_ago(days),
        last_used_service="s3",
        last_used_region="N/A",
        source="direct",
        as_of=as_of,
        seen_before=as_of - timedelta(days=unread_days),
    )


def known(access_key: AccessKey) -> KnownUse:
    found = fetch([access_key.iam_user]).uses[access_key.pk]
    return known_use(access_key, found, read_until=access_key.last_used_as_of, now=NOW)


def a_key(**columns: object) -> AccessKey:
    return make_access_key(make_iam_user(), **{"created_at": days_ago(900), "first_seen_at": days_ago(899)} | columns)


def test_of_each_day_the_last_use_is_shown_newest_first() -> None:
    key = a_key()
    for days in (60, 30, 30.1, 0):
        used(key, days)

    found = known(key)

    assert [day.use.at for day in found.shown] == [days_ago(0), days_ago(30), days_ago(60)]
    assert {(day.service, day.region, day.source) for day in found.shown} == {("s3", "", "iam:GetAccessKeyLastUsed")}
    assert found.unread == ()


def test_a_rhythm_may_come_from_before_what_is_drawn() -> None:
    key = a_key(created_at=days_ago(1900), first_seen_at=days_ago(1899))
    for year in range(5):
        used(key, 365 * year + 1)

    found = known(key)

    assert found.rhythm.rhythm is Rhythm.YEARLY
    assert len(found.shown) == 2


def test_a_stretch_that_nobody_read_is_hollow_from_one_reading_to_the_next() -> None:
    key = a_key()
    used(key, 10, unread_days=3)
    used(key, 20, unread_days=40)

    assert known(key).unread == ((date(2026, 4, 2), date(2026, 5, 12)),)


def test_what_was_before_the_first_reading_and_after_the_last_is_hollow() -> None:
    key = a_key(created_at=days_ago(200), first_seen_at=days_ago(100), last_used_as_of=days_ago(5))

    found = known(key)

    assert found.unread == ((date(2025, 11, 13), date(2026, 2, 21)), (date(2026, 5, 27), date(2026, 6, 1)))
    assert found.there == (date(2025, 11, 13), date(2026, 6, 1))


def test_a_key_that_is_gone_was_there_until_then() -> None:
    key = a_key(gone_at=days_ago(50), last_used_as_of=days_ago(51))

    assert known(key).there == (date(2025, 4, 27), date(2026, 4, 12))
    assert known(key).unread == ()


def test_without_a_ledger_there_is_too_little_history() -> None:
    assert known(a_key()).rhythm.rhythm is Rhythm.TOO_LITTLE

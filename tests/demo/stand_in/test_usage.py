from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from iamdash.demo.stand_in.usage import Rhythm, UsageBook, Use

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAILY = Rhythm(timedelta(days=1), MONDAY, "s3", "eu-west-1")


def test_a_job_that_has_not_begun_has_used_nothing() -> None:
    assert DAILY.last_use(MONDAY - timedelta(minutes=1)) is None


def test_a_job_moves_the_last_use_while_nobody_does_anything() -> None:
    first, later = DAILY.last_use(MONDAY + timedelta(days=3.5)), DAILY.last_use(MONDAY + timedelta(days=4.5))

    assert first is not None
    assert later is not None
    assert timedelta(hours=20) < later.at - first.at < timedelta(hours=28)


@given(st.integers(min_value=0, max_value=60 * 24 * 400), st.integers(min_value=1, max_value=60 * 24 * 40))
def test_last_use_never_goes_back_and_is_never_in_the_future(after_minutes: int, every_minutes: int) -> None:
    rhythm = Rhythm(timedelta(minutes=every_minutes), MONDAY, "s3", "eu-west-1")
    now = MONDAY + timedelta(minutes=after_minutes)

    use, next_use = rhythm.last_use(now), rhythm.last_use(now + timedelta(minutes=every_minutes))

    assert use is not None
    assert next_use is not None
    assert now - timedelta(minutes=every_minutes * 1.1 + 1) <= use.at <= now
    assert next_use.at >= use.at


def test_a_job_that_was_stopped_stays_at_its_last_use() -> None:
    book = UsageBook()
    book.start("AKIA1", DAILY)

    book.stop("AKIA1", MONDAY + timedelta(days=10))

    assert book.last_use("AKIA1", MONDAY + timedelta(days=90)) == DAILY.last_use(MONDAY + timedelta(days=10))


def test_a_recorded_use_counts_once_its_time_has_come_and_at_the_minute() -> None:
    book = UsageBook()
    book.record("AKIA1", Use(MONDAY + timedelta(seconds=42), "sts", "eu-west-1"))

    use = book.last_use("AKIA1", MONDAY + timedelta(hours=1))

    assert use == Use(MONDAY, "sts", "eu-west-1")
    assert book.last_use("AKIA1", MONDAY - timedelta(hours=1)) is None


def test_of_the_uses_in_a_quarter_of_an_hour_the_first_is_kept() -> None:
    book = UsageBook()
    for minute in (0, 7, 14, 16):
        book.record("AKIA1", Use(MONDAY + timedelta(minutes=minute)))
        if minute == 14:
            assert book.last_use("AKIA1", MONDAY + timedelta(hours=1)) == Use(MONDAY)

    assert book.last_use("AKIA1", MONDAY + timedelta(hours=1)) == Use(MONDAY + timedelta(minutes=16))

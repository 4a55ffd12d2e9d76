"""Moments, and days added to them without falling off the end of the calendar: a limit may be any whole number."""

from datetime import UTC, datetime, timedelta

END_OF_TIME = datetime.max.replace(tzinfo=UTC)
NO_TIME = timedelta(0)
# An answer that lets somebody act hangs on what was read directly, and a reading grows too old for that.
READING_LASTS = timedelta(hours=24)


def after(at: datetime, *, days: int = 0, span: timedelta = NO_TIME) -> datetime:
    """Return the moment `days` and `span` after `at`; the last there is, where the calendar ends before that."""
    try:
        return at + (timedelta(days=days) + span)
    except OverflowError:
        return END_OF_TIME


def good_until(read_at: datetime) -> datetime:
    """Return when a reading is too old to act on."""
    return after(read_at, span=READING_LASTS)


def span_of(*, days: int) -> timedelta:
    """Return so many days; the longest span there is, where they are more."""
    return timedelta(days=days) if days < timedelta.max.days else timedelta.max


def newest(moments: list[datetime | None]) -> datetime | None:
    """Return the newest of the moments that are known, or None."""
    return max((at for at in moments if at is not None), default=None)


def soonest(moments: list[datetime | None]) -> datetime | None:
    """Return the earliest of the moments that are known, or None."""
    return min((at for at in moments if at is not None), default=None)

"""Sentences that stay true: they hold moments, and turn them into "41 days" only when somebody reads them.

A stored answer must not age by itself, so the rules write `Sentence("Last used {at:ago}.", {"at": moment})` and the
page, the export and the command line each render it with their own `now` and time zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

# English in every locale, and several times faster than `strftime`: a list tells two hundred moments.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words with moments in them.

    In `text`, `{name}` is a date and time, `{name:day}` a date, `{name:days}` the whole days since ("41 days"), and
    `{name:ago}` the same as people say it ("41 days ago", "in 3 days"). Braces meant as such are doubled: see `plain`.
    """

    text: str
    moments: Mapping[str, datetime] = field(default_factory=dict)

    def render(self, *, now: datetime, zone: tzinfo) -> str:
        """Return the words as they are true at `now`, with times in `zone`."""
        return self._with(_Moment, now, zone)

    def for_the_record(self, *, at: datetime, zone: tzinfo) -> str:
        """Return the words as they were true at `at`, to be read at any time: no "ago", and each time with its zone."""
        return self._with(_RecordedMoment, at, zone)

    def _with(self, moment: "type[_Moment]", now: datetime, zone: tzinfo) -> str:
        return self.text.format_map({name: moment(at, now, zone) for name, at in self.moments.items()})


def plain(words: str) -> str:
    """Return `words` (a person's name, an error message) made safe to stand in a Sentence's text."""
    return words.replace("{", "{{").replace("}", "}}")


@dataclass(frozen=True, slots=True)
class _Moment:
    at: datetime
    now: datetime
    zone: tzinfo

    def __format__(self, style: str) -> str:
        if style == "ago":
            return ago(self.at, now=self.now)
        if style == "days":
            return count_days((self.now - self.at).days)
        local = self.at.astimezone(self.zone)
        return day_in_words(local) if style == "day" else time_in_words(local)


@dataclass(frozen=True, slots=True)
class _RecordedMoment(_Moment):
    def __format__(self, style: str) -> str:
        # Named outright: in a dataclass with slots `super()` still means the class as it was before it had them.
        if style in {"day", "days"}:
            return _Moment.__format__(self, style)
        return f"{_Moment.__format__(self, '')} {self.at.astimezone(self.zone):%Z}"


def ago(at: datetime, *, now: datetime) -> str:
    """Return how long ago `at` was, or how long until it comes: "just now", "14 minutes ago", "in 3 days"."""
    seconds = (now - at).total_seconds()
    span = abs(seconds)
    if span < 60:
        return "just now" if seconds >= 0 else "in a moment"
    if span < 3600:
        words = _count(int(span // 60), "minute")
    elif span < 86400:
        words = _count(int(span // 3600), "hour")
    else:
        words = count_days(int(span // 86400))
    return f"{words} ago" if seconds >= 0 else f"in {words}"


def day_in_words(day: date) -> str:
    """Return "3 Mar 2027"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def time_in_words(local: datetime) -> str:
    """Return "3 Mar 2027, 09:05"."""
    return f"{day_in_words(local)}, {local.hour:02}:{local.minute:02}"


def count_days(number: int) -> str:
    """Return "1 day", "41 days", "1,893 days"."""
    return _count(number, "day")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"

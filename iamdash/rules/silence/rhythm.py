"""The rhythm of an access key, in one word, as its history shows it. It describes; how long to wait is `waiting`'s.

A job of the first working day of each month is monthly, though its gaps are 28 to 34 days; one of working days is
daily, though it rests at weekends. What a key does within a day is not looked at: used on every day is continuous.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median_low

from iamdash.rules.facts import Use
from iamdash.rules.moments import NO_TIME
from iamdash.rules.sentence import Sentence, count_days
from iamdash.rules.silence.cadence import Cadence
from iamdash.rules.silence.history import History, days_of_use, history_of
from iamdash.rules.silence.waiting import EVEN_GAPS, EVENNESS, LEAST_SPAN


class Rhythm(StrEnum):
    """The value is how a page says it."""

    CONTINUOUS = "Continuous"
    DAILY = "Daily"
    WEEKLY = "Weekly"
    FORTNIGHTLY = "Fortnightly"
    MONTHLY = "Monthly"
    QUARTERLY = "Quarterly"
    YEARLY = "Yearly"
    IRREGULAR = "Irregular"
    TOO_LITTLE = "Too little history"


A_DAY = timedelta(days=1)
# A gap of up to half as much again is still of that rhythm.
PERIODS: Mapping[Rhythm, timedelta] = {
    Rhythm.WEEKLY: timedelta(days=7),
    Rhythm.FORTNIGHTLY: timedelta(days=14),
    Rhythm.MONTHLY: timedelta(days=31),
    Rhythm.QUARTERLY: timedelta(days=92),
    Rhythm.YEARLY: timedelta(days=366),
}


@dataclass(frozen=True, slots=True)
class KeyRhythm:
    """A rhythm, and what it comes from: the last use of each day (UTC), oldest first, and the history they make."""

    rhythm: Rhythm
    history: History
    days: tuple[datetime, ...]

    @property
    def sentence(self) -> Sentence:
        """Return it with its reason: "Monthly: used on 14 days since 3 Mar 2025, 32 days apart at most."."""
        if not self.days:
            return Sentence(f"{self.rhythm}: no day of use is known.")
        first = {"first": self.days[0]}
        if len(self.days) == 1:
            return Sentence(f"{self.rhythm}: used on 1 day, {{first:day}}.", first)
        apart = max((later.date() - earlier.date()).days for earlier, later in pairwise(self.days))
        used = f"used on {count_days(len(self.days))} since {{first:day}}"
        return Sentence(f"{self.rhythm}: {used}, {count_days(apart)} apart at most.", first)


def rhythm_of(uses: Iterable[Use]) -> KeyRhythm:
    """Return the rhythm that the known uses of a key show; their order does not matter.

    Too little history: fewer than four gaps that tell of the key, or less than 120 days from first to last. Irregular:
    the longest of those gaps is more than half as long again as the usual one; working days alone may rest for longer.
    """
    unread_before: dict[datetime, timedelta] = {}
    for use in uses:
        unread_before[use.at] = max(use.unread_for, unread_before.get(use.at, NO_TIME))
    days = days_of_use(unread_before)
    history = history_of(days, unread_before=unread_before)
    return KeyRhythm(_rhythm(history), history, tuple(days))


def _rhythm(history: History) -> Rhythm:
    if len(history.gaps) < EVEN_GAPS or history.span < LEAST_SPAN:
        return Rhythm.TOO_LITTLE
    longest, usual = max(history.gaps), median_low(history.gaps)
    if longest <= EVENNESS * A_DAY:
        return Rhythm.CONTINUOUS
    if usual <= EVENNESS * A_DAY and longest <= EVENNESS * Cadence.DAILY.period:
        return Rhythm.DAILY
    if longest > EVENNESS * usual:
        return Rhythm.IRREGULAR
    return next((name for name, period in PERIODS.items() if longest <= EVENNESS * period), Rhythm.IRREGULAR)

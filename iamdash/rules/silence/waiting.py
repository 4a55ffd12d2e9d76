"""How long an access key has to be silent before nobody expects it to be used again.

Assumed, and said on the page: no job is rarer than yearly, no undeclared season rests for longer than eleven weeks
where the history shows none, a rhythm does not slow. Chosen by simulation: docs/decisions/0005-how-long-to-wait.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from iamdash.rules.silence.history import LAST_USED_SPAN, NOTHING, History, days_of_use, history_of

# A yearly job, with a month to spare.
A_YEAR = timedelta(days=395)
# A shorter history cannot show a rhythm, whatever it holds.
LEAST_SPAN = timedelta(days=120)
EVEN_GAPS, EVENNESS = 4, 1.5
MANY_GAPS = 20
# Nobody has said how often the key is used, so a monthly job may hide behind a busy one, and a summer may pass.
UNDECLARED = timedelta(weeks=11)


@dataclass(frozen=True, slots=True)
class Wait:
    """How long, and why so long, as the end of a sentence. `undeclared`: because nobody has said how often."""

    span: timedelta
    because: str
    undeclared: bool = False

    @property
    def days(self) -> int:
        """Return the days, a begun one as a whole one."""
        return ceil(self.span / timedelta(days=1))


def waiting_time(
    uses: Iterable[datetime],
    *,
    created_at: datetime,
    cadence: timedelta | None = None,
    minimum_quiet: timedelta,
    unread_before: Mapping[datetime, timedelta] = NOTHING,
) -> timedelta:
    """Return how long a key has to be silent before it counts as no longer used.

    `uses`: every last-used value that is known, in any order; one before `created_at` is none of this key's.
    `cadence`: how often its owner says that it is used; None: nobody has said. `minimum_quiet`: the organisation's
    least wait. `unread_before`: see `history_of`.
    """
    since = created_at - LAST_USED_SPAN
    history = history_of(days_of_use(use for use in uses if use >= since), unread_before=unread_before)
    return wait_for(history, cadence=cadence, minimum_quiet=minimum_quiet).span


def wait_for(history: History, *, cadence: timedelta | None, minimum_quiet: timedelta) -> Wait:
    """Return what `waiting_time` does for a history, with the reason: the longest of all waits that apply."""
    waits = [
        Wait(minimum_quiet, "the least that this organisation waits"),
        Wait(1.1 * history.longest_gap, "a tenth more than its longest gap"),
        _by_rhythm(history, unknown=cadence is None),
        _undeclared() if cadence is None else _declared(cadence),
    ]
    return max(waits, key=lambda wait: wait.span)


def _by_rhythm(history: History, *, unknown: bool) -> Wait:
    """Return the wait that the rhythm shows by itself; where it shows none, a year, or what its owner says."""
    if history.gaps and history.span >= LEAST_SPAN:
        longest, number = max(history.gaps), len(history.gaps)
        if number >= EVEN_GAPS and longest <= EVENNESS * min(history.gaps):
            return Wait(min(2 * longest, A_YEAR), "twice its longest gap")
        if number >= MANY_GAPS:
            return Wait(min(4 * longest, A_YEAR), "four times its longest gap, as its gaps are uneven")
    if unknown:
        return Wait(A_YEAR, "as its known history is too short or too uneven to show a rhythm", undeclared=True)
    return Wait(timedelta(0), "")


def _undeclared() -> Wait:
    return Wait(UNDECLARED, "as nobody has said how often it is used", undeclared=True)


def _declared(cadence: timedelta) -> Wait:
    return Wait(max(min(2 * cadence, A_YEAR), 1.1 * cadence), "by what its owner says of its use")

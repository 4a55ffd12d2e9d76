"""When the last active key goes, at the pace of this organisation's own last weeks: simulated, and told as a range.

Each simulated future draws whole weeks from the past, with what was retired and what arrived in them, until nothing is
left. Weeks are drawn and not averaged, so that a fortnight of holidays or a day of great deletions widens the range.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache
from itertools import accumulate
from random import Random

FEWEST_WEEKS = 4
FUTURES = 200
# Beyond this many weeks nobody plans: the end is then "not within three years".
HORIZON = 156
SEED = "iamdash"
# The range leaves a tenth of the futures out at either end.
EARLY, LIKELY, LATE = 0.1, 0.5, 0.9


@dataclass(frozen=True, slots=True)
class Week:
    """Active keys that were retired (deactivated or deleted), and those that came up, in one week."""

    retired: int
    arrived: int


@dataclass(frozen=True, slots=True)
class Expected:
    """How many active keys are left on a day: in most futures between `fewest` and `most`."""

    day: date
    fewest: int
    middle: int
    most: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the last key goes: in most futures between `early_on` and `late_on`. None: not within the horizon.

    `weeks`: how many weeks of the past it rests on. `path`: week by week from today, until `late_on` or the horizon.
    """

    early_on: date | None
    likely_on: date | None
    late_on: date | None
    weeks: int
    path: tuple[Expected, ...]


class Outlook(Enum):
    """How the target date stands to the forecast."""

    DONE = "done"
    ON_TRACK = "on track"
    CLOSE = "close"
    BEHIND = "behind"
    UNKNOWN = "unknown"


def forecast(weeks: Sequence[Week], *, left: int, today: date) -> Forecast | None:
    """Return when `left` active keys will be gone, or None where fewer than four `weeks` of the past are known.

    The same weeks give the same answer: chance is seeded.
    """
    return None if len(weeks) < FEWEST_WEEKS else _simulated(tuple(weeks), left, today)


# Thirty thousand draws, and the same until a key goes or comes.
@lru_cache(maxsize=256)
def _simulated(weeks: tuple[Week, ...], left: int, today: date) -> Forecast:
    chance = Random(SEED)  # noqa: S311  no secret
    changes = [week.arrived - week.retired for week in weeks]
    futures = [_future(left, chance.choices(changes, k=HORIZON)) for _ in range(FUTURES)]
    ends = sorted(_end(future) for future in futures)
    early, likely, late = (ends[int(share * (FUTURES - 1))] for share in (EARLY, LIKELY, LATE))
    path = tuple(
        Expected(today + timedelta(weeks=week), *_spread([future[week] for future in futures]))
        for week in range(min(late, HORIZON) + 1)
    )
    return Forecast(_day(early, today), _day(likely, today), _day(late, today), len(weeks), path)


def outlook(found: Forecast | None, *, left: int, target_on: date | None) -> Outlook:
    """Return whether the target will be met: in nine of ten futures, in half of them, or in fewer."""
    if left == 0:
        return Outlook.DONE
    if found is None or target_on is None:
        return Outlook.UNKNOWN
    if found.late_on is not None and found.late_on <= target_on:
        return Outlook.ON_TRACK
    return Outlook.CLOSE if found.likely_on is not None and found.likely_on <= target_on else Outlook.BEHIND


def outlook_at_mean_pace(weeks: Sequence[Week], *, left: int, today: date, target_on: date | None) -> Outlook:
    """Return the outlook by the mean pace of the last `weeks` alone, for the many rows of a table."""
    if left == 0:
        return Outlook.DONE
    if target_on is None or len(weeks) < FEWEST_WEEKS:
        return Outlook.UNKNOWN
    gone_each_week = sum(week.retired - week.arrived for week in weeks) / len(weeks)
    in_time = gone_each_week * (target_on - today).days / 7 >= left
    return Outlook.ON_TRACK if in_time else Outlook.BEHIND


def needed_every_four_weeks(left: int, *, today: date, target_on: date) -> int | None:
    """Return how many keys have to go every four weeks to be done in time; None where the time is over."""
    days = (target_on - today).days
    return -(-left * 28 // days) if days > 0 else None


def _future(left: int, changes: Sequence[int]) -> list[int]:
    """Return what is left after each week; once nothing is, it is done, whatever comes up later."""
    after = list(accumulate(changes, initial=left))
    end = next((week for week, count in enumerate(after) if count <= 0), len(after))
    return after[:end] + [0] * (len(after) - end)


def _end(future: Sequence[int]) -> int:
    """Return the week in which nothing is left, or one more than the horizon."""
    return next((week for week, count in enumerate(future) if count == 0), HORIZON + 1)


def _spread(counts: list[int]) -> tuple[int, int, int]:
    counts.sort()
    early, likely, late = (counts[int(share * (FUTURES - 1))] for share in (EARLY, LIKELY, LATE))
    return early, likely, late


def _day(week: int, today: date) -> date | None:
    return today + timedelta(weeks=week) if week <= HORIZON else None

"""Invented access keys: their use through the years until they are abandoned, and what iamdash would read of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

BEGINS = datetime(2020, 3, 1, tzinfo=UTC)
YEARS = 5
LASTS = 365.25 * YEARS
# AWS shows a use up to four hours late, and keeps the first one of fifteen minutes.
LAG, SPAN = 4 / 24, 15 / (24 * 60)
# The account is read once a day; every tenth time it does not answer, and in some years nobody reads it for weeks.
MISSED, OUTAGE_IN_A_YEAR, LONGEST_OUTAGE = 0.1, 0.3, 45
# Only some readings are direct; the others are credential reports, some hours old.
DIRECT = 0.7

# Days since the key was created, in order.
Days = list[float]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a key is used. `period`: what its owner would declare, in days; None: the owner does not know."""

    name: str
    uses: Callable[[Random], Days]
    period: float | None


def every(period: float, jitter: float) -> Callable[[Random], Days]:
    """Return uses once in a period, each up to `jitter` days early or late."""

    def uses(rng: Random) -> Days:
        first = rng.random() * period
        number = int((LASTS - first) / period)
        return sorted(max(0.0, first + period * turn + rng.uniform(-jitter, jitter)) for turn in range(number))

    return uses


def now_and_then(mean: float) -> Callable[[Random], Days]:
    """Return uses at random, so many days apart on average."""

    def uses(rng: Random) -> Days:
        at, found = rng.expovariate(1 / mean), []
        while at < LASTS:
            found.append(at)
            at += rng.expovariate(1 / mean)
        return found

    return uses


def bursts(uses: Callable[[Random], Days], number: int, within: float) -> Callable[[Random], Days]:
    """Return several uses in place of each."""
    return lambda rng: sorted(at + rng.random() * within for at in uses(rng) for _ in range(number))


def in_season(uses: Callable[[Random], Days], first: int, last: int) -> Callable[[Random], Days]:
    """Return only the uses on these days of the year."""
    return lambda rng: [at for at in uses(rng) if first <= at % 365.25 < last]


def first_one_then_both(busy: Callable[[Random], Days], rare: Callable[[Random], Days]) -> Callable[[Random], Days]:
    """Return the uses of two jobs on one key, of which the busy one ends some day."""

    def uses(rng: Random) -> Days:
        ends = rng.uniform(0.2, 0.8) * LASTS
        return sorted([*(at for at in busy(rng) if at < ends), *rare(rng)])

    return uses


RHYTHMS = (
    Rhythm("hourly", every(1 / 24, 0.01), 1),
    Rhythm("daily", every(1, 0.1), 1),
    Rhythm("weekdays", lambda rng: [at for at in every(1, 0.1)(rng) if at % 7 < 5], 1),
    Rhythm("weekly", every(7, 0.2), 7),
    Rhythm("weekly, by hand", every(7, 2.5), 7),
    Rhythm("fortnightly", every(14, 1), 14),
    Rhythm("monthly", every(30.44, 1.5), 31),
    Rhythm("monthly, in bursts", bursts(every(30.44, 1.5), 8, 0.5), 31),
    Rhythm("quarterly", every(91.3, 3), 92),
    Rhythm("half-yearly", every(182.6, 5), 183),
    Rhythm("yearly", every(365.25, 8), 366),
    Rhythm("each April", in_season(every(1, 0.1), 31, 61), 366),
    Rhythm("all but the summer", lambda rng: [at for at in every(1, 0.1)(rng) if not 140 <= at % 365.25 < 185], None),
    Rhythm("now and then", now_and_then(10), None),
    Rhythm("rarely", now_and_then(40), None),
    Rhythm("daily, then monthly", first_one_then_both(every(1, 0.1), every(30.44, 1.5)), None),
)


@dataclass(frozen=True, slots=True)
class Key:
    """One invented key: its uses until it is abandoned, and the readings of them, in days since its creation."""

    uses: Days
    readings: Sequence[dict[str, Any]]

    @property
    def abandoned_at(self) -> datetime:
        """Return the moment of its last use."""
        return moment(self.uses[-1])


def invent(rhythm: Rhythm, rng: Random) -> Key | None:
    """Return a key that is used in this rhythm until some day, and is read for more than a year after; None: unused."""
    stops = rng.uniform(200, LASTS - 430)
    uses = [at for at in rhythm.uses(rng) if at < stops]
    return Key(uses, list(_readings(_recorded(uses), rng))) if uses else None


def moment(day: float) -> datetime:
    """Return the moment so many days after a key's creation."""
    return BEGINS + timedelta(days=day)


def _recorded(uses: Days) -> Days:
    """Return the uses that AWS records: the first one of each span."""
    kept = uses[:1]
    for at in uses[1:]:
        if at - kept[-1] >= SPAN:
            kept.append(at)
    return kept


def _readings(uses: Days, rng: Random) -> Iterator[dict[str, Any]]:
    outages = [
        (begins, begins + rng.uniform(3, LONGEST_OUTAGE))
        for year in range(YEARS)
        if rng.random() < OUTAGE_IN_A_YEAR
        for begins in [(year + rng.random() * 0.8) * 365.25]
    ]
    used, known = iter(uses), None
    coming = next(used, None)
    for day in range(int(LASTS)):
        at = day + rng.random() / 2
        missed = rng.random() < MISSED or any(begins < at < ends for begins, ends in outages)
        is_direct = rng.random() < DIRECT
        generated = at if is_direct else at - rng.random() * LAG
        seen = generated - rng.random() * LAG
        while coming is not None and coming <= seen:
            known, coming = coming, next(used, None)
        if not missed:
            yield {
                "read_at": moment(at).isoformat(),
                "last_used_at": None if known is None else moment(known).isoformat(),
                "source": "direct" if is_direct else "report",
                "generated_at": moment(generated).isoformat(),
            }

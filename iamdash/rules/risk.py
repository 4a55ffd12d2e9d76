"""How risky a candidate's keys are, to sort by: a level, and every factor that led to it. No hidden weights.

What the keys may do picks a line of LEVELS, and the number of the other factors that hold picks the place in it: an old
key, a key in use, two active keys, no owner. docs/risk.md says the same for people.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from iamdash.rules.facts import CandidateFacts, KeyFacts
from iamdash.rules.keys import INACTIVE, no_reading, oldest_first, only_report_knows
from iamdash.rules.moments import after, soonest
from iamdash.rules.policies.reach import Reach, reach_of
from iamdash.rules.sentence import Sentence, count_days, plain

OLD_DAYS = 365
IN_USE_DAYS = 90


class Risk(IntEnum):
    """The level, in order."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def slug(self) -> str:
        """Return the level's name in addresses and exports."""
        return self.name.lower()

    @property
    def label(self) -> str:
        """Return the level's name on pages."""
        return self.name.capitalize()


# What the keys may do → the level with 0, 1, 2, 3 and 4 of the other factors. What cannot be told is never low.
LEVELS: Mapping[Reach, tuple[Risk, Risk, Risk, Risk, Risk]] = {
    Reach.ANYTHING: (Risk.HIGH, Risk.CRITICAL, Risk.CRITICAL, Risk.CRITICAL, Risk.CRITICAL),
    Reach.WHOLE_SERVICES: (Risk.MEDIUM, Risk.MEDIUM, Risk.HIGH, Risk.HIGH, Risk.CRITICAL),
    Reach.NOT_TOLD: (Risk.MEDIUM, Risk.MEDIUM, Risk.MEDIUM, Risk.HIGH, Risk.HIGH),
    Reach.LIMITED: (Risk.LOW, Risk.LOW, Risk.MEDIUM, Risk.MEDIUM, Risk.HIGH),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """The level with everything that led to it, what the keys may do first."""

    level: Risk
    factors: tuple[Sentence, ...]


def risk_of(facts: CandidateFacts, *, now: datetime) -> Judged:
    """Return how risky the keys are. Low without an active key, by a complete reading: then none can be used."""
    created = _active_since(facts)
    gap = no_reading(facts)
    if not created and gap is None:
        return Judged(Risk.LOW, (Sentence("No access key is Active, so none can be used."),))
    reach, said = reach_of(facts)
    others = tuple(_others(facts, created, gap, now))
    return Judged(LEVELS[reach][len(others)], (*said, *others))


def changes_at(facts: CandidateFacts, *, now: datetime) -> datetime | None:
    """Return the next moment after `now` at which the passing of time alone may bring another level."""
    turns_old = [after(created_at, days=OLD_DAYS) for created_at in _active_since(facts)]
    falls_silent = [after(key.last_used_at, days=IN_USE_DAYS) for key in _active(facts) if key.last_used_at]
    return soonest([at for at in (*turns_old, *falls_silent) if at > now])


def _others(facts: CandidateFacts, created: list[datetime], gap: Sentence | None, now: datetime) -> Iterator[Sentence]:
    """Yield those of the four other factors that hold; a use that nobody has read counts as one."""
    if created and after(created[0], days=OLD_DAYS) <= now:
        words = f"Its oldest active key is {{created:days}} old; over {count_days(OLD_DAYS)} counts."
        yield Sentence(words, {"created": created[0]})
    in_use = _in_use(_active(facts), gap, now)
    if in_use:
        yield in_use
    if len(created) > 1:
        yield Sentence(f"It has {len(created)} active keys.")
    if facts.claim is None:
        yield Sentence("It has no owner.")


def _in_use(keys: list[KeyFacts], gap: Sentence | None, now: datetime) -> Sentence | None:
    used = [key.last_used_at for key in keys if key.last_used_at and after(key.last_used_at, days=IN_USE_DAYS) > now]
    if used:
        words = f"It is in use: a key was used {{used:ago}}; within {count_days(IN_USE_DAYS)} counts."
        return Sentence(words, {"used": max(used)})
    unread = [key.access_key_id for key in keys if key.last_used_as_of is None]
    if unread:
        return Sentence(plain(f"It may be in use: the last use of {' and '.join(unread)} was not read."))
    return Sentence(f"It may be in use. {gap.text}", gap.moments) if gap and not keys else None


def _active(facts: CandidateFacts) -> list[KeyFacts]:
    """Return the keys that work as far as can be told: all whose status is not Inactive, oldest first."""
    return [key for key in oldest_first(facts) if key.status != INACTIVE]


def _active_since(facts: CandidateFacts) -> list[datetime]:
    """Return when the keys that work were created, the oldest first; by the credential report before IDs are known."""
    if only_report_knows(facts):
        return sorted(created_at for created_at, active in facts.report_slots if active)
    return [key.created_at for key in _active(facts)]

"""The soak: how long something has to be Inactive, without a break, before it may be deleted for ever."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from iamdash.rules.evidence import Verdict
from iamdash.rules.facts import CandidateFacts, KeyFacts, Thresholds
from iamdash.rules.moments import after, good_until, span_of
from iamdash.rules.silence.quiet import quiet_of


@dataclass(frozen=True, slots=True)
class Soak:
    """`since` Inactive; over from `over_at` on, by a direct reading; `read_at`: the newest one; None: there is none.

    `was_early`: a key that was deactivated before that was safe, which waits for as long as it should have been silent;
    `undeclared`: that is so long because nobody has said how often it is used.
    """

    since: datetime
    over_at: datetime
    read_at: datetime | None
    was_early: bool = False
    undeclared: bool = False

    def answer(self, now: datetime) -> Verdict:
        """Return whether it is over, by a direct reading of the last day."""
        if now < self.over_at:
            return Verdict.NOT_YET
        if self.read_at is not None and self.read_at >= self.over_at and now < good_until(self.read_at):
            return Verdict.YES
        return Verdict.UNKNOWN

    def changes_at(self, now: datetime) -> datetime | None:
        """Return the next moment at which time alone changes the answer, or None."""
        if now < self.over_at:
            return self.over_at
        return good_until(self.read_at) if self.read_at and self.answer(now) is Verdict.YES else None


def soak_of(key: KeyFacts, facts: CandidateFacts, thresholds: Thresholds) -> Soak:
    """Return the soak of an Inactive key; a use after it was deactivated starts it again."""
    quiet = quiet_of(key, cadence=facts.cadence, thresholds=thresholds)
    since = max(key.status_changed_at, quiet.since) if key.last_used_at else key.status_changed_at
    was_early = key.status_changed_at < quiet.enough_from
    span = max(_least(thresholds), quiet.wait.span) if was_early else _least(thresholds)
    used_directly = key.last_used_as_of if key.last_used_source == "direct" else None
    read_at = min(facts.keys_as_of, used_directly) if facts.keys_as_of and used_directly else None
    undeclared = was_early and quiet.wait.undeclared and span > _least(thresholds)
    return Soak(since, after(since, span=span), read_at, was_early, undeclared)


def soak_since(since: datetime, read_at: datetime | None, thresholds: Thresholds) -> Soak:
    """Return the soak of what has no last use."""
    return Soak(since, after(since, span=_least(thresholds)), read_at)


def _least(thresholds: Thresholds) -> timedelta:
    return span_of(days=thresholds.soak_days)

"""When a credential was last used: what was recorded, and the rhythm of the job behind it.

A rhythm makes last use a function of the time, so that keys keep moving while nobody does anything.
AWS keeps the first use in each span of 15 minutes (IAM User Guide, "Get credential reports").
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zlib import crc32

SPAN = timedelta(minutes=15)


@dataclass(frozen=True)
class Use:
    """One use as AWS records it: when (15-minute spans), of which service, in which region."""

    at: datetime
    service: str = "N/A"
    region: str = "N/A"


@dataclass(frozen=True)
class Rhythm:
    """A job that runs `every` so often from `first_at` until `stopped_at` (None: it still runs)."""

    every: timedelta
    first_at: datetime
    service: str
    region: str
    stopped_at: datetime | None = None

    def last_use(self, now: datetime) -> Use | None:
        """Return the latest run up to `now`, or None before the first."""
        end = min(now, self.stopped_at) if self.stopped_at else now
        turn = (end - self.first_at) // self.every
        for candidate in (turn, turn - 1):
            at = self._run(candidate)
            if candidate >= 0 and at <= end:
                return Use(whole_minute(at), self.service, self.region)
        return None

    def _run(self, turn: int) -> datetime:
        # Real jobs never run on the dot: each run is late by up to a twelfth of the period, the same on every reading.
        lateness = crc32(f"{self.first_at.timestamp()}/{turn}".encode()) % 1000 / 12000 if turn else 0.0
        return self.first_at + turn * self.every + self.every * lateness


@dataclass
class UsageBook:
    """Last use of every credential, by access key ID, by RoleId, and by UserId for passwords."""

    rhythms: dict[str, list[Rhythm]] = field(default_factory=dict)
    recorded: dict[str, Use] = field(default_factory=dict)

    def last_use(self, credential: str, now: datetime) -> Use | None:
        """Return the newest use up to `now`, or None where none is known."""
        uses = [use for rhythm in self.rhythms.get(credential, []) if (use := rhythm.last_use(now))]
        if (use := self.recorded.get(credential)) and use.at <= now:
            uses.append(use)
        return max(uses, key=lambda use: use.at, default=None)

    def record(self, credential: str, use: Use) -> None:
        """Write down one use. Of the uses in one span AWS keeps the first."""
        known = self.recorded.get(credential)
        if known is None or not timedelta(0) <= use.at - known.at < SPAN:
            self.recorded[credential] = replace(use, at=whole_minute(use.at))

    def start(self, credential: str, rhythm: Rhythm) -> None:
        """Let a job use this credential from now on."""
        self.rhythms.setdefault(credential, []).append(rhythm)

    def stop(self, credential: str, at: datetime) -> None:
        """End every job of this credential: it was deactivated, or its application moved to a role."""
        self.rhythms[credential] = [
            rhythm if rhythm.stopped_at and rhythm.stopped_at <= at else replace(rhythm, stopped_at=at)
            for rhythm in self.rhythms.get(credential, [])
        ]

    def forget(self, credential: str) -> None:
        """Drop what is known of a deleted credential."""
        self.rhythms.pop(credential, None)
        self.recorded.pop(credential, None)


def whole_minute(at: datetime) -> datetime:
    """Return `at` at the start of its minute: AWS's last-used dates carry seconds of 00."""
    return at.replace(second=0, microsecond=0)

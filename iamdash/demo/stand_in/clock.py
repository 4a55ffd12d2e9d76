"""The time in the stand-in: the real time, moved by an offset so that history can be played."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass
class Clock:
    """Tells AWS's time. Sessions do not use it: their expiry is judged by clients, which have the real time."""

    offset: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """Return the time here, to the second as AWS writes it, in UTC."""
        return (datetime.now(UTC) + self.offset).replace(microsecond=0)

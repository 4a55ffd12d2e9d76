"""Spreading what has to be done again over time: each thing has its own moment in the period, taken from its ID."""

from datetime import UTC, datetime, timedelta
from zlib import crc32

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Steps of a second would give things a moment each; crc32 is a number below this.
CRC_RANGE = 2**32


def due(identifier: str, *, since: datetime, now: datetime, period: timedelta) -> bool:
    """Return whether the moment of this ID has passed since `since`: once in every period, evenly over all IDs."""
    own_moment = period * (crc32(identifier.encode()) / CRC_RANGE)
    return (since - EPOCH - own_moment) // period < (now - EPOCH - own_moment) // period


def in_random_order(identifier: str) -> int:
    """Return a sort key that has nothing to do with names, and is the same in every run."""
    return crc32(identifier.encode())

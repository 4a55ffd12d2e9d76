"""How often an access key is used, as its owner says: what a short history cannot show."""

from datetime import timedelta
from enum import StrEnum


class Cadence(StrEnum):
    """The value is what is stored and what addresses say. "Don't know" is no cadence: nobody has said."""

    CONTINUOUS = "continuous"
    DAILY = "daily"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    SEASONAL = "seasonal"

    @property
    def label(self) -> str:
        """Return the cadence in words."""
        return LABELS[self]

    @property
    def period(self) -> timedelta:
        """Return the longest time from one use to the next."""
        return PERIODS[self]


LABELS = {
    Cadence.CONTINUOUS: "Continuously",
    Cadence.DAILY: "Daily, or every working day",
    Cadence.WEEKLY: "Weekly",
    Cadence.FORTNIGHTLY: "Fortnightly, every two weeks",
    Cadence.MONTHLY: "Monthly",
    Cadence.QUARTERLY: "Quarterly",
    Cadence.YEARLY: "Yearly",
    Cadence.SEASONAL: "In one season of the year (“each April”)",
}
PERIODS = {
    Cadence.CONTINUOUS: timedelta(days=1),
    Cadence.DAILY: timedelta(days=4),  # over a long weekend
    Cadence.WEEKLY: timedelta(days=8),
    Cadence.FORTNIGHTLY: timedelta(days=15),
    Cadence.MONTHLY: timedelta(days=32),
    Cadence.QUARTERLY: timedelta(days=94),
    Cadence.YEARLY: timedelta(days=368),
    Cadence.SEASONAL: timedelta(days=368),
}

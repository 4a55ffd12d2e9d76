"""When a day begins where the organisation is."""

from datetime import date, datetime

from django.utils import timezone


def midnight(day: date) -> datetime:
    """Return the first moment of the day."""
    return datetime.combine(day, datetime.min.time(), timezone.get_default_timezone())

"""The moment of a request: its page, its frame and what it does are of one."""

from datetime import datetime
from weakref import WeakKeyDictionary

from django.http import HttpRequest
from django.utils import timezone

_MOMENTS: WeakKeyDictionary[HttpRequest, datetime] = WeakKeyDictionary()


def now_of(request: HttpRequest) -> datetime:
    """Return when the request was first asked for its moment, in UTC: the same however often it is asked."""
    return _MOMENTS.setdefault(request, timezone.now())

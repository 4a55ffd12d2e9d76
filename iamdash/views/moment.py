"""The moment of a request: its page, its frame and what it does are of one."""

from collections.abc import Callable
from datetime import datetime
from weakref import WeakKeyDictionary

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from iamdash.database.kept import one_look

_MOMENTS: WeakKeyDictionary[HttpRequest, datetime] = WeakKeyDictionary()


def now_of(request: HttpRequest) -> datetime:
    """Return when the request was first asked for its moment, in UTC: the same however often it is asked."""
    return _MOMENTS.setdefault(request, timezone.now())


class OneLookMiddleware:
    """Lets a page be one look at the database, as far as answers are kept. A POST looks each time.

    A GET that changes something, such as the end of single sign-on, reads nothing that is kept after it has.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        with one_look():
            return self.get_response(request)

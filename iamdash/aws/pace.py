"""How fast calls leave: as fast as they will until AWS throttles one; then as fast as AWS has just been answering.

From there the pace quickens little by little until AWS throttles again. Why not botocore's adaptive mode, with figures:
docs/decisions/0003-a-pace-of-our-own.md.
"""

import threading
import time
from collections import defaultdict, deque
from typing import Any

from botocore.session import Session as BotocoreSession

from iamdash.aws.errors import THROTTLED

TOO_MANY_REQUESTS = 429
# AWS's answers are counted over so many seconds, and the pace is changed once in them: until then it has no effect.
WINDOW = 1.0
SHORTEST = 0.05  # a run that has only begun is counted over as long as it lasts, but no less than this
QUICKENS = 1.05  # each second
SLOWEST = 0.5  # calls a second
# More than AWS is known to allow; from here on calls leave as they will.
FASTEST = 1000.0


def slows_down(answer: dict[str, Any] | None) -> bool:
    """Return whether AWS answers a request by throttling it; None: it did not answer."""
    code = (answer or {}).get("Error", {}).get("Code", "")
    status = (answer or {}).get("ResponseMetadata", {}).get("HTTPStatusCode")
    return code in THROTTLED or status == TOO_MANY_REQUESTS


class Pace:
    """The pace of the calls to one service. It reads no clock: `now` is in seconds, and never goes back."""

    def __init__(self) -> None:
        self._rate: float | None = None
        self._began_at: float | None = None
        self._changed_at = 0.0
        self._next_at = 0.0
        self._answered_at: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Give the next call its place, and return how many seconds it has to wait for that."""
        if self._began_at is None:
            self._began_at = now
        rate = self.rate(now)
        if rate is None:
            return 0.0
        place = max(self._next_at, now)
        self._next_at = place + 1 / rate
        return place - now

    def rate(self, now: float) -> float | None:
        """Return the calls a second that may leave; None: AWS has set no bounds yet."""
        if self._rate is None:
            return None
        return min(FASTEST, self._rate * float(QUICKENS ** min(now - self._changed_at, 300)))

    def answered(self, now: float) -> None:
        """Take in that AWS has answered a call."""
        self._answered_at.append(now)
        self._forget_answers_before(now - WINDOW)

    def throttled(self, now: float) -> None:
        """Take in that AWS has refused a call for coming too fast."""
        rate = self.rate(now)
        if rate is not None and now - self._changed_at < WINDOW:
            return
        self._forget_answers_before(now - WINDOW)
        began_at = now if self._began_at is None else self._began_at
        answered = len(self._answered_at) / min(WINDOW, max(now - began_at, SHORTEST))
        # Where AWS answers nobody, what it has answered says nothing: half as fast, then.
        slower = answered or (rate or 1.0) / 2
        self._rate = max(SLOWEST, min(slower, rate or slower))
        self._changed_at = now

    def _forget_answers_before(self, then: float) -> None:
        while self._answered_at and self._answered_at[0] <= then:
            self._answered_at.popleft()


class Paces:
    """Lets the requests of a botocore session wait for their place, each service at a pace of its own."""

    def __init__(self, session: BotocoreSession) -> None:
        self._of: dict[str, Pace] = defaultdict(Pace)
        self._lock = threading.Lock()
        session.register("before-send", self._before_send)
        session.register("response-received", self._response_received)

    def _before_send(self, **event: Any) -> None:
        with self._lock:
            seconds = self._of[_service(event)].wait(time.monotonic())
        if seconds:
            time.sleep(seconds)

    def _response_received(self, **event: Any) -> None:
        answer = event["parsed_response"]
        if answer is None:
            return
        with self._lock:
            pace, now = self._of[_service(event)], time.monotonic()
            if slows_down(answer):
                pace.throttled(now)
            else:
                pace.answered(now)


def _service(event: dict[str, Any]) -> str:
    """Return the service in an event such as "before-send.iam.GetUser"."""
    return str(event["event_name"].split(".")[1])

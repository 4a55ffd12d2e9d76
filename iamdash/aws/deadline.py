"""Until when requests may leave: somebody waits for what is read by then, and goes without the rest."""

import time
from typing import Any

from botocore.session import Session as BotocoreSession

from iamdash.aws.errors import OutOfTime


class Deadline:
    """Keeps the requests of a botocore session from leaving, each retry too, once `time.monotonic()` is past `at`."""

    def __init__(self, session: BotocoreSession, *, at: float) -> None:
        self._at = at
        session.register("before-send", self._before_send)

    def _before_send(self, **_event: Any) -> None:
        if time.monotonic() >= self._at:
            raise OutOfTime

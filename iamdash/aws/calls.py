"""What one run costs: every HTTP request that leaves, counted by action, and how often AWS asked to slow down."""

import threading
from collections import Counter
from typing import Any

from botocore.session import Session as BotocoreSession

from iamdash.aws.errors import LongLivedKeyRefused
from iamdash.aws.pace import slows_down

SIGNED_BY_LONG_LIVED_KEY = "Credential=AKIA"


class Calls:
    """Counts the requests of a botocore session, each retry too, whichever client sends them.

    The requests by which botocore itself fetches credentials (a profile that assumes a role, a web identity) are
    seen as well. So this is where a long-lived key (AKIA…) is noticed, and refused unless it is allowed.
    """

    def __init__(self, session: BotocoreSession, *, allow_long_lived_key: bool) -> None:
        self.by_action: Counter[str] = Counter()
        self.throttled = 0
        self.long_lived = False
        self._allow_long_lived_key = allow_long_lived_key
        self._lock = threading.Lock()
        session.register("before-send", self._before_send)
        session.register("response-received", self._response_received)

    def _before_send(self, **event: Any) -> None:
        # botocore writes it as bytes; as text it is the same.
        if SIGNED_BY_LONG_LIVED_KEY in str(event["request"].headers.get("Authorization")):
            self.long_lived = True
            if not self._allow_long_lived_key:
                raise LongLivedKeyRefused
        # The event is called "before-send.iam.GetUser"; the service IDs of IAM, STS and EKS are those of policies.
        _, service, operation = event["event_name"].split(".")
        with self._lock:
            self.by_action[f"{service}:{operation}"] += 1

    def _response_received(self, **event: Any) -> None:
        if slows_down(event["parsed_response"]):
            with self._lock:
                self.throttled += 1

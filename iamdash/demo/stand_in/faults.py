"""Faults to order: calls that are refused, broken off or slow, answers that are spoilt, and changes made in between."""

import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from socket import SHUT_RDWR, SO_LINGER, SOL_SOCKET
from typing import Any, Literal, get_args

from iamdash.demo.stand_in.answer import Refusal
from iamdash.demo.stand_in.call import Call

Kind = Literal["deny", "throttle", "fail", "expire", "reset", "slow", "act", "garble", "repeat", "stranger"]


@dataclass
class Fault:
    """What goes wrong: for actions like `iam:Get*`, in one account or in all, so many times (None: until removed).

    `after` so many calls that it lets pass. The last three kinds spoil an answer (see spoiling.py). "act" spoils none:
    it does `deed`, which only a test in the same process can give, before the call is answered. With `per_second` only
    what comes faster than that strikes, once a second's worth of calls has been let pass in a burst, as AWS does it.
    """

    kind: Kind
    action: str = "*"
    account_id: str = "*"
    times: int | None = None
    seconds: float = 0.0
    after: int = 0
    per_second: float = 0.0
    deed: Callable[[], None] | None = None
    _allowance: float | None = field(default=None, repr=False)
    _looked_at: float = field(default=0.0, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"{self.kind!r} is no kind of fault: use one of {', '.join(get_args(Kind))}")

    def strikes(self, call: Call, account_id: str) -> bool:
        """Say whether it concerns this call, and count it where it does."""
        if self.times == 0 or not fnmatchcase(call.permission, self.action):
            return False
        if not fnmatchcase(account_id, self.account_id):
            return False
        if self.after:
            self.after -= 1
            return False
        if self.per_second and self._allows_one_more():
            return False
        if self.times is not None:
            self.times -= 1
        return True

    def _allows_one_more(self) -> bool:
        """Say whether a call keeps to `per_second`, and take it from the allowance where it does."""
        now = time.monotonic()
        before = self.per_second if self._allowance is None else self._allowance
        self._allowance = min(self.per_second, before + (now - self._looked_at) * self.per_second)
        self._looked_at = now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True


def strike(fault: Fault, call: Call, caller_arn: str, environ: dict[str, Any]) -> None:
    """Let a fault have its effect. Raises Refusal or ConnectionResetError, or takes its time."""
    match fault.kind:
        case "deny":
            raise denial(call, caller_arn)
        case "throttle" if call.service in {"eks", "organizations"}:
            raise Refusal("TooManyRequestsException", "Too many requests")
        case "throttle":
            raise Refusal("Throttling", "Rate exceeded")
        case "fail":
            raise Refusal("ServiceUnavailable", "Service Unavailable")
        case "expire":
            raise Refusal("ExpiredToken", "The security token included in the request is expired")
        case "reset":
            cut_connection(environ)
        case "slow":
            time.sleep(fault.seconds)
        case "act" if fault.deed is not None:
            fault.deed()


def denial(call: Call, caller_arn: str) -> Refusal:
    """Return AWS's answer to a call that no policy allows."""
    code = "AccessDeniedException" if call.service in {"eks", "organizations"} else "AccessDenied"
    return Refusal(
        code,
        f"User: {caller_arn} is not authorized to perform: {call.permission} "
        "because no identity-based policy allows the action",
    )


def cut_connection(environ: dict[str, Any]) -> None:
    """Reset the client's TCP connection. Raises ConnectionResetError."""
    connection = environ["werkzeug.socket"]
    connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(SHUT_RDWR)
    raise ConnectionResetError

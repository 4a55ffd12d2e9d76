"""TCP ports of the loopback interface, and starting a server on one."""

import contextlib
import socket
from collections.abc import Callable
from functools import partial

from iamdash.local.child import Child, LocalError, start_and_wait

LOOPBACK = "127.0.0.1"
ATTEMPTS = 3  # another program may take the free port between our look and the server's start


def start_on_a_free_port(child_for: Callable[[int], Child], ready: Callable[[int], bool]) -> tuple[Child, int]:
    """Start the server that `child_for` makes for a port, on a port nobody uses; returns it once it is ready there."""
    for _ in range(ATTEMPTS - 1):
        port = free_port()
        try:
            return start_and_wait(child_for(port), partial(ready, port)), port
        except LocalError:
            if is_free(port):  # nobody took the port: another one would not help
                raise
    port = free_port()
    return start_and_wait(child_for(port), partial(ready, port)), port


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    if answers(port):
        return False
    with socket.socket() as probe:
        # Servers set this too: a port whose last connections are still fading is free to them.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def answers(port: int) -> bool:
    """Whether something accepts connections on `port`."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False

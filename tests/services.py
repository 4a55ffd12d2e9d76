"""pytest plugin: a real PostgreSQL and a real Valkey of its own for every test session.

A plugin and not a conftest, because pytest-django reads the settings before any conftest can set the environment that
they come from. IAMDASH_TEST_DATABASE_URL and IAMDASH_TEST_REDIS_URL name servers to use instead.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

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
        self.running: list[Child] = []

    def start(self) -> None:
        self._set("DATABASE_URL", Postgres(self.base, durable=False))
        self._set("REDIS_URL", Valkey(self.base))
        for name in [name for name in os.environ if name.startswith(("AWS_", "IAMDASH_")) and "_TEST_" not in name]:
            del os.environ[name]
        os.environ.update(SETTINGS | NO_AWS | {"IAMDASH_CONFIG": str(self.base / "iamdash.toml")})

    def stop(self) -> None:
        while self.running:
            self.running.pop().stop()
        shutil.rmtree(self.base, ignore_errors=True)

    def _set(self, name: str, server: Postgres | Valkey) -> None:
        given = os.environ.get(f"IAMDASH_TEST_{name}")
        if not given:
            self.running.append(server.start())
        os.environ[name] = given or server.url


SERVICES = Services()


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

"""What holds for every test: it reaches this machine and nothing else, and static files need no collecting first."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections
from django.template import engines
from django.test import override_settings
from hypothesis import HealthCheck
from hypothesis import settings as examples
from jinja2 import StrictUndefined
from pytest_django.plugin import DjangoDbBlocker
from pytest_socket import socket_allow_hosts

from tests.services import end_other_sessions

# As in CI, where hypothesis does so by itself: a busy machine is no reason to fail.
if "CI" not in os.environ:
    examples.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    examples.load_profile("patient")


def pytest_runtest_setup() -> None:
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The tests' database goes at the end, whoever is still connected to it."""
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        end_other_sessions(str(connections["default"].settings_dict["NAME"]))


@pytest.fixture(scope="session", autouse=True)
def _plain_static_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The hashed names of production need `collectstatic`; tests take the files as they lie in the checkout."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES=settings.STORAGES | {"staticfiles": plain},
        STATIC_ROOT=tmp_path_factory.mktemp("staticfiles"),
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def _names_exist() -> None:
    """A template that names what is not there shows nothing to people, and fails here."""
    engines["jinja2"].env.undefined = StrictUndefined

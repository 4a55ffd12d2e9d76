"""Health checks answer probers that know nothing: no sign-in, no host name, and no database or cache."""

import socket
import time
from collections.abc import Iterator

import pytest
from django.db import connections
from django.test import Client, override_settings

from tests.services import SERVICES


@pytest.fixture
def nothing_listens() -> Iterator[int]:
    """A port of this machine on which nobody answers."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_the_process_lives_whatever_else_is_broken(client: Client) -> None:
    answer = client.get("/healthcheck/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "checks": {}})


@pytest.mark.django_db
def test_it_is_ready_when_postgres_and_redis_answer(client: Client) -> None:
    answer = client.get("/healthcheck/ready")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "checks": {"postgres": "ok", "redis": "ok"}}


@pytest.mark.django_db
def test_it_is_not_ready_without_redis(client: Client, nothing_listens: int) -> None:
    with override_settings(REDIS_URL=f"redis://127.0.0.1:{nothing_listens}/0"):
        answer = client.get("/healthcheck/ready")

    assert answer.status_code == 500
    assert answer.json()["checks"] == {"postgres": "ok", "redis": "does not answer"}


@pytest.mark.django_db(transaction=True)
def test_it_is_not_ready_without_postgres(
    client: Client, nothing_listens: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connections["default"]
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", nothing_listens)
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")

    answer = client.get("/healthcheck/ready")

    assert answer.status_code == 500
    assert answer.json() == {"status": "failing", "checks": {"postgres": "does not answer", "redis": "ok"}}


@pytest.mark.skipif(not SERVICES.owns("postgres"), reason="somebody else's Postgres is not frozen")
@pytest.mark.django_db
def test_a_frozen_postgres_is_soon_said_not_to_answer(client: Client) -> None:
    client.get("/healthcheck/ready")
    began = time.monotonic()

    with SERVICES.frozen("postgres"):
        answer = client.get("/healthcheck/ready")

    assert answer.status_code == 500
    assert answer.json()["checks"] == {"postgres": "does not answer", "redis": "ok"}
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("path", ["/healthcheck/live", "/healthcheck/ready"])
@pytest.mark.django_db
def test_a_prober_with_no_host_name_and_no_tls_is_answered(client: Client, path: str) -> None:
    with override_settings(SECURE_SSL_REDIRECT=True, ALLOWED_HOSTS=["iamdash.example"]):
        answer = client.get(path, headers={"Host": "10.1.2.3:8000"})

    assert answer.status_code == 200

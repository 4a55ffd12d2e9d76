"""An AWS to read, in two forms: the stand-in over HTTP, and recorded answers."""

from collections.abc import Iterator

import pytest

from iamdash.aws.progress import Surroundings
from iamdash.aws.session import AwsSession
from iamdash.demo.organisation.build import build_organisation
from iamdash.demo.stand_in.server import RunningStandIn, running_stand_in
from tests.aws.recorded import ACCOUNT, NOW, Recorded


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture
def surroundings() -> Surroundings:
    return Surroundings(clock=lambda: NOW, pause=lambda _seconds: None)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningStandIn]:
    with running_stand_in() as running:
        sign_in(running, monkeypatch)
        yield running


@pytest.fixture(scope="session")
def organisation() -> Iterator[RunningStandIn]:
    """The invented organisation, read by many tests and changed by none."""
    with running_stand_in(build=build_organisation) as running:
        yield running


def sign_in(running: RunningStandIn, monkeypatch: pytest.MonkeyPatch, account_id: str = ACCOUNT) -> None:
    """Make the ambient credentials those of somebody who may do everything in one account."""
    credentials = running.credentials(account_id)
    monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint_url)
    for name, value in credentials.items():
        monkeypatch.setenv(name.upper(), value)


@pytest.fixture
def session(stand_in: RunningStandIn) -> AwsSession:
    """A session that tries each call once: what is retried waits for real."""
    return AwsSession(attempts=1)

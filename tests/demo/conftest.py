"""A stand-in for AWS for each test: empty, or with the invented organisation in it."""

from collections.abc import Iterator

import pytest

from iamdash.demo.organisation.build import build_organisation
from iamdash.demo.stand_in.server import RunningStandIn, running_stand_in


@pytest.fixture
def stand_in() -> Iterator[RunningStandIn]:
    with running_stand_in() as running:
        yield running


@pytest.fixture
def organisation() -> Iterator[RunningStandIn]:
    with running_stand_in(build=build_organisation) as running:
        yield running

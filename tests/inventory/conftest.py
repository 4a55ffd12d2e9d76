"""What tests of the inventory stand on: an AWS account, and stored answers that agree with the rows afterwards."""

from collections.abc import Iterator

import pytest

from iamdash.demo.stand_in.server import running_stand_in
from iamdash.models import AwsAccount, Check, Programme, SyncRun
from iamdash.standing.check import differences
from tests.factories import make_aws_account, make_person, make_team
from tests.inventory.one_user import ACCOUNT, REGION, World


@pytest.fixture
def aws_account(db: None) -> Iterator[AwsAccount]:
    yield make_aws_account()

    finished = [
        at for rows in (SyncRun, Check) for at in rows.objects.values_list("finished_at", flat=True) if at is not None
    ]
    if finished:
        assert list(differences(max(finished))) == []


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Everything began so long ago that the way up ends some hours before now, when the pages are looked at."""
    Programme.objects.create(pk=1, regions=[REGION])
    with running_stand_in() as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint_url)
        for name, value in running.credentials(ACCOUNT).items():
            monkeypatch.setenv(name.upper(), value)
        team = make_team()
        ada = make_person("ada@example.org", full_name="Ada Mensah", teams=(team,))
        world = World(running, make_aws_account(ACCOUNT), ada)
        world.wait(days=-191, hours=-12)
        yield world

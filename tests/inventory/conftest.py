"""What tests of the inventory stand on: an AWS account, and stored answers that agree with the rows afterwards."""

from collections.abc import Iterator

import pytest

from iamdash.models import AwsAccount, SyncRun
from iamdash.standing.check import differences
from tests.factories import make_aws_account


@pytest.fixture
def aws_account(db: None) -> Iterator[AwsAccount]:
    yield make_aws_account()

    finished = SyncRun.objects.filter(finished_at__isnull=False).order_by("finished_at")
    if last := finished.values_list("finished_at", flat=True).last():
        assert list(differences(last)) == []

from datetime import date

import pytest

from iamdash.models import DailyCount, IamUser
from iamdash.standing.assess import Cause, assess
from iamdash.standing.daily import count_day
from tests.factories import NOW, days_ago, make_access_key, make_aws_account, make_candidate, make_claim, make_iam_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)


def rows() -> set[tuple[object, ...]]:
    return set(DailyCount.objects.values_list("aws_account_id", "team_slug", "stage", "candidates", "active_keys"))


def assess_all() -> None:
    assess(list(IamUser.objects.values_list("pk", flat=True)), now=NOW, cause=Cause.AWS, actor="sync")


def test_a_day_is_counted_by_account_team_and_stage() -> None:
    for _ in range(2):
        make_candidate()
    claimed = make_candidate()
    make_access_key(claimed.iam_user)
    make_claim(claimed)
    assess_all()

    count_day(DAY, NOW)

    assert rows() == {("111122223333", "", 1, 2, 2), ("111122223333", "platform", 2, 1, 2)}


def test_counting_a_day_again_replaces_it() -> None:
    DailyCount.objects.create(
        day=DAY, aws_account_id="111122223333", stage=6, candidates=9, active_keys=0, invented=True
    )
    make_candidate()
    assess_all()

    count_day(DAY, NOW)
    count_day(DAY, NOW)

    assert rows() == {("111122223333", "", 1, 1, 1)}
    assert not DailyCount.objects.filter(invented=True).exists()


def test_candidates_of_an_account_that_is_no_longer_read_are_not_counted() -> None:
    removed = make_aws_account("444455556666", removed_at=days_ago(1))
    candidate = make_candidate(make_iam_user(aws_account=removed))
    make_access_key(candidate.iam_user)
    assess_all()

    assert count_day(DAY, NOW) == 0

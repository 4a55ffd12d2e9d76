"""The accounts page says how each account is doing, and what to do about what could not be read."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from iamdash.inventory.accounts_page import AccountLine, Status, accounts_page
from iamdash.inventory.due import due_accounts
from iamdash.inventory.gaps import how_to_fix
from iamdash.inventory.lock import one_sync_of
from iamdash.models import AwsAccount
from tests.factories import NOW, make_access_key, make_aws_account, make_iam_user, make_sync_run

HOUR = timedelta(hours=1)
ROLE = "arn:aws:iam::111122223333:role/iamdash-reader"


def line() -> AccountLine:
    (only,) = accounts_page(NOW).accounts
    return only


def test_an_account_that_was_never_synced_waits(aws_account: AwsAccount) -> None:
    assert (line().status, line().took, line().last_good_at) == (Status.WAITING, None, None)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("complete", Status.UP_TO_DATE), ("partial", Status.PARTLY_READ), ("failed", Status.FAILING)],
)
def test_the_newest_finished_run_says_how_it_is(aws_account: AwsAccount, outcome: str, status: Status) -> None:
    make_sync_run(aws_account, outcome=outcome, started_at=NOW - HOUR, finished_at=NOW - HOUR / 2)

    assert (line().status, line().took, line().next_at) == (status, HOUR / 2, NOW)


def test_a_failing_account_still_says_when_it_was_last_read(aws_account: AwsAccount) -> None:
    make_sync_run(aws_account, started_at=NOW - 3 * HOUR, finished_at=NOW - 2 * HOUR)
    make_sync_run(aws_account, outcome="failed", started_at=NOW - HOUR, finished_at=NOW)

    assert (line().status, line().last_good_at, line().last_finished_at) == (Status.FAILING, NOW - 2 * HOUR, NOW)


def test_a_running_sync_shows_how_far_it_is(aws_account: AwsAccount) -> None:
    progress = {"doing": "Reading access keys", "done": 3, "total": 8}
    make_sync_run(aws_account, outcome="running", started_at=NOW, finished_at=None, progress=progress)

    with one_sync_of(aws_account.pk):
        running = line().running

    assert running is not None
    assert (running.doing, running.done, running.total) == ("Reading access keys", 3, 8)


def test_a_run_left_open_by_a_killed_worker_is_not_running(aws_account: AwsAccount) -> None:
    make_sync_run(aws_account, outcome="running", started_at=NOW, finished_at=None)

    assert (line().status, line().running) == (Status.WAITING, None)


def test_an_account_taken_out_of_the_config_comes_last(aws_account: AwsAccount) -> None:
    make_aws_account("000000000001", name="a-first-by-name", removed_at=NOW)

    statuses = [each.status for each in accounts_page(NOW).accounts]

    assert statuses == [Status.WAITING, Status.NO_LONGER_READ]


def test_users_and_active_keys_are_counted_without_those_that_are_gone(aws_account: AwsAccount) -> None:
    iam_user = make_iam_user(aws_account=aws_account)
    make_iam_user(aws_account=aws_account, gone_at=NOW)
    make_access_key(iam_user)
    make_access_key(iam_user, status="Inactive")
    make_access_key(iam_user, gone_at=NOW)

    assert (line().iam_users, line().active_keys) == (1, 1)


def test_gaps_with_one_cause_are_told_once(aws_account: AwsAccount) -> None:
    gap = {
        "part": "access_keys",
        "reason": "AWS said no.",
        "action": "iam:ListAccessKeys",
        "error_code": "AccessDenied",
    }
    make_sync_run(aws_account, outcome="partial", unread=[gap | {"subject": "AIDA1"}, gap | {"subject": "AIDA2"}])

    (told,) = line().gaps

    assert (told.words, told.subjects, told.reason) == ("access keys", 2, "AWS said no.")
    assert told.how_to_fix.startswith("Allow iam:ListAccessKeys in the policy of ")


def test_the_number_of_queries_does_not_grow_with_the_accounts(
    aws_account: AwsAccount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        make_sync_run(make_aws_account(f"{number:012d}"))

    with django_assert_num_queries(5):
        page = accounts_page(NOW)

    assert len(page.accounts) == 6


@pytest.mark.parametrize(
    ("action", "error_code", "words"),
    [
        ("sts:AssumeRole", "AccessDenied", "trust the role that iamdash runs on"),
        ("eks:ListClusters", "AccessDeniedException", "Allow eks:ListClusters"),
        ("iam:ListAccessKeys", "Throttling", "share its limit"),
        ("iam:GetUser", "ExpiredToken", "last longer"),
    ],
)
def test_a_gap_says_how_to_fix_it(action: str, error_code: str, words: str) -> None:
    assert words in how_to_fix(action, error_code, role_arn=ROLE)


def test_what_nobody_can_fix_is_not_explained() -> None:
    assert how_to_fix("iam:GetUser", "ServiceFailure", role_arn=ROLE) == ""


def test_accounts_are_due_when_the_interval_is_over(aws_account: AwsAccount) -> None:
    make_sync_run(aws_account, started_at=NOW - HOUR, finished_at=NOW - HOUR)
    make_sync_run(make_aws_account("000000000001"), started_at=NOW - HOUR / 2, finished_at=NOW)
    never = make_aws_account("000000000002")

    assert due_accounts(NOW) == [never, aws_account]


def test_what_is_being_synced_is_not_due_and_what_was_killed_is(aws_account: AwsAccount) -> None:
    make_sync_run(aws_account, outcome="running", started_at=NOW, finished_at=None)
    make_aws_account("000000000001", removed_at=NOW)

    with one_sync_of(aws_account.pk):
        assert due_accounts(NOW) == []
    assert due_accounts(NOW) == [aws_account]

"""Accounts come and go with the organisation; the file's own keep what the file says; no answer changes nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from iamdash.aws.organization import MemberAccount, list_accounts
from iamdash.demo.stand_in.faults import Fault
from iamdash.demo.stand_in.organization import Member
from iamdash.demo.stand_in.server import RunningStandIn, running_stand_in
from iamdash.inventory.discovery import discover_accounts, discover_if_due
from iamdash.inventory.due import due_accounts
from iamdash.models import AwsAccount, Candidate, Event, Organization, Standing
from iamdash.organisation.config_file import parse_config
from iamdash.organisation.load import load
from iamdash.rules.stage import Stage
from iamdash.standing.assess import Cause, assess
from iamdash.standing.check import differences
from tests.aws.recorded import Recorded
from tests.factories import NOW, make_access_key, make_iam_user

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
ORGANIZATION = """
[organization]
role_name = "iamdash-reader"
external_id = "secret-word"
exclude = ["999999999999"]
environments = { "*-production" = "production", "example-*" = "other" }
"""
LISTED = """
[[accounts]]
id = "111122223333"
name = "as-the-file-says"
environment = "tools"
role_arn = "arn:aws:iam::111122223333:role/own-reader"
"""
DATA = "222233334444"

Named = Callable[..., list[str]]


@pytest.fixture
def named() -> Named:
    """AWS Organizations names these accounts: returns what changed."""
    load(parse_config(ORGANIZATION + LISTED), now=NOW)

    def name(*members: tuple[str, str, str], partition: str = "aws") -> list[str]:
        accounts = tuple(MemberAccount(number, label, partition, state) for number, label, state in members)
        discovery = discover_accounts(now=LATER, list_members=lambda _: accounts)
        assert discovery is not None
        assert discovery.problem == ""
        assert list(differences(LATER)) == []
        return list(discovery.changes)

    return name


def account(account_id: str = DATA) -> AwsAccount:
    return AwsAccount.objects.get(pk=account_id)


def test_without_an_organization_in_the_file_nobody_is_asked() -> None:
    load(parse_config(LISTED), now=NOW)

    assert discover_accounts(now=LATER, list_members=lambda _: pytest.fail("asked")) is None


def test_a_found_account_is_read_with_the_role_of_the_organization(named: Named) -> None:
    changes = named((DATA, "example-production", "ACTIVE"))

    found = account()
    assert changes == [f"AWS account {DATA} (example-production) found"]
    assert (found.role_arn, found.external_id) == (f"arn:aws:iam::{DATA}:role/iamdash-reader", "secret-word")
    assert (found.environment, found.from_organization, found.removed_at) == ("production", True, None)
    assert found in due_accounts(LATER)
    assert Event.objects.filter(kind="organization.discovered").count() == 1


def test_asking_again_changes_nothing(named: Named) -> None:
    named((DATA, "example-data", "ACTIVE"))

    assert named((DATA, "example-data", "ACTIVE")) == []
    assert Event.objects.filter(kind="organization.discovered").count() == 1


def test_a_role_is_taken_in_the_partition_of_the_account(named: Named) -> None:
    named((DATA, "example-data", "ACTIVE"), partition="aws-cn")

    assert account().role_arn == f"arn:aws-cn:iam::{DATA}:role/iamdash-reader"


def test_an_account_of_the_file_keeps_what_the_file_says(named: Named) -> None:
    changes = named(("111122223333", "as-aws-says", "ACTIVE"))

    listed = account("111122223333")
    assert changes == ["AWS account 111122223333 (as-the-file-says) has a new state"]
    assert (listed.name, listed.environment, listed.from_organization) == ("as-the-file-says", "tools", False)
    assert listed.role_arn.endswith("own-reader")


def test_an_account_of_the_file_may_be_in_another_organisation(named: Named) -> None:
    named((DATA, "example-data", "ACTIVE"))

    assert account("111122223333").removed_at is None


def test_an_excluded_account_is_left_alone(named: Named) -> None:
    assert named(("999999999999", "example-secret", "ACTIVE")) == []
    assert not AwsAccount.objects.filter(pk="999999999999").exists()


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("SUSPENDED", "AWS Organizations says that it is suspended."),
        ("PENDING_CLOSURE", "AWS Organizations says that it is being closed."),
        ("CLOSED", "AWS Organizations says that it is closed."),
        ("PENDING_ACTIVATION", "AWS Organizations says that it is not active yet."),
    ],
)
@pytest.mark.parametrize("account_id", [DATA, "111122223333"], ids=["of the organisation", "of the file"])
def test_an_account_in_which_nothing_can_be_read_is_shown_and_not_read(
    account_id: str, state: str, why: str, named: Named
) -> None:
    changes = named((account_id, "example-data", state))

    assert changes[0].endswith(why)
    assert (account(account_id).removed_at, account(account_id).why_not_read) == (LATER, why)
    assert account(account_id) not in due_accounts(LATER)


@pytest.mark.parametrize("account_id", [DATA, "111122223333"], ids=["of the organisation", "of the file"])
def test_a_suspended_account_that_comes_back_is_read_again(account_id: str, named: Named) -> None:
    named((account_id, "example-data", "SUSPENDED"))

    changes = named((account_id, "example-data", "ACTIVE"))

    assert changes[0].endswith("is read again")
    assert account(account_id).removed_at is None


def test_loading_the_file_again_does_not_wake_a_suspended_account(named: Named) -> None:
    named(("111122223333", "example-data", "SUSPENDED"))

    assert load(parse_config(ORGANIZATION + LISTED), now=LATER) == []
    assert account("111122223333").removed_at == LATER


def test_an_account_of_a_state_that_is_new_to_us_is_read(named: Named) -> None:
    named((DATA, "example-data", "THRIVING"))

    assert account().removed_at is None


def test_an_account_that_left_the_organisation_is_no_longer_read(named: Named) -> None:
    named((DATA, "example-data", "ACTIVE"), ("333344445555", "example-more", "ACTIVE"))

    changes = named(("333344445555", "example-more", "ACTIVE"))

    assert changes == [
        f"AWS account {DATA} (example-data) is no longer read. AWS Organizations no longer names it.",
    ]
    assert account().removed_at == LATER


@pytest.mark.parametrize("state", ["SUSPENDED", "CLOSED", ""], ids=["suspended", "closed", "no longer named"])
def test_a_candidate_of_a_closed_account_is_neither_deleted_nor_gone(state: str, named: Named) -> None:
    named((DATA, "example-data", "ACTIVE"), ("333344445555", "example-more", "ACTIVE"))
    iam_user = make_iam_user(aws_account=account())
    make_access_key(iam_user)
    assess([iam_user.pk], now=LATER, cause=Cause.AWS, actor="sync")

    named(("333344445555", "example-more", "ACTIVE"), *([(DATA, "example-data", state)] if state else []))

    iam_user.refresh_from_db()
    assert (iam_user.gone_at, Candidate.objects.get().iam_user_id) == (None, iam_user.pk)
    assert Standing.objects.get().stage == Stage.IDENTIFIED
    assert not Event.objects.filter(kind="candidate.reopened").exists()


def test_taken_out_of_the_file_an_account_is_left_to_the_organisation(named: Named) -> None:
    changes = load(parse_config(ORGANIZATION), now=LATER)

    assert changes == [
        "AWS account 111122223333 (as-the-file-says) taken out: AWS Organizations says from now on whether it is read"
    ]
    named((DATA, "example-data", "ACTIVE"))
    assert account("111122223333").removed_at == LATER


def test_written_into_the_file_an_account_follows_the_file(named: Named) -> None:
    named((DATA, "example-data", "ACTIVE"))

    own = f'[[accounts]]\nid = "{DATA}"\nname = "ours"\nrole_arn = "arn:aws:iam::{DATA}:role/own"\n'
    changes = load(parse_config(ORGANIZATION + LISTED + own), now=LATER)

    assert changes == [f"AWS account {DATA} (ours) is now as the file says"]
    assert (account().name, account().from_organization) == ("ours", False)


def test_without_the_organization_in_the_file_its_accounts_are_no_longer_read(named: Named) -> None:
    named((DATA, "example-data", "ACTIVE"))

    changes = load(parse_config(LISTED), now=LATER)

    assert changes == [
        "AWS Organizations is no longer asked for accounts",
        f"AWS account {DATA} (example-data) taken out: it is no longer read",
    ]
    assert not Organization.objects.exists()


def test_a_new_rule_is_followed_within_a_minute(named: Named) -> None:
    named((DATA, "example-data", "ACTIVE"))
    changed = ORGANIZATION.replace('"example-*" = "other"', '"example-*" = "test"')

    changes = load(parse_config(changed + LISTED), now=LATER)

    assert changes == ["[organization] has a new environments"]
    assert Organization.objects.get().tried_at is None
    named((DATA, "example-data", "ACTIVE"))
    assert account().environment == "test"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A stand-in whose organisation has one account more than the file."""
    load(parse_config(ORGANIZATION + LISTED), now=NOW)
    with running_stand_in() as running:
        running.state.organization = [Member("111122223333", "as-aws-says"), Member(DATA, "example-data")]
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint_url)
        for name, value in running.credentials("111122223333").items():
            monkeypatch.setenv(name.upper(), value)
        yield running


def test_aws_is_asked_every_hour(aws: RunningStandIn) -> None:
    for minutes in (0, 59, 60):
        discover_if_due(NOW + timedelta(minutes=minutes))

    assert account().from_organization
    assert aws.state.calls["111122223333 organizations:ListAccounts"] == 2 * 2


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault("deny", "organizations:*"), "Allow organizations:ListAccounts in the policy of the role"),
        (None, "is in no organisation"),
    ],
    ids=["denied", "no organisation"],
)
def test_where_aws_does_not_say_the_accounts_stay_and_the_reason_is_kept(
    aws: RunningStandIn, fault: Fault | None, said: str
) -> None:
    discover_accounts(now=NOW)
    if fault:
        aws.state.faults.append(fault)
    else:
        aws.state.organization = []

    discovery = discover_accounts(now=LATER)

    assert discovery is not None
    assert said in discovery.problem
    assert account().removed_at is None
    organization = Organization.objects.get()
    assert (organization.tried_at, organization.listed_at, organization.problem) == (LATER, NOW, discovery.problem)


def test_a_role_that_cannot_be_taken_is_named(aws: RunningStandIn) -> None:
    role_arn = "arn:aws:iam::777788889999:role/list"
    Organization.objects.update(list_role_arn=role_arn)

    discovery = discover_accounts(now=LATER)

    assert discovery is not None
    assert "sts:AssumeRole" in discovery.problem
    assert role_arn in discovery.problem


def test_an_answer_that_makes_no_sense_changes_no_account_and_says_what_to_do(named: Named) -> None:
    named((DATA, "example-data", "ACTIVE"))
    recorded = Recorded().unshaped(
        "organizations:ListAccounts", {"Accounts": [{"Id": DATA, "Arn": "nonsense", "Status": "SUSPENDED"}]}
    )

    discovery = discover_accounts(now=LATER, list_members=lambda _: list_accounts(recorded))  # type: ignore[arg-type]

    assert discovery is not None
    assert f"it names an account {DATA} with the ARN nonsense." in discovery.problem
    assert "Check that it is AWS that answers (AWS_ENDPOINT_URL, a proxy)." in discovery.problem
    assert account().removed_at is None

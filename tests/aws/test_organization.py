"""Which accounts there are, asked of the stand-in's AWS Organizations."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamdash.aws.errors import DENIED, Malformed, code_of
from iamdash.aws.organization import MemberAccount, list_accounts
from iamdash.aws.session import AwsSession
from iamdash.demo.stand_in.faults import Fault
from iamdash.demo.stand_in.organization import Member
from iamdash.demo.stand_in.server import RunningStandIn
from tests.aws.recorded import Recorded
from tests.demo.stand_in.model import assert_shaped_as_aws_says

ARN = "arn:aws:organizations::000000000001:account/o-example/222233334444"


def test_every_page_is_read_also_after_an_empty_one(session: AwsSession, stand_in: RunningStandIn) -> None:
    stand_in.state.organization = [Member(f"{number:012d}", f"account-{number}") for number in range(45)]

    members = list_accounts(session)

    assert [member.account_id for member in members] == [f"{number:012d}" for number in range(45)]
    assert session.calls.by_action == {"organizations:ListAccounts": 4}


@pytest.mark.parametrize("state", ["ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED"])
def test_an_account_comes_with_its_state(state: str, session: AwsSession, stand_in: RunningStandIn) -> None:
    stand_in.state.organization = [Member("222233334444", "example-data", state)]

    assert list_accounts(session) == (MemberAccount("222233334444", "example-data", "aws", state),)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"State": "CLOSED", "Status": "SUSPENDED"}, "CLOSED"),
        ({"State": "PENDING_CLOSURE"}, "PENDING_CLOSURE"),
        ({"Status": "ACTIVE"}, "ACTIVE"),
    ],
    ids=["both", "without the retiring Status", "Status alone"],
)
def test_state_is_preferred_to_the_retiring_status(said: dict[str, str], state: str, recorded: Recorded) -> None:
    members = list_accounts(answering(recorded, {"Id": "222233334444", "Arn": ARN, **said}))

    assert [member.state for member in members] == [state]


def test_an_account_of_unknown_state_makes_no_sense(recorded: Recorded) -> None:
    with pytest.raises(Malformed):
        list_accounts(answering(recorded, {"Id": "222233334444", "Arn": ARN}))


@pytest.mark.parametrize("arn", ["nonsense", "arn:aws", ARN.replace("222233334444", "333344445555"), ARN[:-1]])
def test_an_account_whose_arn_is_not_its_own_makes_no_sense(arn: str, recorded: Recorded) -> None:
    with pytest.raises(Malformed, match="222233334444 with the ARN"):
        list_accounts(answering(recorded, {"Id": "222233334444", "Arn": arn, "Status": "ACTIVE"}))


def test_an_organisation_without_accounts_makes_no_sense(recorded: Recorded) -> None:
    with pytest.raises(Malformed, match="names no account"):
        list_accounts(answering(recorded))


def test_a_refusal_is_a_refusal(session: AwsSession, stand_in: RunningStandIn) -> None:
    stand_in.state.faults.append(Fault("deny", "organizations:*"))

    with pytest.raises(ClientError) as refused:
        list_accounts(session)

    assert code_of(refused.value) in DENIED


def test_the_stand_in_answers_as_aws_does(stand_in: RunningStandIn) -> None:
    stand_in.state.organization = [Member("222233334444", "example-data", "CLOSED")]

    answer = stand_in.client("organizations", "222233334444").list_accounts(NextToken="0")

    assert_shaped_as_aws_says("organizations", "ListAccounts", answer)


def answering(recorded: Recorded, *accounts: dict[str, Any]) -> Any:
    """Return a session whose organisation has these accounts."""
    return recorded.unshaped("organizations:ListAccounts", {"Accounts": list(accounts)})

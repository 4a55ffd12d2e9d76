import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamdash.demo.stand_in.server import RunningStandIn
from tests.demo.stand_in.model import assert_shaped_as_aws_says

HOME, READ = "111122223333", "222233334444"


def policy(action: str, resource: str = "*") -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(principal: str, external_id: str = "") -> str:
    condition = {"StringEquals": {"sts:ExternalId": external_id}} if external_id else {}
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def home(stand_in: RunningStandIn) -> dict[str, str]:
    """A key of an IAM user which may take the reader role of the other account and nothing else."""
    iam = stand_in.client("iam", HOME)
    iam.create_user(UserName="home")
    reader = f"arn:aws:iam::{READ}:role/reader"
    iam.put_user_policy(UserName="home", PolicyName="take", PolicyDocument=policy("sts:AssumeRole", reader))
    access_key = iam.create_access_key(UserName="home")["AccessKey"]
    other = stand_in.client("iam", READ)
    other.create_role(RoleName="reader", AssumeRolePolicyDocument=trust(f"arn:aws:iam::{HOME}:root", "only-us"))
    other.put_role_policy(RoleName="reader", PolicyName="read", PolicyDocument=policy("iam:List*"))
    return {"aws_access_key_id": access_key["AccessKeyId"], "aws_secret_access_key": access_key["SecretAccessKey"]}


def assume(stand_in: RunningStandIn, home: dict[str, str], **keywords: Any) -> dict[str, Any]:
    sts = stand_in.client("sts", HOME, **home)
    asked = {"RoleArn": f"arn:aws:iam::{READ}:role/reader", "RoleSessionName": "sync", "ExternalId": "only-us"}
    answer: dict[str, Any] = sts.assume_role(**(asked | keywords))
    return answer


def credentials(answer: dict[str, Any]) -> dict[str, str]:
    given = answer["Credentials"]
    return {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }


def test_a_role_is_assumed_across_accounts_with_its_external_id(stand_in: RunningStandIn, home: dict[str, str]) -> None:
    answer = assume(stand_in, home)

    identity = stand_in.client("sts", READ, **credentials(answer)).get_caller_identity()
    assert_shaped_as_aws_says("sts", "AssumeRole", answer)
    assert_shaped_as_aws_says("sts", "GetCallerIdentity", identity)
    assert identity["Account"] == READ
    assert identity["Arn"] == f"arn:aws:sts::{READ}:assumed-role/reader/sync"
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")


@pytest.mark.parametrize(
    "asked",
    [
        {"ExternalId": "somebody-else"},
        {"RoleArn": f"arn:aws:iam::{READ}:role/no-such-role"},
        {"RoleArn": "arn:aws:iam::999999999999:role/reader"},
    ],
)
def test_a_role_is_refused_in_one_way_whatever_the_cause(
    stand_in: RunningStandIn, home: dict[str, str], asked: dict[str, str]
) -> None:
    with pytest.raises(ClientError, match="is not authorized to perform: sts:AssumeRole") as error:
        assume(stand_in, home, **asked)

    assert error.value.response["Error"]["Code"] == "AccessDenied"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_caller_without_the_permission_cannot_take_a_role_that_trusts_it(
    stand_in: RunningStandIn, home: dict[str, str]
) -> None:
    stand_in.client("iam", HOME).delete_user_policy(UserName="home", PolicyName="take")

    with pytest.raises(ClientError, match="AccessDenied"):
        assume(stand_in, home)


def test_a_session_may_do_what_the_roles_policy_says_and_no_more(
    stand_in: RunningStandIn, home: dict[str, str]
) -> None:
    iam = stand_in.client("iam", READ, **credentials(assume(stand_in, home)))

    assert iam.list_users()["Users"] == []
    with pytest.raises(ClientError, match=r"not authorized to perform: iam:GetUser") as error:
        iam.get_user(UserName="anybody")
    assert error.value.response["Error"]["Code"] == "AccessDenied"


def test_a_chained_session_is_one_hour_at_most(stand_in: RunningStandIn, home: dict[str, str]) -> None:
    session = credentials(assume(stand_in, home))
    iam = stand_in.client("iam", READ)
    iam.put_role_policy(RoleName="reader", PolicyName="take", PolicyDocument=policy("sts:AssumeRole"))
    iam.create_role(RoleName="next", AssumeRolePolicyDocument=trust(READ))

    with pytest.raises(ClientError, match="1 hour session limit"):
        stand_in.client("sts", READ, **session).assume_role(
            RoleArn=f"arn:aws:iam::{READ}:role/next", RoleSessionName="long", DurationSeconds=7200
        )


def test_an_unknown_an_inactive_and_a_deleted_key_are_all_invalid(
    stand_in: RunningStandIn, home: dict[str, str]
) -> None:
    iam = stand_in.client("iam", HOME)
    key_id = home["aws_access_key_id"]
    sts = stand_in.client("sts", HOME, **home)
    stranger = stand_in.client("sts", HOME, aws_access_key_id="AKIAUNKNOWNUNKNOWN00", aws_secret_access_key="x")

    refusals = [code_of(stranger.get_caller_identity)]
    iam.update_access_key(UserName="home", AccessKeyId=key_id, Status="Inactive")
    refusals.append(code_of(sts.get_caller_identity))
    iam.delete_access_key(UserName="home", AccessKeyId=key_id)
    refusals.append(code_of(sts.get_caller_identity))

    assert refusals == ["InvalidClientTokenId"] * 3


def code_of(ask: Any) -> str:
    with pytest.raises(ClientError) as error:
        ask()
    return str(error.value.response["Error"]["Code"])


def test_using_a_key_is_recorded_and_using_a_role_too(stand_in: RunningStandIn, home: dict[str, str]) -> None:
    session = credentials(assume(stand_in, home))
    stand_in.client("iam", READ, **session).list_users()

    used = stand_in.client("iam", HOME).get_access_key_last_used(AccessKeyId=home["aws_access_key_id"])
    role = stand_in.client("iam", READ).get_role(RoleName="reader")["Role"]
    assert used["AccessKeyLastUsed"]["ServiceName"] == "sts"
    assert used["AccessKeyLastUsed"]["LastUsedDate"].second == 0
    assert role["RoleLastUsed"]["Region"] == "us-east-1" or role["RoleLastUsed"]["Region"] == "eu-west-1"


def test_a_session_reading_iam_does_not_look_like_use_of_the_keys_it_reads(
    stand_in: RunningStandIn, home: dict[str, str]
) -> None:
    other = stand_in.client("iam", READ)
    other.create_user(UserName="alice")
    key_id = other.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]

    stand_in.client("iam", READ, **credentials(assume(stand_in, home))).list_access_keys(UserName="alice")

    assert "LastUsedDate" not in other.get_access_key_last_used(AccessKeyId=key_id)["AccessKeyLastUsed"]

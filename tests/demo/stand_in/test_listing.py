import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamdash.demo.stand_in.server import RunningStandIn
from tests.demo.stand_in.model import assert_shaped_as_aws_says

ACCOUNT = "111122223333"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
        ],
    }
)
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})


@pytest.fixture
def iam(stand_in: RunningStandIn) -> Any:
    iam = stand_in.client("iam", ACCOUNT)
    for number in range(7):
        iam.create_user(UserName=f"user-{number}", Tags=[{"Key": "team", "Value": "search"}])
    for number in range(5):
        iam.create_role(RoleName=f"role-{number}", AssumeRolePolicyDocument=TRUST)
    iam.create_group(GroupName="engineers")
    return iam


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_one_marker_walks_the_four_lists_together(iam: Any) -> None:
    first = iam.get_account_authorization_details(Filter=["User", "Group", "Role"], MaxItems=10)
    second = iam.get_account_authorization_details(
        Filter=["User", "Group", "Role"], MaxItems=10, Marker=first["Marker"]
    )

    assert (len(first["UserDetailList"]), len(first["GroupDetailList"]), len(first["RoleDetailList"])) == (7, 1, 2)
    assert first["IsTruncated"]
    assert [role["RoleName"] for role in second["RoleDetailList"]] == ["role-2", "role-3", "role-4"]
    assert not second["IsTruncated"]
    assert "Marker" not in second


def test_the_pages_of_the_authorization_details_are_shaped_as_aws_says(iam: Any) -> None:
    iam.put_user_policy(UserName="user-0", PolicyName="inline", PolicyDocument=POLICY)
    iam.create_policy(PolicyName="local", PolicyDocument=POLICY)
    iam.attach_role_policy(RoleName="role-0", PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/local")

    details = iam.get_account_authorization_details()

    assert_shaped_as_aws_says("iam", "GetAccountAuthorizationDetails", details)
    assert details["Policies"][0]["PolicyVersionList"][0]["Document"] == json.loads(POLICY)


def test_botocores_paginator_finds_everything_whatever_the_page_size(iam: Any) -> None:
    paginator = iam.get_paginator("get_account_authorization_details")

    whole = paginator.paginate(PaginationConfig={"PageSize": 1}).build_full_result()

    assert [user["UserName"] for user in whole["UserDetailList"]] == [f"user-{number}" for number in range(7)]
    assert len(whole["RoleDetailList"]) == 5


def test_empties_are_as_aws_gives_them(iam: Any) -> None:
    details = iam.get_account_authorization_details(Filter=["User", "Role"])

    user, role = details["UserDetailList"][0], details["RoleDetailList"][0]
    assert (user["GroupList"], user["AttachedManagedPolicies"]) == ([], [])
    assert "UserPolicyList" not in user
    assert "PermissionsBoundary" not in user
    assert role["RoleLastUsed"] == {}
    assert role["Tags"] == []


def test_a_marker_is_bound_to_its_filter(iam: Any) -> None:
    marker = iam.get_account_authorization_details(Filter=["User"], MaxItems=2)["Marker"]

    with pytest.raises(ClientError, match="Marker and Filter do not match") as error:
        iam.get_account_authorization_details(Filter=["Role"], Marker=marker)

    assert code_of(error) == "ValidationError"


def test_a_marker_that_was_never_given_is_refused(iam: Any) -> None:
    with pytest.raises(ClientError, match="Invalid Marker") as error:
        iam.list_users(Marker="nonsense")

    assert code_of(error) == "ValidationError"


def test_more_than_a_thousand_items_on_a_page_are_refused(stand_in: RunningStandIn) -> None:
    iam = stand_in.client("iam", ACCOUNT)
    # botocore refuses it too, before AWS is asked.
    iam.meta.service_model.operation_model("ListUsers").input_shape.members["MaxItems"].metadata["max"] = 9999

    with pytest.raises(ClientError) as error:
        iam.list_users(MaxItems=1001)

    assert code_of(error) == "ValidationError"


def test_a_hundred_is_the_default_page(stand_in: RunningStandIn) -> None:
    iam = stand_in.client("iam", ACCOUNT)
    for number in range(101):
        iam.create_user(UserName=f"user-{number:03}")

    page = iam.list_users()

    assert len(page["Users"]) == 100
    assert iam.list_users(Marker=page["Marker"])["Users"][0]["UserName"] == "user-100"


def test_users_and_roles_are_listed_without_what_only_details_carry(iam: Any) -> None:
    users, roles = iam.list_users(), iam.list_roles()

    assert_shaped_as_aws_says("iam", "ListUsers", users)
    assert_shaped_as_aws_says("iam", "ListRoles", roles)
    assert "Tags" not in users["Users"][0]
    assert "RoleLastUsed" not in roles["Roles"][0]


def test_get_user_and_get_role_say_everything(iam: Any) -> None:
    user, role = iam.get_user(UserName="user-1"), iam.get_role(RoleName="role-1")

    assert_shaped_as_aws_says("iam", "GetUser", user)
    assert_shaped_as_aws_says("iam", "GetRole", role)
    assert user["User"]["Tags"] == [{"Key": "team", "Value": "search"}]
    assert role["Role"]["AssumeRolePolicyDocument"] == json.loads(TRUST)


def test_unique_ids_look_as_aws_makes_them(iam: Any) -> None:
    key_id = iam.create_access_key(UserName="user-0")["AccessKey"]["AccessKeyId"]

    assert_is_id(iam.get_user(UserName="user-0")["User"]["UserId"], "AIDA", length=21)
    assert_is_id(iam.get_role(RoleName="role-0")["Role"]["RoleId"], "AROA", length=21)
    assert_is_id(key_id, "AKIA", length=20)


def assert_is_id(value: str, prefix: str, *, length: int) -> None:
    assert value.startswith(prefix)
    assert len(value) == length


@pytest.mark.parametrize(
    "ask",
    [
        lambda iam: iam.get_user(UserName="nobody"),
        lambda iam: iam.get_role(RoleName="nobody"),
        lambda iam: iam.list_access_keys(UserName="nobody"),
        lambda iam: iam.get_login_profile(UserName="user-0"),
        lambda iam: iam.delete_user(UserName="nobody"),
    ],
)
def test_what_does_not_exist_is_no_such_entity(iam: Any, ask: Any) -> None:
    with pytest.raises(iam.exceptions.NoSuchEntityException) as error:
        ask(iam)

    assert code_of(error) == "NoSuchEntity"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_a_role_must_name_the_user_it_asks_about(iam: Any) -> None:
    with pytest.raises(ClientError, match="Must specify userName") as error:
        iam.list_access_keys()

    assert code_of(error) == "ValidationError"


def test_a_key_without_recorded_use_has_no_date_and_two_times_not_applicable(iam: Any) -> None:
    key_id = iam.create_access_key(UserName="user-0")["AccessKey"]["AccessKeyId"]

    answer = iam.get_access_key_last_used(AccessKeyId=key_id)

    assert_shaped_as_aws_says("iam", "GetAccessKeyLastUsed", answer)
    assert answer["UserName"] == "user-0"
    assert answer["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}


def test_access_keys_are_listed_in_pages(iam: Any) -> None:
    for _ in range(2):
        iam.create_access_key(UserName="user-0")

    first = iam.list_access_keys(UserName="user-0", MaxItems=1)
    second = iam.list_access_keys(UserName="user-0", MaxItems=1, Marker=first["Marker"])

    assert_shaped_as_aws_says("iam", "ListAccessKeys", first)
    assert first["AccessKeyMetadata"][0]["AccessKeyId"] < second["AccessKeyMetadata"][0]["AccessKeyId"]
    assert not second["IsTruncated"]


def test_accounts_are_strangers_to_each_other(stand_in: RunningStandIn) -> None:
    stand_in.client("iam", ACCOUNT).create_user(UserName="alice")

    assert stand_in.client("iam", "222233334444").list_users()["Users"] == []

from typing import Any

import pytest

from iamdash.demo.stand_in.server import RunningStandIn
from tests.demo.stand_in.model import error_codes

ACCOUNT = "111122223333"
POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'


@pytest.fixture
def iam(stand_in: RunningStandIn) -> Any:
    iam = stand_in.client("iam", ACCOUNT)
    iam.create_user(UserName="alice", Tags=[{"Key": "team", "Value": "search"}])
    return iam


def test_a_user_is_deleted_only_when_nothing_hangs_on_it_one_blocker_at_a_time(iam: Any) -> None:
    key_id = iam.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]
    iam.create_login_profile(UserName="alice", Password="correct-horse-battery")
    iam.put_user_policy(UserName="alice", PolicyName="inline", PolicyDocument=POLICY)
    arn = iam.create_policy(PolicyName="local", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="alice", PolicyArn=arn)
    iam.create_group(GroupName="engineers")
    iam.add_user_to_group(GroupName="engineers", UserName="alice")

    steps = [
        ("must delete login profile first", lambda: iam.delete_login_profile(UserName="alice")),
        ("must delete access keys first", lambda: iam.delete_access_key(UserName="alice", AccessKeyId=key_id)),
        ("must delete policies first", lambda: iam.delete_user_policy(UserName="alice", PolicyName="inline")),
        ("must detach all policies first", lambda: iam.detach_user_policy(UserName="alice", PolicyArn=arn)),
        (
            "must remove users from group first",
            lambda: iam.remove_user_from_group(GroupName="engineers", UserName="alice"),
        ),
    ]
    for message, remove in steps:
        with pytest.raises(iam.exceptions.DeleteConflictException, match=message):
            iam.delete_user(UserName="alice")
        remove()
    iam.delete_user(UserName="alice")

    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_user(UserName="alice")


def test_delete_conflict_is_an_error_that_aws_lists() -> None:
    assert "DeleteConflict" in error_codes("iam", "DeleteUser")


def test_a_renamed_user_keeps_its_id_its_keys_and_its_tags(iam: Any) -> None:
    before = iam.get_user(UserName="alice")["User"]
    key_id = iam.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]

    iam.update_user(UserName="alice", NewUserName="alicia")

    after = iam.get_user(UserName="alicia")["User"]
    assert after["UserId"] == before["UserId"]
    assert after["Arn"].endswith(":user/alicia")
    assert after["Tags"] == before["Tags"]
    assert [key["UserName"] for key in iam.list_access_keys(UserName="alicia")["AccessKeyMetadata"]] == ["alicia"]
    assert iam.get_access_key_last_used(AccessKeyId=key_id)["UserName"] == "alicia"


def test_a_user_made_again_under_its_name_has_another_id(iam: Any) -> None:
    before = iam.get_user(UserName="alice")["User"]["UserId"]

    iam.delete_user(UserName="alice")
    iam.create_user(UserName="alice")

    assert iam.get_user(UserName="alice")["User"]["UserId"] != before


def test_a_user_has_two_keys_at_most(iam: Any) -> None:
    for _ in range(2):
        iam.create_access_key(UserName="alice")

    with pytest.raises(iam.exceptions.LimitExceededException):
        iam.create_access_key(UserName="alice")


def test_a_deactivated_key_can_be_activated_again(iam: Any) -> None:
    key_id = iam.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]

    statuses = []
    for status in ("Inactive", "Active"):
        iam.update_access_key(UserName="alice", AccessKeyId=key_id, Status=status)
        statuses.append(iam.list_access_keys(UserName="alice")["AccessKeyMetadata"][0]["Status"])

    assert statuses == ["Inactive", "Active"]

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamdash.demo.stand_in import control
from iamdash.demo.stand_in.report import COLUMNS, RootUser
from iamdash.demo.stand_in.server import RunningStandIn
from tests.demo.stand_in.model import assert_shaped_as_aws_says, error_codes

ACCOUNT = "111122223333"


def read_report(iam: Any) -> list[dict[str, str]]:
    iam.generate_credential_report()
    iam.generate_credential_report()
    content = iam.get_credential_report()["Content"].decode()
    assert not content.endswith("\n")
    assert "\r" not in content
    return list(csv.DictReader(io.StringIO(content)))


def refusal(ask: Any) -> str:
    with pytest.raises(ClientError) as error:
        ask()
    return str(error.value.response["Error"]["Code"])


def test_a_report_is_started_then_complete(stand_in: RunningStandIn) -> None:
    stand_in.state.report_seconds = 0.2
    iam = stand_in.client("iam", ACCOUNT)

    assert iam.generate_credential_report()["State"] == "STARTED"
    assert iam.generate_credential_report()["State"] == "INPROGRESS"
    assert refusal(iam.get_credential_report) == "ReportInProgress"
    stand_in.state.reports[ACCOUNT].ready_at = 0
    assert iam.generate_credential_report()["State"] == "COMPLETE"


def test_without_a_report_there_is_none_to_get(stand_in: RunningStandIn) -> None:
    iam = stand_in.client("iam", ACCOUNT)

    assert refusal(iam.get_credential_report) == "ReportNotPresent"


def test_a_report_expires_after_four_hours_and_is_made_again(stand_in: RunningStandIn) -> None:
    iam = stand_in.client("iam", ACCOUNT)
    read_report(iam)
    first = iam.get_credential_report()["GeneratedTime"]

    control.set_clock(stand_in.state, offset_seconds=timedelta(hours=4, minutes=1).total_seconds())

    assert refusal(iam.get_credential_report) == "ReportExpired"
    assert iam.generate_credential_report()["State"] == "STARTED"
    assert iam.get_credential_report()["GeneratedTime"] - first > timedelta(hours=4)


def test_the_refusals_are_those_of_the_service_model() -> None:
    assert {"ReportNotPresent", "ReportInProgress", "ReportExpired"} <= error_codes("iam", "GetCredentialReport")


def test_one_report_is_shared_and_does_not_know_what_came_after_it(stand_in: RunningStandIn) -> None:
    iam = stand_in.client("iam", ACCOUNT)
    read_report(iam)
    generated_at = iam.get_credential_report()["GeneratedTime"]

    iam.create_user(UserName="late")

    assert [row["user"] for row in read_report(stand_in.client("iam", ACCOUNT))] == ["<root_account>"]
    assert iam.get_credential_report()["GeneratedTime"] == generated_at


def test_the_report_is_of_now_and_has_the_columns_in_awss_order(stand_in: RunningStandIn) -> None:
    iam = stand_in.client("iam", ACCOUNT)
    read_report(iam)

    answer = iam.get_credential_report()

    assert_shaped_as_aws_says("iam", "GetCredentialReport", answer)
    assert answer["ReportFormat"] == "text/csv"
    assert datetime.now(UTC) - answer["GeneratedTime"] < timedelta(minutes=1)
    assert answer["Content"].decode().splitlines()[0] == ",".join(COLUMNS)
    assert len(COLUMNS) == 22


def test_the_root_row_comes_first_with_what_is_not_supported(stand_in: RunningStandIn) -> None:
    made_at = datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC)
    stand_in.state.roots[ACCOUNT] = RootUser(made_at, keys=[(True, made_at, None, "N/A")])
    iam = stand_in.client("iam", ACCOUNT)
    iam.create_user(UserName="Zoe")
    iam.create_user(UserName="adam")

    rows = read_report(iam)

    assert [row["user"] for row in rows] == ["<root_account>", "adam", "Zoe"]
    assert rows[0]["arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    assert rows[0]["password_enabled"] == rows[0]["password_next_rotation"] == "not_supported"
    assert rows[0]["access_key_1_active"] == "true"
    assert rows[0]["user_creation_time"] == "2020-02-03T04:05:06Z"


def test_an_inactive_key_keeps_its_dates_and_an_empty_slot_has_none(stand_in: RunningStandIn) -> None:
    iam = stand_in.client("iam", ACCOUNT)
    iam.create_user(UserName="alice")
    key_id = iam.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]
    control.record_use(stand_in.state, credential=key_id, at="2026-01-02T03:04:05+00:00", service="s3", region="N/A")
    iam.update_access_key(UserName="alice", AccessKeyId=key_id, Status="Inactive")

    row = read_report(iam)[1]

    assert row["access_key_1_active"] == "false"
    assert row["access_key_1_last_rotated"] != "N/A"
    assert row["access_key_1_last_used_date"] == "2026-01-02T03:04:00Z"
    assert (row["access_key_1_last_used_service"], row["access_key_1_last_used_region"]) == ("s3", "N/A")
    assert (row["access_key_2_active"], row["access_key_2_last_rotated"]) == ("false", "N/A")


def test_a_password_never_used_says_no_information_and_no_password_says_nothing(stand_in: RunningStandIn) -> None:
    iam = stand_in.client("iam", ACCOUNT)
    iam.create_user(UserName="person")
    iam.create_login_profile(UserName="person", Password="correct-horse-battery")
    iam.create_user(UserName="robot")

    _, person, robot = read_report(iam)

    assert (person["password_enabled"], person["password_last_used"]) == ("true", "no_information")
    assert person["password_last_changed"] != "N/A"
    assert (robot["password_enabled"], robot["password_last_used"], robot["password_last_changed"]) == (
        *("false", "N/A", "N/A"),
    )


def test_slots_follow_the_key_ids_and_not_their_age(stand_in: RunningStandIn) -> None:
    iam = stand_in.client("iam", ACCOUNT)
    iam.create_user(UserName="alice")
    keys = [iam.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"] for _ in range(2)]
    iam.update_access_key(UserName="alice", AccessKeyId=max(keys), Status="Inactive")

    row = read_report(iam)[1]

    assert (row["access_key_1_active"], row["access_key_2_active"]) == ("true", "false")

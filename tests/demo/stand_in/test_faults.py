import json
import time
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from botocore.parsers import ResponseParserError

from iamdash.demo.stand_in.faults import Fault
from iamdash.demo.stand_in.server import RunningStandIn

ACCOUNT, OTHER = "111122223333", "222233334444"


def order(stand_in: RunningStandIn, **fault: Any) -> None:
    request = urllib.request.Request(
        f"{stand_in.endpoint_url}/_stand_in/faults", json.dumps(fault).encode(), method="POST"
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


def code_of(ask: Any) -> str:
    with pytest.raises(ClientError) as error:
        ask()
    return str(error.value.response["Error"]["Code"])


def test_an_action_is_denied_in_one_account_only(stand_in: RunningStandIn) -> None:
    order(stand_in, kind="deny", action="iam:List*", account_id=ACCOUNT)

    assert code_of(stand_in.client("iam", ACCOUNT).list_users) == "AccessDenied"
    assert stand_in.client("iam", OTHER).list_users()["Users"] == []


def test_throttling_speaks_each_services_language(stand_in: RunningStandIn) -> None:
    order(stand_in, kind="throttle")

    assert code_of(stand_in.client("iam", ACCOUNT).list_users) == "Throttling"
    assert code_of(stand_in.client("eks", ACCOUNT).list_clusters) == "TooManyRequestsException"


def test_a_fault_of_so_many_times_ends_by_itself(stand_in: RunningStandIn) -> None:
    order(stand_in, kind="fail", action="iam:ListUsers", times=2)
    iam = stand_in.client("iam", ACCOUNT)

    assert [code_of(iam.list_users) for _ in range(2)] == ["ServiceUnavailable"] * 2
    assert iam.list_users()["Users"] == []


def test_a_connection_can_be_cut(stand_in: RunningStandIn) -> None:
    order(stand_in, kind="reset", times=1)
    iam = stand_in.client("iam", ACCOUNT)

    with pytest.raises(ConnectionClosedError):
        iam.list_users()

    assert iam.list_users()["Users"] == []


def test_an_answer_can_be_slow(stand_in: RunningStandIn) -> None:
    order(stand_in, kind="slow", times=1, seconds=0.2)
    began = time.monotonic()

    stand_in.client("iam", ACCOUNT).list_users()

    assert time.monotonic() - began >= 0.2


def test_faults_can_be_taken_back(stand_in: RunningStandIn) -> None:
    order(stand_in, kind="deny")

    request = urllib.request.Request(f"{stand_in.endpoint_url}/_stand_in/faults", method="DELETE")
    urllib.request.urlopen(request).close()

    assert stand_in.client("iam", ACCOUNT).list_users()["Users"] == []


def test_an_unknown_kind_is_refused_in_a_sentence(stand_in: RunningStandIn) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        order(stand_in, kind="explode")

    assert error.value.code == 400
    assert "no kind of fault" in json.loads(error.value.read())["error"]
    error.value.close()


def test_a_fault_can_let_some_calls_pass_first(stand_in: RunningStandIn) -> None:
    order(stand_in, kind="expire", action="iam:ListUsers", after=1)
    iam = stand_in.client("iam", ACCOUNT)

    assert iam.list_users()["Users"] == []
    assert code_of(iam.list_users) == "ExpiredToken"


def test_an_answer_can_be_cut_in_the_middle(stand_in: RunningStandIn) -> None:
    order(stand_in, kind="garble")

    with pytest.raises(ResponseParserError):
        stand_in.client("iam", ACCOUNT).list_users()


def test_a_garbled_report_is_cut_inside_an_answer_that_is_whole(stand_in: RunningStandIn) -> None:
    iam = stand_in.client("iam", ACCOUNT)
    iam.generate_credential_report()
    whole = iam.get_credential_report()["Content"]
    order(stand_in, kind="garble")

    garbled = iam.get_credential_report()["Content"]

    assert len(garbled) < len(whole)
    assert whole.startswith(garbled)


def test_a_list_can_lead_back_to_its_own_page(stand_in: RunningStandIn) -> None:
    iam = stand_in.client("iam", ACCOUNT)
    for name in ("a", "b", "c"):
        iam.create_user(UserName=name)
    first = iam.list_users(MaxItems=1)
    order(stand_in, kind="repeat")

    second = iam.list_users(MaxItems=1, Marker=first["Marker"])

    assert (second["IsTruncated"], second["Marker"]) == (True, first["Marker"])
    assert [user["UserName"] for user in second["Users"]] == ["b"]


def test_another_account_can_answer(stand_in: RunningStandIn) -> None:
    order(stand_in, kind="stranger", action="sts:*")

    assert stand_in.client("sts", ACCOUNT).get_caller_identity()["Account"] not in {ACCOUNT, OTHER}


def test_something_can_be_done_in_aws_before_a_call_is_answered(stand_in: RunningStandIn) -> None:
    iam = stand_in.client("iam", ACCOUNT)
    stand_in.state.faults.append(
        Fault("act", "iam:ListUsers", times=1, deed=lambda: iam.create_user(UserName="just-now"))
    )

    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["just-now"]


def test_a_page_can_hold_less_than_was_asked_for(stand_in: RunningStandIn) -> None:
    iam = stand_in.client("iam", ACCOUNT)
    for name in ("a", "b", "c"):
        iam.create_user(UserName=name)
    stand_in.state.most_on_a_page = 2

    page = iam.get_account_authorization_details(Filter=["User"], MaxItems=1000)

    assert (len(page["UserDetailList"]), page["IsTruncated"]) == (2, True)

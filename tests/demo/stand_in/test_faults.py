import json
import time
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

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

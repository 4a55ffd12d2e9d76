import json
import urllib.error
import urllib.request
from datetime import timedelta
from typing import Any

import pytest

from iamdash.demo.stand_in.server import RunningStandIn

ACCOUNT = "111122223333"


def ask(stand_in: RunningStandIn, method: str, action: str, **asked: Any) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{stand_in.endpoint_url}/_stand_in/{action}", json.dumps(asked).encode(), method=method
    )
    with urllib.request.urlopen(request) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def test_a_day_that_passes_ages_the_report(stand_in: RunningStandIn) -> None:
    iam = stand_in.client("iam", ACCOUNT)
    iam.create_user(UserName="alice")
    ask(stand_in, "POST", "reports")
    before = stand_in.state.reports[ACCOUNT].generated_at

    answer = ask(stand_in, "POST", "day")

    assert answer["days_passed"] == 1
    assert before is not None
    assert stand_in.state.reports[ACCOUNT].generated_at == before - timedelta(days=1)
    assert iam.generate_credential_report()["State"] == "STARTED"


def test_reports_can_be_made_at_once(stand_in: RunningStandIn) -> None:
    stand_in.state.report_seconds = 60
    iam = stand_in.client("iam", ACCOUNT)
    iam.create_user(UserName="alice")

    ask(stand_in, "POST", "reports", account_ids=[ACCOUNT])

    assert iam.generate_credential_report()["State"] == "COMPLETE"


def test_jobs_are_started_and_stopped(stand_in: RunningStandIn) -> None:
    iam = stand_in.client("iam", ACCOUNT)
    iam.create_user(UserName="alice")
    key_id = iam.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]
    began = stand_in.state.clock.now() - timedelta(days=10)
    job = {"every_seconds": 3600, "first_at": began.isoformat(), "service": "s3", "region": "eu-west-1"}

    ask(stand_in, "POST", "jobs", credential=key_id, **job)
    used = iam.get_access_key_last_used(AccessKeyId=key_id)["AccessKeyLastUsed"]["LastUsedDate"]
    ask(stand_in, "DELETE", "jobs", credential=key_id, at=(began + timedelta(days=1)).isoformat())
    stopped = iam.get_access_key_last_used(AccessKeyId=key_id)["AccessKeyLastUsed"]["LastUsedDate"]

    assert stand_in.state.clock.now() - used < timedelta(hours=2)
    assert began < stopped < began + timedelta(days=1)


def test_an_engineer_can_sign_in_and_work_in_an_account(stand_in: RunningStandIn) -> None:
    given = ask(stand_in, "POST", "sign-in", account_id=ACCOUNT)

    iam = stand_in.client(
        "iam",
        ACCOUNT,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    iam.create_user(UserName="alice")

    assert given["Version"] == 1
    assert iam.get_user(UserName="alice")["User"]["UserName"] == "alice"


def test_calls_are_counted_by_account_and_action(stand_in: RunningStandIn) -> None:
    stand_in.client("iam", ACCOUNT).list_users()
    stand_in.client("iam", ACCOUNT).list_users()

    assert ask(stand_in, "GET", "calls") == {f"{ACCOUNT} iam:ListUsers": 2}


@pytest.mark.parametrize(
    ("method", "action", "status"), [("GET", "nothing", 404), ("POST", "clock", 400), ("POST", "uses", 400)]
)
def test_a_mistake_is_answered_with_a_sentence(stand_in: RunningStandIn, method: str, action: str, status: int) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        ask(stand_in, method, action) if method == "GET" else ask(stand_in, method, action, unknown=1)

    assert error.value.code == status
    assert json.loads(error.value.read())["error"]
    error.value.close()


def test_a_request_without_a_signature_is_refused(stand_in: RunningStandIn) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(stand_in.endpoint_url, b"Action=ListUsers&Version=2010-05-08")

    assert error.value.code == 403
    assert b"MissingAuthenticationToken" in error.value.read()
    error.value.close()

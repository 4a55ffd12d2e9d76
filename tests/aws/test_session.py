import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.retries.adaptive import ClientRateLimiter

from iamdash.aws.collect import collect
from iamdash.aws.errors import READ_ERRORS, Malformed, Misconfigured
from iamdash.aws.identity import identify
from iamdash.aws.listing import list_account
from iamdash.aws.progress import Surroundings
from iamdash.aws.session import AwsSession
from iamdash.aws.snapshot import Identity, Part, Unread
from iamdash.demo.stand_in.faults import Fault
from iamdash.demo.stand_in.server import RunningStandIn
from tests.aws.pieces import known
from tests.aws.recorded import ACCOUNT

OTHER = "222233334444"
POLICY = Path(__file__).resolve().parents[2] / "docs" / "aws" / "reader-policy.json"
EXTERNAL_ID = "a-number-nobody-guesses"
READER = f"arn:aws:iam::{OTHER}:role/iamdash-reader"


def utc_now() -> datetime:
    return datetime.now(UTC)


def who(session: AwsSession, account_id: str = ACCOUNT) -> Identity | Unread:
    return identify(session, account_id=account_id, clock=utc_now)


@pytest.fixture
def reader_role(stand_in: RunningStandIn) -> None:
    trust = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",'
        f'"Principal": {{"AWS": "arn:aws:iam::{ACCOUNT}:root"}},'
        f'"Condition": {{"StringEquals": {{"sts:ExternalId": "{EXTERNAL_ID}"}}}}}}]}}'
    )
    policy = POLICY.read_text()
    iam = stand_in.client("iam", OTHER)
    iam.create_role(RoleName="iamdash-reader", AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName="iamdash-reader", PolicyName="read", PolicyDocument=policy)


def test_ambient_credentials_are_used_as_they_are(session: AwsSession) -> None:
    identity = who(session)

    assert isinstance(identity, Identity)
    assert (identity.account_id, identity.long_lived) == (ACCOUNT, False)
    assert session.calls.by_action == {"sts:GetCallerIdentity": 1}


@pytest.mark.usefixtures("reader_role")
def test_a_role_is_assumed_once_with_its_external_id_and_then_used(stand_in: RunningStandIn) -> None:
    session = AwsSession(role_arn=READER, external_id=EXTERNAL_ID, attempts=1)

    pieces = list(collect(session, account_id=OTHER, known=known(), clock=utc_now, pause=lambda _seconds: None))

    assert isinstance(pieces[0], Identity)
    assert pieces[0].arn.startswith(f"arn:aws:sts::{OTHER}:assumed-role/iamdash-reader/")
    assert [piece for piece in pieces if isinstance(piece, Unread)] == []
    assert session.calls.by_action["sts:AssumeRole"] == session.calls.by_action["sts:GetCallerIdentity"] == 1
    assert stand_in.state.calls[f"{OTHER} iam:GetAccountAuthorizationDetails"] == 1


@pytest.mark.usefixtures("reader_role")
@pytest.mark.parametrize("external_id", ["", "another"])
def test_a_role_that_cannot_be_assumed_leaves_everything_unread(external_id: str) -> None:
    session = AwsSession(role_arn=READER, external_id=external_id, attempts=1)

    (gap,) = collect(session, account_id=OTHER, known=known(), clock=utc_now)

    assert isinstance(gap, Unread)
    assert (gap.part, gap.action, gap.error_code) == (Part.IDENTITY, "sts:AssumeRole", "AccessDenied")
    assert session.calls.by_action == {"sts:AssumeRole": 1}


def test_nothing_is_read_from_another_account_than_the_expected_one(session: AwsSession) -> None:
    (gap,) = collect(session, account_id=OTHER, known=known(), clock=utc_now)

    assert isinstance(gap, Unread)
    assert ACCOUNT in gap.reason
    assert OTHER in gap.reason
    assert session.calls.by_action == {"sts:GetCallerIdentity": 1}


@pytest.fixture
def long_lived_key(stand_in: RunningStandIn) -> dict[str, str]:
    iam = stand_in.client("iam", ACCOUNT)
    iam.create_user(UserName="iamdash")
    created: dict[str, str] = iam.create_access_key(UserName="iamdash")["AccessKey"]
    stand_in.state.calls.clear()
    return created


@pytest.fixture
def ambient_long_lived_key(long_lived_key: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", long_lived_key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", long_lived_key["SecretAccessKey"])
    monkeypatch.delenv("AWS_SESSION_TOKEN")


@pytest.mark.usefixtures("ambient_long_lived_key")
@pytest.mark.parametrize("role_arn", ["", READER])
def test_a_long_lived_key_is_refused_before_anything_leaves(role_arn: str, stand_in: RunningStandIn) -> None:
    session = AwsSession(role_arn=role_arn)

    (gap,) = collect(session, account_id=ACCOUNT, known=known(), clock=utc_now)

    assert isinstance(gap, Unread)
    assert "IAMDASH_ALLOW_LONG_LIVED_KEY=1" in gap.reason
    assert session.long_lived
    assert (stand_in.state.calls, session.calls.by_action) == ({}, {})


@pytest.mark.usefixtures("ambient_long_lived_key")
def test_a_long_lived_key_that_is_allowed_is_reported() -> None:
    identity = who(AwsSession(allow_long_lived_key=True, attempts=1))

    assert isinstance(identity, Identity)
    assert identity.long_lived


def test_a_profile_that_assumes_a_role_by_a_long_lived_key_is_refused_too(
    long_lived_key: dict[str, str], stand_in: RunningStandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text(
        "[profile own]\n"
        f"aws_access_key_id = {long_lived_key['AccessKeyId']}\n"
        f"aws_secret_access_key = {long_lived_key['SecretAccessKey']}\n"
        f"[profile role]\nrole_arn = {READER}\nsource_profile = own\n"
    )
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_PROFILE", "role")

    gap = who(AwsSession())

    assert isinstance(gap, Unread)
    assert "long-lived access key" in gap.reason
    assert stand_in.state.calls == {}


@pytest.mark.usefixtures("reader_role")
def test_no_credential_is_ever_logged(stand_in: RunningStandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    session = AwsSession(role_arn=READER, external_id=EXTERNAL_ID, attempts=1)

    identity = who(session, OTHER)

    assert isinstance(identity, Identity)
    logged = caplog.text + repr(session) + repr(vars(identity) if hasattr(identity, "__dict__") else identity)
    assert stand_in.state.sessions
    assert [key_id for key_id in stand_in.state.sessions if f"secret-of-{key_id}" in logged] == []
    assert "session-token-of" not in logged


@pytest.mark.usefixtures("stand_in")
def test_a_profile_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nonsense")

    with pytest.raises(READ_ERRORS, match="nonsense"):
        AwsSession(attempts=1).read("sts:GetCallerIdentity")


@pytest.mark.usefixtures("stand_in")
def test_an_endpoint_that_is_no_url_is_unread_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")

    gap = who(AwsSession(attempts=1))

    assert isinstance(gap, Unread)
    assert gap.error_code == Misconfigured.__name__


@pytest.mark.usefixtures("stand_in")
def test_a_missing_region_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    assert isinstance(who(AwsSession(attempts=1)), Identity)


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let botocore's pauses between attempts pass at once, and return how long they would have been."""
    taken: list[float] = []
    monkeypatch.setattr(time, "sleep", taken.append)
    monkeypatch.setattr(ClientRateLimiter, "on_sending_request", lambda *_, **__: None)
    return taken


def test_every_attempt_is_counted_and_every_throttled_answer(stand_in: RunningStandIn, naps: list[float]) -> None:
    stand_in.state.faults.append(Fault("throttle", "sts:*", times=2))
    session = AwsSession()

    identity = who(session)

    assert isinstance(identity, Identity)
    assert (session.calls.by_action["sts:GetCallerIdentity"], session.calls.throttled) == (3, 2)
    assert naps


def test_throttling_without_end_is_given_up_after_a_bounded_number_of_attempts(
    stand_in: RunningStandIn, naps: list[float]
) -> None:
    stand_in.state.faults.append(Fault("throttle", "sts:*"))
    session = AwsSession(attempts=3)

    gap = who(session)

    assert isinstance(gap, Unread)
    assert gap.error_code == "Throttling"
    assert (session.calls.by_action["sts:GetCallerIdentity"], session.calls.throttled) == (3, 3)


def test_nothing_leaves_once_the_time_is_over(stand_in: RunningStandIn) -> None:
    gap = who(AwsSession(until=time.monotonic()))

    assert isinstance(gap, Unread)
    assert (gap.action, gap.error_code) == ("sts:GetCallerIdentity", "OutOfTime")
    assert gap.reason.startswith("No time was left to ask")
    assert stand_in.state.calls == {}


def test_a_call_that_hangs_is_not_sent_again_once_the_time_is_over(stand_in: RunningStandIn) -> None:
    stand_in.state.faults.append(Fault("slow", "sts:*", seconds=1))
    session = AwsSession(read_seconds=0.3, until=time.monotonic() + 0.2)

    gap = who(session)

    assert isinstance(gap, Unread)
    assert gap.error_code == "OutOfTime"
    assert session.calls.by_action == {"sts:GetCallerIdentity": 1}


@pytest.mark.parametrize("kind", ["reset", "fail", "deny"])
def test_a_listing_under_faults_is_unread_with_its_cause(
    kind: Any, stand_in: RunningStandIn, session: AwsSession
) -> None:
    stand_in.state.faults.append(Fault(kind, "iam:*"))

    gap = list_account(session, account_id=ACCOUNT, surroundings=Surroundings(utc_now))

    assert isinstance(gap, Unread)
    assert gap.part is Part.AUTHORIZATION_DETAILS


def test_an_assumed_role_without_credentials_is_malformed(stand_in: RunningStandIn) -> None:
    session = AwsSession(role_arn=READER, attempts=1)
    answer_with(
        session,
        '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult/></AssumeRoleResponse>',
    )

    gap = who(session, OTHER)

    assert isinstance(gap, Unread)
    assert (gap.action, gap.error_code) == ("sts:AssumeRole", "Malformed")


LISTING = (
    '<GetAccountAuthorizationDetailsResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
    "<GetAccountAuthorizationDetailsResult><IsTruncated>false</IsTruncated><UserDetailList><member>"
    "<UserName>ada</UserName><UserId>AIDAADA</UserId><Arn>arn:aws:iam::111122223333:user/ada</Arn>"
    "<CreateDate>{date}</CreateDate></member></UserDetailList></GetAccountAuthorizationDetailsResult>"
    "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetAccountAuthorizationDetailsResponse>"
)


def answer_with(session: AwsSession, body: str) -> None:
    """Let every request of the session be answered with this body, and none leave."""

    class Raw:
        def stream(self, **_: Any) -> Iterator[bytes]:
            yield body.encode()

    def before_send(**_: Any) -> AWSResponse:
        return AWSResponse("https://aws.example", 200, {}, Raw())

    session._boto3.events.register("before-send", before_send)


def test_the_recorded_xml_is_a_listing(session: AwsSession) -> None:
    answer_with(session, LISTING.format(date="2024-02-01T09:00:00Z"))

    answer = list_account(session, account_id=ACCOUNT, surroundings=Surroundings(utc_now))

    assert not isinstance(answer, Unread)
    assert [user.user_name for user in answer.users] == ["ada"]


@pytest.mark.parametrize(
    "body",
    [
        LISTING.format(date="yesterday"),
        LISTING.format(date="2024-02-01T09:00:00Z")[:300],
        LISTING.format(date="2024-02-01T09:00:00Z").replace("IsTruncated>false", "IsTruncated>true"),
        "<html><body>Please sign in to the network</body></html>",
        '{"json": true}',
        LISTING[: LISTING.index("<IsTruncated")] + LISTING[LISTING.index("</GetAccountAuthorizationDetailsResult") :],
        "",
    ],
    ids=["no date", "cut off", "half", "a proxy's page", "json", "no list", "nothing"],
)
def test_what_is_no_proper_answer_is_unread_and_not_an_empty_account(body: str, session: AwsSession) -> None:
    answer_with(session, body)

    answer = list_account(session, account_id=ACCOUNT, surroundings=Surroundings(utc_now))

    assert isinstance(answer, Unread)


def test_an_answer_that_botocore_cannot_parse_is_malformed(session: AwsSession) -> None:
    answer_with(session, LISTING.format(date="yesterday"))

    with pytest.raises(Malformed):
        session.read("iam:GetAccountAuthorizationDetails")

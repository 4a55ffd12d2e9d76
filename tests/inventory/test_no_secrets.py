"""Promise 2: no credential is ever logged or stored. Whole syncs at the wordiest log level, every record searched."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from iamdash.demo.stand_in.faults import Fault, Kind
from iamdash.demo.stand_in.server import RunningStandIn, running_stand_in
from iamdash.inventory.sync import sync_account
from iamdash.models import AccessKey, AwsAccount, SyncRun
from tests.factories import make_aws_account

HOME, READ = "111122223333", "222233334444"
EXTERNAL_ID = "an-external-id-nobody-guesses"
READER = f"arn:aws:iam::{READ}:role/iamdash-reader"
POLICY = Path(__file__).resolve().parents[2] / "docs" / "aws" / "reader-policy.json"
TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",'
    f'"Principal": {{"AWS": "arn:aws:iam::{HOME}:root"}},'
    f'"Condition": {{"StringEquals": {{"sts:ExternalId": "{EXTERNAL_ID}"}}}}}}]}}'
)
# The stand-in makes its secrets so that they can be recognised.
MARKS = ("secret-of-", "session-token-of-")
# What the stand-in itself says: it runs in this process, and is AWS here.
OF_THE_STAND_IN = ("moto", "werkzeug", "responses")

pytestmark = pytest.mark.django_db


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningStandIn]:
    """A stand-in with a reader role and a user with a key, and the home account's credentials in the environment."""
    with running_stand_in() as running:
        iam = running.client("iam", READ)
        iam.create_role(RoleName="iamdash-reader", AssumeRolePolicyDocument=TRUST)
        iam.put_role_policy(RoleName="iamdash-reader", PolicyName="read", PolicyDocument=POLICY.read_text())
        iam.create_user(UserName="mailer")
        iam.create_access_key(UserName="mailer")
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint_url)
        for name, value in running.credentials(HOME).items():
            monkeypatch.setenv(name.upper(), value)
        yield running


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Every log record from here on, with every SQL statement among them."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="django")
    connection.force_debug_cursor = True
    yield caplog
    connection.force_debug_cursor = False


def sync(aws_account: AwsAccount) -> SyncRun:
    run = sync_account(aws_account, trigger="command", clock=lambda: datetime.now(UTC), read_everybody=True)
    assert run is not None
    return run


def spoken(caplog: pytest.LogCaptureFixture) -> str:
    """What was said by anybody but the stand-in: message, arguments and traceback of each record."""
    formatter = logging.Formatter("%(name)s %(message)s")
    ours = [record for record in caplog.records if not record.name.startswith(OF_THE_STAND_IN)]
    return "\n".join(f"{formatter.format(record)} {record.args!r}" for record in ours)


def stored() -> str:
    """Every row of every table, as text."""
    rows: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT whole::text FROM "{table}" AS whole')
            rows.extend(f"{table} {row}" for (row,) in cursor.fetchall())
    return "\n".join(rows)


def secrets_in(text: str) -> list[str]:
    return [line for line in text.splitlines() if any(mark in line for mark in MARKS)]


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        (None, ""),
        ("deny", "iam:*"),
        ("deny", "sts:AssumeRole"),
        ("expire", "iam:*"),
        ("garble", "sts:AssumeRole"),
        ("garble", "iam:GetAccountAuthorizationDetails"),
        ("reset", "iam:GenerateCredentialReport"),
    ],
)
def test_a_sync_logs_and_stores_no_credential_however_it_goes(
    aws: RunningStandIn, said: pytest.LogCaptureFixture, kind: Kind | None, action: str
) -> None:
    aws_account = make_aws_account(READ, role_arn=READER, external_id=EXTERNAL_ID)
    if kind is not None:
        aws.state.faults.append(Fault(kind, action))

    run = sync(aws_account)

    assert (run.outcome == "complete") is (kind is None)
    assert "INSERT INTO" in spoken(said)
    assert secrets_in(spoken(said)) == []
    assert secrets_in(stored()) == []
    assert READ in stored()


def test_the_clean_sync_read_something_worth_hiding(aws: RunningStandIn) -> None:
    sync(make_aws_account(READ, role_arn=READER, external_id=EXTERNAL_ID))

    assert AccessKey.objects.count() == 1
    assert any(session.arn.endswith("/iamdash-reader/iamdash") for session in aws.state.sessions.values())


def test_the_external_id_is_kept_with_the_account_and_the_role_that_asks_for_it_and_nowhere_else(
    aws: RunningStandIn,
) -> None:
    sync(make_aws_account(READ, role_arn=READER, external_id=EXTERNAL_ID))

    holding = {line.split(" ", 1)[0] for line in stored().splitlines() if EXTERNAL_ID in line}
    assert holding == {"iamdash_awsaccount", "iamdash_iamrole"}


def test_the_search_would_find_what_botocore_says_when_it_is_let(
    aws: RunningStandIn, said: pytest.LogCaptureFixture
) -> None:
    said.set_level(logging.DEBUG, logger="botocore")

    sync(make_aws_account(READ, role_arn=READER, external_id=EXTERNAL_ID))

    assert secrets_in(spoken(said)) != []

"""`manage.py sync`: what it prints, how it ends, and what it says when it cannot."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, ProgrammingError, connection

from iamdash.aws.snapshot import Part, Unread
from iamdash.inventory import lock
from iamdash.inventory.sync import LockLostError
from iamdash.management.commands import sync as command
from iamdash.models import AwsAccount
from tests.factories import NOW, make_aws_account
from tests.inventory.pieces import Answers, identity, listing, user

DENIED = Unread(Part.CREDENTIAL_REPORT, "AWS said no.", "iam:GetCredentialReport", "AccessDenied")
REFUSED = Unread(Part.IDENTITY, "AWS refused sts:AssumeRole.", "sts:AssumeRole", "AccessDenied")
OTHER = "222233334444"


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Answers]:
    """What AWS answers, by account; the command then syncs for real."""
    given = {
        "111122223333": Answers((identity(), listing(user("uploader"))), calls={"iam:GetUser": 2, "iam:ListX": 1}),
        OTHER: Answers((identity(account_id=OTHER), REFUSED)),
    }
    real = command.sync_account

    def sync_account(aws_account: AwsAccount, **asked: Any) -> Any:
        return real(aws_account, read=given[aws_account.pk], **asked | {"clock": lambda: NOW})

    monkeypatch.setattr(command, "sync_account", sync_account)
    return given


@pytest.fixture
def aws_account(db: None, answers: dict[str, Answers]) -> AwsAccount:
    return make_aws_account()


def run(*arguments: str) -> tuple[str, int]:
    """Return what the command prints to standard output, and its exit code."""
    out = StringIO()
    try:
        call_command("sync", *arguments, stdout=out)
    except SystemExit as ended:
        return out.getvalue(), int(str(ended.code))
    return out.getvalue(), 0


@pytest.mark.usefixtures("aws_account")
def test_the_summary_says_calls_changes_and_what_was_unread(answers: dict[str, Answers]) -> None:
    answers["111122223333"].given += (DENIED,)

    out, code = run()

    assert code == 0
    assert "partly read in 0.0 s, 1 created" in out
    assert "2 iam:GetUser" in out
    assert "Could not read the credential report: AWS said no. Allow iam:GetCredentialReport in the policy" in out


@pytest.mark.usefixtures("aws_account")
def test_json_is_the_document_and_nothing_else() -> None:
    make_aws_account(OTHER)

    out, code = run("--json")

    assert code == 1
    assert {account["account_id"]: account for account in json.loads(out)["accounts"]} == {
        "111122223333": {
            "account_id": "111122223333",
            "outcome": "complete",
            "seconds": 0.0,
            "calls": {"iam:GetUser": 2, "iam:ListX": 1},
            "throttled": 0,
            "unread": [],
            "changes": {"created": 1, "updated": 0, "gone": 0},
        },
        OTHER: {
            "account_id": OTHER,
            "outcome": "failed",
            "seconds": 0.0,
            "calls": {},
            "throttled": 0,
            "unread": [{"part": "identity", "reason": "AWS refused sts:AssumeRole."}],
            "changes": {"created": 0, "updated": 0, "gone": 0},
        },
    }


@pytest.mark.usefixtures("aws_account")
def test_one_failed_account_fails_the_command_and_stops_no_other() -> None:
    make_aws_account(OTHER, name="a-first-by-name")

    out, code = run()

    assert code == 1
    assert "failed" in out
    assert "complete" in out


@pytest.mark.usefixtures("aws_account")
def test_only_the_named_accounts_are_synced() -> None:
    make_aws_account(OTHER)

    out, code = run("--account", "111122223333", "--account", "111122223333")

    assert code == 0
    assert out.count(" in 0.0 s") == 1


@pytest.mark.usefixtures("aws_account")
def test_direct_asks_for_everybodys_keys(answers: dict[str, Answers]) -> None:
    run("--direct")

    known = answers["111122223333"].known
    assert known is not None
    assert known.read_everybody


@pytest.mark.usefixtures("aws_account")
def test_an_unknown_account_is_named_beside_those_that_there_are() -> None:
    with pytest.raises(CommandError, match=r"(?s)999988887777: no such AWS account.*111122223333 example-1111"):
        run("--account", "999988887777")


@pytest.mark.django_db
def test_without_accounts_it_says_what_to_run() -> None:
    with pytest.raises(CommandError, match=r"run manage\.py load_config"):
        run()


@pytest.mark.parametrize(
    ("error", "words"),
    [(OperationalError("connection refused"), "cannot be reached"), (ProgrammingError("no table"), "migrate")],
)
def test_a_database_that_is_not_there_is_one_line(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def fail(_account_ids: list[str]) -> list[AwsAccount]:
        raise error

    monkeypatch.setattr(command, "_chosen", fail)

    with pytest.raises(CommandError, match=words):
        run()


@pytest.fixture
def busy(aws_account: AwsAccount) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Another worker, in the middle of a sync of the account."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [lock._number(aws_account.pk)])
        yield other


@pytest.mark.parametrize("error", [LockLostError(), OperationalError("server closed the connection")])
@pytest.mark.usefixtures("aws_account")
def test_a_database_that_goes_away_meanwhile_is_one_line(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(command, "sync_account", broken)

    with pytest.raises(CommandError, match="went away in the middle"):
        run()


@pytest.mark.usefixtures("busy")
def test_another_sync_that_does_not_end_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    out, code = run("--wait", "0.1")

    assert code == 1
    assert "not synced. Another sync of this account is running" in out
    assert "waiting for it to end" in " ".join(capfd.readouterr().err.split())


def test_another_sync_that_ends_is_waited_for(
    busy: psycopg.Connection[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command.time, "sleep", lambda _seconds: busy.execute("SELECT pg_advisory_unlock_all()"))

    out, code = run()

    assert code == 0
    assert "complete" in out

from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from iamdash.models import AccessKey, Standing
from iamdash.rules.facts import CandidateFacts
from iamdash.standing.assess import Cause, assess
from iamdash.standing.facts import facts_of
from tests.factories import days_ago, make_access_key, make_candidate, make_iam_user

pytestmark = pytest.mark.django_db(transaction=True)


def an_assessed_iam_user() -> int:
    iam_user = make_iam_user("uploader")
    make_access_key(iam_user)
    assess([iam_user.pk], now=timezone.now(), cause=Cause.AWS, actor="sync")
    return iam_user.pk


def test_stored_answers_that_are_what_the_rules_say_pass() -> None:
    an_assessed_iam_user()
    out = StringIO()

    call_command("check_standings", stdout=out)

    assert "Stored answers compared: 1. All are what the rules say." in out.getvalue()


def test_a_row_changed_without_an_assessment_is_reported_by_column() -> None:
    an_assessed_iam_user()
    AccessKey.objects.update(status="Inactive")
    out = StringIO()

    with pytest.raises(CommandError, match="1 of 1 stored answers differ from what the rules say"):
        call_command("check_standings", stdout=out)

    assert "(uploader in 111122223333): stage, " in out.getvalue()
    assert "active_keys" in out.getvalue()


def test_a_candidate_without_a_stored_answer_is_reported() -> None:
    make_candidate()
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("check_standings", stdout=out)

    assert "nothing is stored" in out.getvalue()


def test_an_answer_that_waits_for_the_clock_is_counted_and_is_no_difference() -> None:
    an_assessed_iam_user()
    Standing.objects.update(recheck_at=days_ago(1), stage=2)
    out = StringIO()

    call_command("check_standings", stdout=out)

    assert "Not compared: 1, which a worker is to give anew within a minute." in out.getvalue()
    assert "Stored answers compared: 0." in out.getvalue()


def test_what_a_sync_writes_meanwhile_is_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    pk = an_assessed_iam_user()

    def sync() -> None:
        with transaction.atomic():
            AccessKey.objects.update(status="Inactive", status_changed_at=timezone.now())
            assess([pk], now=timezone.now(), cause=Cause.AWS, actor="sync")
        connection.close()

    def facts_after_a_sync(iam_user_ids: list[int]) -> dict[int, CandidateFacts]:
        with ThreadPoolExecutor(1) as worker:
            worker.submit(sync).result(30)
        return facts_of(iam_user_ids)

    monkeypatch.setattr("iamdash.standing.check.facts_of", facts_after_a_sync)

    call_command("check_standings", stdout=StringIO())

    assert Standing.objects.get().active_keys == 0


def test_a_database_that_does_not_answer_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_now: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("iamdash.management.commands.check_standings.differences", refuse)

    with pytest.raises(CommandError, match="check DATABASE_URL"):
        call_command("check_standings")

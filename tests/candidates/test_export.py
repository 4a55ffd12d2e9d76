"""Candidates as CSV and JSON, through the command and from the page."""

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from iamdash.models import Candidate
from iamdash.standing.assess import Cause, assess
from tests.factories import (
    make_access_key,
    make_aws_account,
    make_candidate,
    make_claim,
    make_iam_user,
    make_person,
    make_replacement,
    make_team,
)

pytestmark = pytest.mark.django_db

COLUMNS = (
    "account_id,user_name,unique_id,arn,environment,stage,owner_team,claimed_by,route,access_key_ids,active_keys,"
    "oldest_key_created_at,last_used_at,last_used_service,last_used_region,reason,safe_to_deactivate,safe_to_delete,"
    "gone_at,gone_confirmed_at,risk,kind,workload,likely_team,claim_lapses_at,exception_until,blocked_by,"
    "block_review_on,due_on"
)


def answer_all() -> None:
    users = list(Candidate.objects.values_list("iam_user", flat=True))
    assess(users, now=timezone.now(), cause=Cause.AWS, actor="sync")


@pytest.fixture
def _two_candidates() -> None:
    account = make_aws_account("111122223333", environment="production")
    claimed = make_iam_user("backup", aws_account=account, unique_id="AIDAONE")
    make_access_key(
        claimed,
        access_key_id="AKIAOLD",
        status="Inactive",
        created_at=datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
        last_used_at=None,
        last_used_service="",
        last_used_region="",
    )
    make_access_key(
        claimed,
        access_key_id="AKIANEW",
        created_at=datetime(2021, 1, 1, tzinfo=UTC),
        last_used_at=datetime(2026, 5, 1, tzinfo=UTC),
    )
    make_access_key(claimed, access_key_id="AKIAGONE", gone_at=timezone.now())
    candidate = make_candidate(claimed)
    team = make_team("search", name="Search")
    make_claim(candidate, team=team, person=make_person("priya@example.org", teams=(team,)))
    make_replacement(candidate)
    Candidate.objects.filter(pk=candidate.pk).update(
        blocked_by="vendor", block_review_on=date(2026, 9, 1), due_on=date(2026, 10, 2)
    )
    gone_at = datetime(2026, 5, 2, tzinfo=UTC)
    gone = make_iam_user(
        "=cmd|'/c calc'!A1",
        aws_account=account,
        unique_id="AIDATWO",
        gone_at=gone_at,
        gone_confirmed_at=datetime(2026, 5, 3, tzinfo=UTC),
    )
    make_access_key(gone, gone_at=gone_at)
    make_candidate(gone)
    answer_all()


@pytest.mark.usefixtures("_two_candidates")
def test_json_is_one_list_of_everybody_with_lists_and_iso_times(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("export_candidates", format="json")

    gone, backup = json.loads(capsys.readouterr().out)
    assert ",".join(backup) == COLUMNS
    assert backup["account_id"] == "111122223333"
    assert backup["environment"] == "production"
    assert backup["stage"] in {"claimed", "role_ready"}
    assert (backup["owner_team"], backup["claimed_by"], backup["route"]) == (
        "search",
        "priya@example.org",
        "pod_identity",
    )
    assert backup["access_key_ids"] == ["AKIAOLD", "AKIANEW"]
    assert backup["active_keys"] == 1
    assert backup["oldest_key_created_at"] == "2020-01-02T03:04:05+00:00"
    assert (backup["last_used_at"], backup["last_used_service"]) == ("2026-05-01T00:00:00+00:00", "s3")
    assert "days old" in backup["reason"]
    assert (backup["workload"], backup["kind"]) == ("backup", "machine")
    assert (backup["blocked_by"], backup["block_review_on"], backup["due_on"]) == ("vendor", "2026-09-01", "2026-10-02")
    assert datetime.fromisoformat(backup["claim_lapses_at"]) > timezone.now()
    assert {backup["safe_to_deactivate"], backup["safe_to_delete"]} <= {"yes", "not_yet", "unknown"}
    assert (gone["user_name"], gone["stage"]) == ("=cmd|'/c calc'!A1", "deleted")
    assert (gone["gone_at"], gone["gone_confirmed_at"]) == ("2026-05-02T00:00:00+00:00", "2026-05-03T00:00:00+00:00")
    assert gone["claimed_by"] is None


@pytest.mark.usefixtures("_two_candidates")
def test_csv_neutralises_formulas_and_separates_ids_by_spaces(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("export_candidates", format="csv")

    out = capsys.readouterr().out
    gone, backup = csv.DictReader(io.StringIO(out))
    assert out.splitlines()[0] == COLUMNS
    assert gone["user_name"] == "'=cmd|'/c calc'!A1"
    assert backup["access_key_ids"] == "AKIAOLD AKIANEW"
    assert gone["claimed_by"] == ""


def test_nobody_at_all_is_an_empty_list_and_a_lone_header(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("export_candidates", format="json")
    assert json.loads(capsys.readouterr().out) == []

    call_command("export_candidates", format="csv")
    assert capsys.readouterr().out.splitlines() == [COLUMNS]


@pytest.mark.usefixtures("_two_candidates")
def test_the_output_can_be_a_file(tmp_path: Path) -> None:
    call_command("export_candidates", format="csv", output=tmp_path / "candidates.csv")

    assert len((tmp_path / "candidates.csv").read_text().splitlines()) == 3


def test_a_file_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"Cannot write .*: No such file or directory"):
        call_command("export_candidates", format="csv", output=tmp_path / "none" / "candidates.csv")


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(CommandError, match="choose from"):
        call_command("export_candidates", "--format", "xml")


@pytest.mark.usefixtures("_two_candidates")
def test_the_page_exports_what_it_shows(client: Client) -> None:
    client.force_login(make_person(access_level="viewer"))

    answer = client.get("/candidates/export.csv?team=search")

    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [row["user_name"] for row in rows] == ["backup"]
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="candidates-20')

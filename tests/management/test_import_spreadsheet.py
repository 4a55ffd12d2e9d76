"""`manage.py import_spreadsheet`: every row placed by journalled actions, or told why not; the same twice is once."""

import csv
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iamdash.models import Candidate, Claim, Event, IamUser, Note, Person, TrackerLink
from iamdash.standing.assess import Cause, assess
from tests.factories import make_access_key, make_aws_account, make_claim, make_iam_user, make_person, make_team

pytestmark = pytest.mark.django_db

KEY = "AKIA000000000000EXMP"
# 0, or 1 where some row was not placed, and what was said.
Import = Callable[..., tuple[int, str]]


def candidate(user_name: str, account_id: str = "111122223333", **columns: object) -> Candidate:
    iam_user = make_iam_user(user_name, aws_account=make_aws_account(account_id), **columns)
    make_access_key(iam_user, **({"access_key_id": KEY} if user_name == "by-key" else {}))
    assess([iam_user.pk], now=timezone.now(), cause=Cause.AWS, actor="sync")
    return iam_user.candidate


@pytest.fixture
def lead() -> Person:
    make_team("platform", name="Publishing platform", aliases=["#publishing"])
    return make_person("lead@example.org", access_level="lead")


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Import:
    def run_it(content: str, *flags: str, by: str = "lead@example.org") -> tuple[int, str]:
        path = tmp_path / "sheet.csv"
        path.write_text(content, newline="")
        try:
            call_command("import_spreadsheet", str(path), "--as", by, *flags)
        except SystemExit as end:
            return int(end.code or 0), capsys.readouterr().out
        return 0, capsys.readouterr().out

    return run_it


SHEET = """IAM user;Team;Owner;Notes;Ticket;Due date
backup;#Publishing;priya@example.org;Ask Sam first;https://tracker.example.org/issues/12;2099-12-31
"""


@pytest.fixture
def priya(lead: Person) -> Person:
    del lead
    return make_person("priya@example.org", full_name="Priya Rao", teams=(make_team("platform"),))


@pytest.mark.usefixtures("priya")
def test_a_row_becomes_actions_by_whoever_imports_and_twice_is_once(run: Import) -> None:
    backup = candidate("backup")

    code, said = run(SHEET)

    assert code == 0
    assert "Read as utf-8, cells parted by a semicolon: 1 row." in said
    assert "the team: column “Team”" in said
    assert "1 row: 1 changed." in said
    claim = Claim.objects.get(candidate=backup)
    assert (claim.team_id, claim.person.email) == ("platform", "priya@example.org")
    assert Note.objects.get().body == "Ask Sam first"
    assert TrackerLink.objects.get().url == "https://tracker.example.org/issues/12"
    backup.refresh_from_db()
    assert backup.due_on == date(2099, 12, 31)
    kinds = set(Event.objects.filter(actor="lead@example.org").values_list("kind", flat=True))
    assert {"candidate.assigned", "candidate.note_written", "candidate.tracker_linked"} < kinds

    events = Event.objects.count()
    code, said = run(SHEET)
    assert (code, Event.objects.count()) == (0, events)
    assert "1 row: 1 nothing to change." in said


@pytest.mark.usefixtures("priya")
def test_a_dry_run_says_the_same_rows_and_changes_nothing(run: Import) -> None:
    candidate("backup")
    twice = SHEET + SHEET.splitlines()[1] + "\n"
    events = Event.objects.count()

    _code, dry = run(twice, "--dry-run")
    assert (Event.objects.count(), Claim.objects.count(), Note.objects.count()) == (events, 0, 0)
    _code, real = run(twice)

    assert dry.splitlines()[:-1] == real.splitlines()[:-1]
    assert dry.splitlines()[-1] == "2 rows: 1 changed, 1 nothing to change. This was a dry run: nothing was changed."


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("nobody,platform,,", "No IAM user that iamdash has read is known by nobody."),
        (",platform,,", "The row names no IAM user."),
        ("twin,platform,,", "twin is in more than one AWS account: 111122223333 (example-1111), 444455556666"),
        ("lone,platfrom,,", "No team is called platfrom. The nearest is platform."),
        ("lone,platform,ghost@example.org,", "Nobody here is known as ghost@example.org."),
        ("lone,platform,lead@example.org,31/12/2099", "31/12/2099 is no date as expected, such as 2027-12-31"),
        ("lone,,,2001-01-01", "1 Jan 2001 is in the past."),
        ("taken,platform,,", "has claimed it; an import takes nothing over."),
        ("gone,platform,,", "gone is proved gone from AWS"),
        ("young,platform,,", "young is no candidate"),
        ("lone,,lead@example.org,", "is in no team. Name the team"),
        ("lone,platform,,,extra", "more cells than there are columns"),
        (f"{KEY} lone,platform,,", "No IAM user"),
    ],
)
@pytest.mark.usefixtures("lead")
def test_a_row_that_cannot_be_placed_says_why_and_stops_no_other(run: Import, row: str, words: str) -> None:
    candidate("lone")
    candidate("twin")
    candidate("twin", "444455556666")
    make_claim(candidate("taken"), team=make_team("search"))
    now = timezone.now()
    candidate("gone")
    IamUser.objects.filter(user_name="gone").update(gone_at=now - timedelta(days=2), gone_confirmed_at=now)
    everybody = list(IamUser.objects.values_list("pk", flat=True))
    assess(everybody, now=now, cause=Cause.AWS, actor="sync")
    make_iam_user("young")
    candidate("other")

    code, said = run(f"User,Team,Owner,Due\n{row}\nother,platform,,\n")

    assert code == 1
    assert words in said.splitlines()[-3]
    assert Claim.objects.filter(candidate__iam_user__user_name="other").exists()


@pytest.mark.usefixtures("lead")
def test_an_arn_a_key_id_and_an_account_each_find_the_iam_user(run: Import) -> None:
    one, two, three = candidate("twin"), candidate("twin", "444455556666"), candidate("by-key")

    code, _said = run(
        f"IAM user,Account,Team\nTWIN,444455556666,platform\n{one.iam_user.arn},,Publishing Platform\n{KEY},,platform\n"
    )

    assert code == 0
    assert set(Claim.objects.values_list("candidate", flat=True)) == {one.pk, two.pk, three.pk}


@pytest.mark.usefixtures("lead")
def test_the_flag_names_the_account_where_no_row_does(run: Import) -> None:
    candidate("twin")
    candidate("twin", "444455556666")

    code, _said = run("User,Team\ntwin,platform\n", "--account", "example-4444")

    assert code == 0
    assert Claim.objects.get().candidate.iam_user.aws_account_id == "444455556666"


@pytest.mark.usefixtures("lead")
def test_an_engineer_claims_for_their_teams_alone_and_a_viewer_nothing(run: Import) -> None:
    make_team("search")
    make_person("ada@example.org", teams=(make_team("platform"),))
    candidate("one")
    candidate("two")

    code, said = run("User,Team\none,platform\ntwo,search\n", by="ada@example.org")

    assert code == 1
    assert "You are not a member of Search" in said
    assert Claim.objects.get().candidate.iam_user.user_name == "one"
    make_person("viewer@example.org", access_level="viewer")
    with pytest.raises(CommandError, match="Only an engineer"):
        run("User,Team\none,platform\n", by="viewer@example.org")


@pytest.mark.usefixtures("lead")
def test_tickets_may_be_numbers_and_dates_have_another_form(run: Import) -> None:
    lone = candidate("lone")

    code, _said = run(
        "User,Ticket,Due\nlone,OPS-1 OPS-2,31/12/2099\n",
        *("--ticket-prefix", "https://tracker.example.org/", "--date-format", "%d/%m/%Y"),
    )

    assert code == 0
    urls = set(TrackerLink.objects.values_list("url", flat=True))
    assert urls == {"https://tracker.example.org/OPS-1", "https://tracker.example.org/OPS-2"}
    lone.refresh_from_db()
    assert lone.due_on == date(2099, 12, 31)


@pytest.mark.usefixtures("lead")
def test_the_report_has_every_row_and_no_formula(run: Import, tmp_path: Path) -> None:
    candidate("lone")

    run("User,Team\n=1+1,platform\nlone,platform\n", "--report", str(tmp_path / "out.csv"))

    bad, good = csv.DictReader((tmp_path / "out.csv").read_text().splitlines())
    assert (bad["line"], bad["said"], bad["result"]) == ("2", "'=1+1", "not placed")
    assert (good["user_name"], good["result"]) == ("lone", "changed")


@pytest.mark.parametrize(
    "flags",
    [("--as", "ghost@example.org"), ("--date-format", "%q"), ("--team-column", "Crew"), ("--report", "/none/out.csv")],
)
@pytest.mark.usefixtures("lead")
def test_what_cannot_begin_ends_with_2_and_changes_nothing(run: Import, flags: tuple[str, str]) -> None:
    candidate("lone")

    with pytest.raises(CommandError) as refused:
        run("User,Team\nlone,platform\n", *flags)

    assert refused.value.returncode == 2
    assert not Claim.objects.exists()


WORDS = st.sampled_from(
    ["lone", "platform", "lead@example.org", KEY, "2099-01-01", "=1", "https://[", "arn:", "\x1b[2J"]
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(WORDS | st.text(max_size=20), min_size=1, max_size=7), max_size=4))
@pytest.mark.usefixtures("lead")
def test_no_rows_at_all_bring_it_down(run: Import, rows: list[list[str]]) -> None:
    if not Candidate.objects.exists():
        candidate("lone")
    lines = [",".join('"' + word.replace('"', '""') + '"' for word in row) for row in rows]
    text = "\n".join(["User,Team,Owner,Note,Ticket,Due,Account", *lines]).encode("utf-8", "ignore").decode()
    # A zero byte is the one thing in a text for which the whole file is refused.
    with nullcontext() if "\0" not in text else pytest.raises(CommandError, match="no text"):
        assert "\x1b" not in run(text)[1]

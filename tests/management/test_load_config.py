from io import StringIO
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, ProgrammingError
from pytest_django import Settings

from iamdash.models import AwsAccount, Candidate, Programme, Vendor
from tests.factories import make_access_key, make_iam_user, make_team

pytestmark = pytest.mark.django_db

GOOD = '[[accounts]]\nid = "111122223333"\nname = "example"\n'


def load_config(file: Path) -> str:
    out = StringIO()
    call_command("load_config", str(file), stdout=out)
    return out.getvalue()


def test_it_says_what_changed_and_then_that_nothing_did(tmp_path: Path) -> None:
    file = tmp_path / "iamdash.toml"
    file.write_text(GOOD)

    assert load_config(file) == (
        "  AWS account 111122223333 (example) added\n"
        f"  {Vendor.objects.count()} vendors of iamdash's own list brought up to date\n"
        f"2 changes. {file}: 1 AWS account, no teams.\n"
    )
    assert load_config(file) == f"Nothing changed. {file}: 1 AWS account, no teams.\n"


def test_a_bad_file_is_refused_whole(tmp_path: Path) -> None:
    file = tmp_path / "iamdash.toml"
    file.write_text(GOOD + '[[accounts]]\nid = "4444"\nname = "other"\nnmae = ""\n')

    with pytest.raises(CommandError) as refused:
        load_config(file)

    first, second, last = str(refused.value).splitlines()
    assert first.startswith(f"{file}, line 5: [[accounts]] number 2: id: '4444' is not an AWS account")
    assert second.startswith(f'{file}, line 7: [[accounts]] number 2: "nmae" is not known here.')
    assert last == "Nothing was changed."
    assert refused.value.returncode == 1
    assert not AwsAccount.objects.exists()
    assert not Programme.objects.exists()


def test_a_missing_file_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="The file cannot be read: No such file or directory"):
        load_config(tmp_path / "none.toml")


def test_without_a_file_it_takes_the_one_of_the_environment(tmp_path: Path, settings: Settings) -> None:
    settings.IAMDASH_CONFIG = tmp_path / "elsewhere.toml"

    with pytest.raises(CommandError, match="elsewhere"):
        call_command("load_config")


def test_the_published_example_loads() -> None:
    out = load_config(Path(__file__).parents[2] / "docs" / "iamdash.example.toml")

    assert "changes. " in out
    assert AwsAccount.objects.count() == 2


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OperationalError("connection refused\n\tIs it running?"), "check DATABASE_URL. It says: connection refused"),
        (ProgrammingError("relation does not exist\nLINE 1"), "run manage.py migrate. relation does not exist"),
    ],
)
def test_a_database_that_does_not_answer_is_said_in_one_line(
    error: Exception, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "iamdash.toml"
    file.write_text(GOOD)
    monkeypatch.setattr("iamdash.organisation.load.Programme.objects", Mock(select_for_update=Mock(side_effect=error)))

    with pytest.raises(CommandError) as refused:
        load_config(file)

    assert str(refused.value).endswith(said)


def test_rules_of_ownership_that_take_everything_or_nothing_or_disagree_are_named(tmp_path: Path) -> None:
    make_team("search")
    for number in range(3):
        make_access_key(make_iam_user(f"svc-{number}", tags={"owner": "search"} if number else {}))
    rules = """
    [[ownership]]
    source = "name"
    pattern = "^svc"
    team = "data"
    [[ownership]]
    source = "tag"
    keys = ["owner"]
    [[ownership]]
    source = "path"
    pattern = "^/nowhere/"
    team = "data"
    """
    file = tmp_path / "iamdash.toml"
    teams = "".join(f'[[teams]]\nslug = "{slug}"\nname = "{slug}"\n' for slug in ("search", "data"))
    file.write_text(GOOD + teams + rules)

    said = load_config(file)

    assert Candidate.objects.count() == 3
    assert [line for line in said.splitlines() if "Look again" in line] == [
        "  Look again: Rule 1 of ownership (name “^svc”) decides for each of the 3 candidates: no other rule counts.",
        "  Look again: Rule 2 of ownership (tag owner) names another team than the rule that counts, for 2 candidates.",
        "  Look again: Rule 3 of ownership (path “^/nowhere/”) says nothing of any of the 3 candidates.",
    ]

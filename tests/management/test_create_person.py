import io
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from iamdash.models import AccessLevel, Event, Person
from iamdash.standing.assess import Cause, assess
from iamdash.standing.check import differences
from tests.factories import NOW, make_candidate, make_claim, make_person, make_team

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """What the command reads as standard input."""
    content = io.BytesIO()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(content, "utf-8"))
    return content


def create_person(*arguments: str) -> str:
    out = StringIO()
    call_command("create_person", *arguments, stdout=out)
    return out.getvalue()


def send(stdin: io.BytesIO, content: bytes) -> None:
    stdin.write(content)
    stdin.seek(0)


def test_it_makes_somebody_who_signs_in_by_password(stdin: io.BytesIO) -> None:
    make_team("platform")
    make_team("search")
    send(stdin, PASSWORD.encode() + b"\r\n")

    out = create_person(
        "Ann@Example.org", "--role", "lead", "--team", "search", "platform", "--name", "Ann", "--password-stdin"
    )

    ann = Person.objects.get()
    assert (ann.email, ann.full_name, ann.access_level) == ("ann@example.org", "Ann", AccessLevel.LEAD)
    assert ann.check_password(PASSWORD)
    assert out.startswith("ann@example.org made: lead, platform, search.\n")
    event = Event.objects.get()
    assert (event.kind, event.after) == ("person.created", {"access_level": "lead", "teams": ["platform", "search"]})


def test_without_a_password_there_is_single_sign_on() -> None:
    out = create_person("ann@example.org", "--role", "viewer")

    assert not Person.objects.get().has_usable_password()
    assert out == ("ann@example.org made: viewer, no team.\nNo password is set, so they sign in by single sign-on.\n")


def test_somebody_who_is_there_keeps_what_is_not_said() -> None:
    ann = make_person("ann@example.org", full_name="Ann", teams=(make_team("platform"),))
    ann.set_password(PASSWORD)
    ann.save()

    out = create_person("ANN@example.org", "--role", "admin")

    ann.refresh_from_db()
    assert (ann.full_name, ann.access_level, ann.check_password(PASSWORD)) == ("Ann", AccessLevel.ADMIN, True)
    assert out == "ann@example.org updated: admin, platform.\n"
    assert Event.objects.get().kind == "person.updated"


def test_the_teams_given_are_all_their_teams() -> None:
    make_team("search")
    make_person("ann@example.org", teams=(make_team("platform"),))

    out = create_person("ann@example.org", "--role", "engineer", "--team", "search")

    assert out.startswith("ann@example.org updated: engineer, search.")


def test_a_new_name_reaches_the_stored_answers() -> None:
    ann, candidate = make_person("ann@example.org"), make_candidate()
    make_claim(candidate, person=ann)
    assess([candidate.iam_user_id], now=NOW, cause=Cause.AWS, actor="sync")

    create_person("ann@example.org", "--role", "engineer", "--name", "Ann {of} Platform")

    assert list(differences(timezone.now())) == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["ann", "--role", "viewer"], "'ann' is not an e-mail address"),
        (["a" * 250 + "@example.org", "--role", "viewer"], "is not an e-mail address|too long"),
        (["ann@example.org", "--role", "king"], "invalid choice: 'king'"),
        (["ann@example.org"], "required: --role"),
        (
            ["ann@example.org", "--role", "viewer", "--team", "serach"],
            "no team 'serach'. Known teams: platform, search",
        ),
        (["ann@example.org", "--role", "viewer", "--name", "a\nb"], "one line of at most 200 characters"),
        (["ann@example.org", "--role", "viewer", "--name", "a" * 201], "one line of at most 200 characters"),
    ],
)
def test_what_cannot_be_is_refused(arguments: list[str], reason: str) -> None:
    make_team("platform")
    make_team("search")
    make_team("former", in_config=False)

    with pytest.raises(CommandError, match=reason):
        create_person(*arguments)

    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Standard input holds no password"),
        (b"\n", "Standard input holds no password"),
        (b"short", "too short. It must contain at least 12 characters"),
        (b"passwordpassword\xff", "not UTF-8"),
    ],
)
def test_a_password_that_will_not_do_is_refused(content: bytes, reason: str, stdin: io.BytesIO) -> None:
    send(stdin, content)

    with pytest.raises(CommandError, match=reason):
        create_person("ann@example.org", "--role", "viewer", "--password-stdin")

    assert not Person.objects.exists()

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from iamdash.models import Claim, Event, Person
from tests.factories import make_candidate, make_claim, make_person, make_team

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"


@pytest.fixture
def ann() -> Person:
    ann = make_person("ann@example.org", full_name="Ann", teams=(make_team("platform"),))
    ann.set_password(PASSWORD)
    ann.save()
    return ann


def revoke_sign_in(email: str) -> str:
    out = StringIO()
    call_command("revoke_sign_in", email, stdout=out)
    return out.getvalue()


def signed_in(client: Client) -> bool:
    return client.get("/candidates/").status_code == 200


def test_what_somebody_has_open_ends_at_once_and_nothing_lets_them_in(client: Client, ann: Person) -> None:
    client.force_login(ann)
    assert signed_in(client)

    out = revoke_sign_in("Ann@Example.org")

    assert out == "ann@example.org may no longer sign in.\n"
    assert not signed_in(client)
    assert client.post("/sign-in", {"email": ann.email, "password": PASSWORD}).status_code == 422
    event = Event.objects.get()
    assert (event.kind, event.subject) == ("person.sign_in_revoked", "ann@example.org")


def test_their_claims_stand_and_are_counted(ann: Person) -> None:
    for _ in range(2):
        make_claim(make_candidate(), person=ann)

    assert "What they claimed (2) stands until the team takes it over" in revoke_sign_in(ann.email)

    assert Claim.objects.filter(person=ann, ended_at=None).count() == 2


def test_saying_it_again_changes_nothing(ann: Person) -> None:
    assert revoke_sign_in(ann.email) == revoke_sign_in(ann.email)

    assert Event.objects.count() == 1


def test_who_is_let_in_again_signs_in_anew(client: Client, ann: Person) -> None:
    client.force_login(ann)
    revoke_sign_in(ann.email)
    out = StringIO()

    call_command("create_person", ann.email, "--role", "engineer", stdout=out)

    assert out.getvalue().startswith("ann@example.org let in again: engineer, platform.\n")
    assert Event.objects.order_by("pk").last().sentence == "ann@example.org was let in again, with engineer access."
    assert not signed_in(client)
    client.force_login(Person.objects.get())
    assert signed_in(client)


def test_nobody_of_that_address_is_an_error() -> None:
    with pytest.raises(CommandError, match=r"There is nobody with the e-mail address 'bob@example.org'"):
        revoke_sign_in("bob@example.org")

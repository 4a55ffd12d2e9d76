"""Sessions and people are read as all else is: what is at hand of them holds for as long as nothing has changed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from iamdash.models import AccessLevel, Person
from tests.factories import make_person, make_team
from tests.test_kept import undisturbed
from tests.views.test_candidates import candidate_named

pytestmark = pytest.mark.django_db(transaction=True)
PAGE, PASSWORD = "/candidates/", "correct horse battery"


@pytest.fixture
def person(client: Client, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody who is signed in, and has looked at a page; no minute passes, after which all is asked anew."""
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    one = make_person(teams=(make_team(),))
    client.force_login(one)
    assert client.get(PAGE).status_code == 200
    return one


def end_session(_person: Person) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def delete_session(_person: Person) -> None:
    Session.objects.all().delete()


def spoil_session(_person: Person) -> None:
    Session.objects.update(session_data="not signed by us")


def shut_out(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=False)


def change_password(person: Person) -> None:
    person.set_password("another one altogether")
    person.save()


def delete_person(person: Person) -> None:
    person.delete()


@pytest.mark.parametrize(
    "happens", [end_session, delete_session, spoil_session, shut_out, change_password, delete_person]
)
def test_whoever_may_no_longer_come_in_is_sent_to_the_sign_in_page_at_once(
    happens: Callable[[Person], None], client: Client, person: Person
) -> None:
    happens(person)

    assert client.get(PAGE).headers["Location"] == f"/sign-in?next={PAGE}"


def test_whoever_signs_out_is_out_on_every_page(client: Client, person: Person) -> None:
    elsewhere = Client()
    elsewhere.cookies = client.cookies.copy()
    assert elsewhere.get(PAGE).status_code == 200

    client.post("/sign-out")

    assert elsewhere.get(PAGE).status_code == 302


def test_signing_in_gives_the_session_another_key_and_the_old_one_opens_nothing(client: Client) -> None:
    someone = make_person()
    someone.set_password(PASSWORD)
    someone.save()
    client.force_login(someone)
    stolen = Client()
    stolen.cookies = client.cookies.copy()
    assert stolen.get(PAGE).status_code == 200
    client.post("/sign-out")

    assert client.post("/sign-in", {"email": someone.email, "password": PASSWORD}).status_code == 302
    assert client.get(PAGE).status_code == 200
    assert stolen.get(PAGE).status_code == 302


def test_a_claim_shows_on_the_page_that_it_leads_to(client: Client, person: Person) -> None:
    candidate = candidate_named("uploader")
    row = f"{PAGE}{candidate.pk}/"
    assert "No owner yet" in client.get(PAGE).content.decode()

    claimed = client.post(f"{row}row/claim", {"team": "platform", "next": PAGE}, follow=True).content.decode()

    assert str(person) in claimed.partition('id="results"')[2]
    assert "No owner yet" not in claimed


def test_what_somebody_may_do_changes_with_their_access_level(client: Client, person: Person) -> None:
    assert client.post("/accounts/sync").status_code == 403
    Person.objects.filter(pk=person.pk).update(access_level=AccessLevel.ADMIN)
    assert client.post("/accounts/sync").status_code == 302


def test_a_page_that_was_seen_is_one_question_until_something_changes(client: Client, person: Person) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        return len(queries)

    assert undisturbed(lambda: [questions(), questions()])[1] == 1
    Person.objects.filter(pk=person.pk).update(full_name="Somebody Else")
    assert questions() > 1
    assert "Somebody Else" in client.get(PAGE).content.decode()

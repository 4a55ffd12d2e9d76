"""Signing in with a password, and out."""

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from iamdash.models import Person
from iamdash.views.sign_in_form import GUESSES

PASSWORD = "correct horse battery"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quick_and_fresh(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def priya() -> Person:
    person = Person(email="priya@example.org", full_name="Priya Nair", access_level="engineer")
    person.set_password(PASSWORD)
    person.save()
    return person


def test_the_page_says_what_iamdash_is(client: Client) -> None:
    answer = client.get("/sign-in")

    assert answer.status_code == 200
    assert "IAM users and access keys" in answer.content.decode()


def test_a_right_password_goes_on_to_the_page_that_was_wanted(client: Client, priya: Person) -> None:
    answer = client.post("/sign-in", {"email": "Priya@Example.org", "password": PASSWORD, "next": "/candidates/"})

    assert (answer.status_code, answer["Location"]) == (302, "/candidates/")
    assert client.session["_auth_user_id"] == str(priya.pk)


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example", "nowhere", "teams"]
)
def test_sign_in_never_leads_to_another_site_nor_to_what_is_no_address(
    client: Client, priya: Person, wanted: str
) -> None:
    answer = client.post("/sign-in", {"email": priya.email, "password": PASSWORD, "next": wanted})

    assert answer["Location"] == "/"


def test_wrong_unknown_and_deactivated_get_one_and_the_same_answer(client: Client, priya: Person) -> None:
    gone = Person(email="gone@example.org", is_active=False)
    gone.set_password(PASSWORD)
    gone.save()

    tries = [(priya.email, "wrong"), ("nobody@example.org", "wrong"), (gone.email, PASSWORD)]
    answers = [client.post("/sign-in", {"email": email, "password": word}) for email, word in tries]

    assert {answer.status_code for answer in answers} == {422}
    assert all("do not match anybody who may sign in" in answer.content.decode() for answer in answers)


def test_an_empty_form_names_both_fields_in_a_summary_that_links_to_them(client: Client) -> None:
    page = client.post("/sign-in", {"email": "", "password": ""}).content.decode()

    assert '<a href="#id_email">Enter your e-mail address.</a>' in page
    assert '<a href="#id_password">Enter your password.</a>' in page
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_email_error"' in page


def test_guessing_is_stopped_even_when_the_last_guess_is_right(client: Client, priya: Person) -> None:
    for _ in range(GUESSES):
        client.post("/sign-in", {"email": priya.email, "password": "wrong"})

    answer = client.post("/sign-in", {"email": priya.email, "password": PASSWORD})

    assert answer.status_code == 422
    assert "Wait 15 minutes" in answer.content.decode()


def test_a_stranger_who_guesses_does_not_keep_the_person_out(client: Client, priya: Person) -> None:
    for _ in range(GUESSES):
        client.post("/sign-in", {"email": priya.email, "password": "wrong"}, REMOTE_ADDR="192.0.2.1")

    answer = client.post("/sign-in", {"email": priya.email, "password": PASSWORD}, REMOTE_ADDR="192.0.2.2")

    assert answer.status_code == 302


def test_behind_a_proxy_a_guesser_is_known_by_what_the_proxy_saw(
    client: Client, priya: Person, settings: Settings
) -> None:
    settings.BEHIND_PROXY = True
    wrong, right = {"email": priya.email, "password": "wrong"}, {"email": priya.email, "password": PASSWORD}
    for number in range(GUESSES):
        client.post("/sign-in", wrong, headers={"X-Forwarded-For": f"203.0.113.{number}, 192.0.2.1"})

    same_place = client.post("/sign-in", right, headers={"X-Forwarded-For": "203.0.113.99, 192.0.2.1"})
    elsewhere = client.post("/sign-in", right, headers={"X-Forwarded-For": "192.0.2.2"})

    assert (same_place.status_code, elsewhere.status_code) == (422, 302)


def test_without_its_cache_sign_in_goes_on(client: Client, priya: Person, settings: Settings) -> None:
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:1/0"}}

    assert client.post("/sign-in", {"email": priya.email, "password": "wrong"}).status_code == 422
    assert client.post("/sign-in", {"email": priya.email, "password": PASSWORD}).status_code == 302


def test_signing_out_ends_the_session(client: Client, priya: Person) -> None:
    client.force_login(priya)

    answer = client.post("/sign-out")

    assert answer["Location"] == "/sign-in"
    assert "_auth_user_id" not in client.session


def test_signing_out_by_a_link_is_refused(client: Client, priya: Person) -> None:
    client.force_login(priya)

    assert client.get("/sign-out").status_code == 405

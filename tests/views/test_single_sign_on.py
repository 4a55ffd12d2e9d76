"""Single sign-on against a real OpenID provider, from the link to the page and back."""

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest
from django.test import Client
from oidc_provider_mock import User, run_server_in_thread
from pytest_django import Settings

from iamdash.models import Person
from tests.factories import make_person

pytestmark = [
    pytest.mark.django_db,
    # The provider's own library warns of its future; that is not ours to mend.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

CLAIMS = {
    "priya": {"email": "Priya@example.org", "email_verified": True, "name": "Priya Nair"},
    "mallory": {"email": "priya@example.org", "email_verified": False},
    "nameless": {},
}


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The provider's answer is wanted itself, not what it leads to."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


@pytest.fixture
def provider(settings: Settings) -> Iterator[str]:
    users = [User(sub=sub, claims=claims) for sub, claims in CLAIMS.items()]
    with run_server_in_thread(user_claims=users) as server:
        address = f"http://localhost:{server.server_port}"
        use(settings, address)
        yield address


def use(settings: Settings, issuer: str) -> None:
    settings.OIDC_ISSUER = issuer
    settings.OIDC_NAME = "Example SSO"
    app = {"provider_id": "single", "name": "Example SSO", "client_id": "iamdash", "secret": "s"}
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app | {"settings": {"server_url": issuer}}]}
    }


def press(authorize_url: str, **form: str) -> str:
    """Press a button on the provider's page. Return the address that it sends the browser to."""
    data = urllib.parse.urlencode(form).encode()
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.build_opener(NoRedirect).open(authorize_url, data)
    with answer.value as redirect:
        assert redirect.code in {302, 303}
        return str(redirect.headers["Location"])


def come_back(client: Client, sub: str, *, wanted: str = "/candidates/?q=a") -> str:
    """Walk to the provider and back as `sub`. Return the address that iamdash sends the browser to."""
    away = client.get("/sign-in/single/", {"next": wanted})
    back = press(away["Location"], sub=sub)
    answer = client.get(back.removeprefix("http://testserver"))
    assert answer.status_code == 302
    return str(answer["Location"])


def signed_in(client: Client) -> Person | None:
    return Person.objects.filter(pk=client.session.get("_auth_user_id")).first()


def what_it_says(client: Client) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get("/sign-in").content.decode()).split())


def test_the_sign_in_page_offers_it_first(client: Client, provider: str) -> None:
    page = client.get("/sign-in?next=/accounts/").content.decode()

    assert 'href="/sign-in/single/?next=/accounts/">Sign in with Example SSO</a>' in page
    assert page.index("Example SSO") < page.index('type="password"')


def test_passwords_can_be_switched_off(client: Client, provider: str, settings: Settings) -> None:
    settings.PASSWORD_SIGN_IN = False

    assert 'type="password"' not in client.get("/sign-in").content.decode()
    assert client.post("/sign-in", {"email": "a@example.org", "password": "x"}).status_code == 200


def test_a_person_is_found_by_their_verified_address_whatever_its_capitals(client: Client, provider: str) -> None:
    priya = make_person("priya@example.org", access_level="lead")

    location = come_back(client, "priya")

    assert location == "/candidates/?q=a"
    assert signed_in(client) == priya
    assert Person.objects.get().access_level == "lead"


def test_somebody_new_becomes_a_viewer_without_a_password(client: Client, provider: str) -> None:
    come_back(client, "priya")

    person = signed_in(client)
    assert person is not None
    assert (person.email, person.full_name, person.access_level) == ("priya@example.org", "Priya Nair", "viewer")
    assert not person.has_usable_password()


@pytest.mark.parametrize("sub", ["mallory", "nameless"])
def test_an_address_that_is_not_verified_lets_nobody_in(client: Client, provider: str, sub: str) -> None:
    make_person("priya@example.org", access_level="admin")

    location = come_back(client, sub)

    assert (location, signed_in(client)) == ("/sign-in", None)
    assert "has not verified your e-mail address" in what_it_says(client)
    assert Person.objects.count() == 1


def test_a_deactivated_person_reads_that_they_may_no_longer_sign_in(client: Client, provider: str) -> None:
    make_person("priya@example.org", is_active=False)

    location = come_back(client, "priya")

    assert (location, signed_in(client)) == ("/sign-in", None)
    assert "may no longer sign in" in what_it_says(client)


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "nowhere"])
def test_it_never_leads_to_another_site_nor_to_what_is_no_address(client: Client, provider: str, wanted: str) -> None:
    make_person("priya@example.org")

    assert come_back(client, "priya", wanted=wanted) == "/"


def test_cancelling_at_the_provider_says_so(client: Client, provider: str) -> None:
    away = client.get("/sign-in/single/")

    # What a provider answers by the standard (RFC 6749, 4.1.2.1); the one of these tests forgets the state.
    state = urllib.parse.parse_qs(urllib.parse.urlsplit(away["Location"]).query)["state"][0]
    answer = client.get("/sign-in/single/callback", {"error": "access_denied", "state": state})

    assert answer["Location"] == "/sign-in"
    assert "You cancelled the sign-in." in what_it_says(client)


def test_an_answer_nobody_asked_for_signs_nobody_in(client: Client, provider: str) -> None:
    answer = client.get("/sign-in/single/callback?code=stolen&state=invented")

    assert (answer["Location"], signed_in(client)) == ("/sign-in", None)


def test_an_answer_works_once(client: Client, provider: str) -> None:
    away = client.get("/sign-in/single/")
    back = press(away["Location"], sub="priya").removeprefix("http://testserver")
    client.get(back)
    client.post("/sign-out")

    client.get(back)

    assert signed_in(client) is None


def test_a_provider_that_does_not_answer_is_one_sentence(client: Client, settings: Settings) -> None:
    use(settings, "http://localhost:1")

    answer = client.get("/sign-in/single/")

    assert answer["Location"] == "/sign-in"
    assert "Example SSO does not answer" in what_it_says(client)


@pytest.mark.parametrize("path", ["/sign-in/single/", "/sign-in/other/", "/sign-in/single/callback"])
def test_without_a_provider_there_is_no_such_address(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_another_name_than_ours_is_no_provider(client: Client, provider: str) -> None:
    assert client.get("/sign-in/other/").status_code == 404

"""The page of components: each of them stands there, and nothing of it can reach a real candidate."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from iamdash.templatetags import words
from tests.factories import make_person, make_team
from tests.views.markup import problems_of

pytestmark = pytest.mark.django_db

COMPONENTS = Path(settings.BASE_DIR) / "templates/components"


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(make_person(teams=(make_team(),)))
    return client


def test_every_component_is_on_the_page(client: Client) -> None:
    for drawn_once in (words.pips, words.risk_tag):
        drawn_once.cache_clear()

    used = {template.name for template in client.get("/components/").templates}

    assert {f"components/{file.name}" for file in COMPONENTS.glob("*.html")} <= used


def test_it_is_valid(client: Client) -> None:
    assert problems_of(client.get("/components/").content.decode()) == []


def test_its_buttons_lead_to_no_candidate(client: Client) -> None:
    page = client.get("/components/").content.decode()

    sent_to = re.findall(r'\b(?:action|formaction|hx-post)="([^"]*)"', page)
    assert "#list1/row/claim" in sent_to
    assert not [address for address in sent_to if re.match(r"/candidates/\d", address)]

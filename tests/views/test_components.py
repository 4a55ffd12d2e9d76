"""The page of components: each of them stands there, and nothing of it can reach a real candidate."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.factories import make_person, make_team
from tests.views.markup import problems_of

pytestmark = pytest.mark.django_db

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# What stands in front of a template's own words: the part of a class that is always the same.
FIRST_CLASS = re.compile(r'class="([\w-]+)')


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(make_person(teams=(make_team(),)))
    return client


def test_every_component_is_on_the_page(client: Client) -> None:
    page = client.get("/components/").content.decode()
    shown = {name for names in re.findall(r'class="([^"]*)"', page) for name in names.split()}

    looks = {name: FIRST_CLASS.search(text) for name, text in _components()}

    assert looks
    assert [name for name, look in looks.items() if look is None or look[1] not in shown] == []


def test_every_component_is_asked_for() -> None:
    page = (TEMPLATES / "components.html").read_text() + (TEMPLATES / "base.html").read_text()
    called = re.findall(r"{% macro (\w+)", (TEMPLATES / "components/ui.html").read_text())
    included = [file.name for file in (TEMPLATES / "components").glob("*.html") if file.name != "ui.html"]

    assert called
    assert included
    assert [name for name in called if f"ui.{name}(" not in page and f"|{name} }}}}" not in page] == []
    assert [name for name in included if f'{{% include "components/{name}" %}}' not in page] == []


def _components() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every component: a macro, or a file that is included."""
    macros, files = TEMPLATES / "components/ui.html", (TEMPLATES / "components").glob("*.html")
    for text in macros.read_text().split("{% macro ")[1:]:
        yield text.partition("(")[0], text
    for file in files:
        if file != macros:
            yield file.name, file.read_text()


def test_it_is_valid(client: Client) -> None:
    assert problems_of(client.get("/components/").content.decode()) == []


def test_its_buttons_lead_to_no_candidate(client: Client) -> None:
    page = client.get("/components/").content.decode()

    sent_to = re.findall(r'\b(?:action|formaction|hx-post)="([^"]*)"', page)
    assert "#list1/row/claim" in sent_to
    assert not [address for address in sent_to if re.match(r"/candidates/\d", address)]

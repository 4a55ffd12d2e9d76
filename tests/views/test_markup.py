"""Pages of the frame, the list and sign-in are valid HTML, keep their own security policy, and are light."""

import gzip
import re
from pathlib import Path

import django_htmx
import pytest
from django.conf import settings
from django.test import Client

from tests.browser.believable import organisation
from tests.views.markup import problems_of

pytestmark = pytest.mark.django_db

STATIC = Path(settings.BASE_DIR) / "static"
PAGES = [
    "/sign-in",
    "/accounts/111111111111/",
    "/candidates/",
    "/candidates/?q=s3&stage=foo",
    "/candidates/?q=nothing-like-it",
    "/no-such-page",
]


@pytest.mark.parametrize("path", PAGES)
def test_the_page_is_valid_and_its_ids_are_unique(client: Client, path: str) -> None:
    person = organisation()
    if path != "/sign-in":
        client.force_login(person)

    page = client.get(path).content.decode()

    assert problems_of(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_the_page_holds_no_inline_style_script_or_handler(client: Client, path: str) -> None:
    person = organisation()
    if path != "/sign-in":
        client.force_login(person)

    page = client.get(path).content.decode()

    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|hx-on|javascript:", page)


def test_the_policy_of_the_browser_lets_nothing_in_from_elsewhere(client: Client) -> None:
    policy = client.get("/sign-in")["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_front_end_of_a_page_weighs_less_than_30_kb() -> None:
    htmx = Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js"
    files = [*STATIC.rglob("*.css"), *STATIC.rglob("*.js"), *STATIC.rglob("*.svg"), htmx]

    weight = sum(len(gzip.compress(file.read_bytes())) for file in files)

    assert weight <= 30 * 1024


def test_every_colour_is_a_token() -> None:
    for file in STATIC.rglob("*.css"):
        if file.name != "tokens.css":
            on_screen = file.read_text().partition("@layer print")[0]
            assert not re.findall(r":[^;{]*#[0-9a-f]{3,8}\b.*", on_screen), file.name

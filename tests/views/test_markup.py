"""Every page is valid HTML and keeps its own security policy; together they are light."""

import gzip
import re
from itertools import chain
from pathlib import Path

import django_htmx
import pytest
from django.conf import settings
from django.test import Client

from tests.browser.states import every_state
from tests.views.markup import problems_of

pytestmark = pytest.mark.django_db

STATIC = Path(settings.BASE_DIR) / "static"
INLINE = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|hx-on|javascript:")


def test_every_page_is_valid_with_unique_ids_and_nothing_inline(client: Client) -> None:
    states = every_state()
    pages = {"/sign-in": client.get("/sign-in").content.decode()}
    client.force_login(states.person)
    for path in chain.from_iterable(states.paths.values()):
        pages[path] = client.get(path).content.decode()

    assert {path: found for path, page in pages.items() if (found := problems_of(page) + INLINE.findall(page))} == {}


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

"""Fixtures for tests in a real browser: pages that must not break their own rules, accessibility, signing in."""

import os
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from iamdash.models import Person
from tests.browser.chromium import NoChromiumError, find

FLAGS = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
ACCESSIBILITY_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE = (1280, 900)
NARROW = (390, 844)
GAVE_UP_FADING = "Transition was aborted because of invalid state. Page already revealed"


class OpenPage(Protocol):
    """Opens a page of the running site, as somebody or as nobody."""

    def __call__(
        self,
        path: str = "/",
        *,
        person: Person | None = None,
        dark: bool = False,
        size: tuple[int, int] = WIDE,
        javascript: bool = True,
    ) -> Page: ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    try:
        chromium = find()
    except NoChromiumError as problem:
        if os.environ.get("CI") == "true":
            pytest.fail(str(problem))
        pytest.skip(str(problem))
    # Its own home: a browser leaves settings and caches there, and those of whoever runs the tests are theirs.
    home = str(tmp_path_factory.mktemp("browser-home"))
    environment: dict[str, str | float | bool] = {**os.environ, **chromium.environment, "HOME": home}
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium.path,
            chromium_sandbox=False,  # it refuses to run as root with one, and reads no page but ours
            args=FLAGS,
            env=environment,
        )
        yield running
        running.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the pages of this test did wrong; anything left here when the test ends fails it."""
    found: list[str] = []
    yield found
    assert not found, "\n".join(found)


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, complaints: list[str]) -> Iterator[OpenPage]:
    """Opens pages; the test fails if one of them breaks its content security policy or raises an error."""
    contexts = []

    def open_page(
        path: str = "/",
        *,
        person: Person | None = None,
        dark: bool = False,
        size: tuple[int, int] = WIDE,
        javascript: bool = True,
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            color_scheme="dark" if dark else "light",
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=javascript,
        )
        contexts.append(context)
        if person is not None:
            session = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(person), "url": live_server.url}
            context.add_cookies([session])  # type: ignore[list-item]
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.extend(told(error)))
        page.on("console", lambda message: complaints.extend(breaches(message)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def violations() -> Callable[[Page], list[str]]:
    """What axe-core says against a page, by WCAG 2.2 AA and its best practices."""
    source = files("axe_playwright_python").joinpath("axe.min.js").read_text()

    def violations(page: Page) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)  # evaluated by the debugger, which no content security policy hinders
        # The nodes of what passes are many, and nobody reads them.
        options = {"runOnly": ACCESSIBILITY_RULES, "resultTypes": ["violations"]}
        result = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
        return [f"{each['id']}: {each['help']}: {node['html']}" for each in result for node in each["nodes"]]

    return violations


@pytest.fixture(scope="session")
def assert_accessible(violations: Callable[[Page], list[str]]) -> Callable[[Page], None]:
    """Checks that nothing is to be said against a page."""

    def assert_accessible(page: Page) -> None:
        found = violations(page)
        assert not found, f"{page.url}\n" + "\n".join(found)

    return assert_accessible


def session_of(person: Person) -> str:
    """The session key of somebody who has signed in."""
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def told(error: Error) -> list[str]:
    # Where the next page comes too late to be faded in, Chromium shows it at once and says so as an error of the page.
    return [] if error.message == GAVE_UP_FADING else [f"An error in the page: {error}"]


def breaches(message: ConsoleMessage) -> list[str]:
    return [message.text] if "Content Security Policy" in message.text else []

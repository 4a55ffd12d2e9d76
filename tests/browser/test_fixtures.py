"""The browser fixtures themselves: a page that breaks its own rules has to fail its test."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage


def answer_with(page: Page, body: str, *, policy: str = "default-src 'none'") -> Page:
    """The page as if the server had answered with this body and content security policy."""
    page.route("**/invented", lambda route: route.fulfill(body=body, headers={"Content-Security-Policy": policy}))
    page.goto("/invented")
    return page


def test_a_page_that_breaks_its_security_policy_is_told(open_page: OpenPage, complaints: list[str]) -> None:
    page = open_page("/healthcheck/live")

    answer_with(page, "<!doctype html><title>x</title><script>document.title = 'ran'</script>")

    assert page.title() == "x"
    assert "Content Security Policy" in complaints.pop()


def test_a_page_that_raises_an_error_is_told(open_page: OpenPage, complaints: list[str]) -> None:
    page = open_page("/healthcheck/live")

    answer_with(page, "<!doctype html><script>nothing.here()</script>", policy="script-src 'unsafe-inline'")

    assert "nothing is not defined" in complaints.pop()


def test_a_page_that_shuts_people_out_is_told(open_page: OpenPage, assert_accessible: Callable[[Page], None]) -> None:
    page = answer_with(open_page("/healthcheck/live"), "<!doctype html><title>x</title><button></button>")

    with pytest.raises(AssertionError, match="button-name"):
        assert_accessible(page)


def test_dark_and_narrow_reach_the_page(open_page: OpenPage) -> None:
    page = open_page("/healthcheck/live", dark=True, size=(390, 844))

    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches && innerWidth === 390")

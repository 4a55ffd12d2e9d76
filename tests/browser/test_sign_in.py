"""Signing in, in a real browser: accessible, without JavaScript, errors first in focus."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from iamdash.models import Person
from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def priya() -> Person:
    priya = organisation()
    priya.set_password(PASSWORD)
    priya.save()
    return priya


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [(1440, 900), (320, 640)])
def test_the_page_is_accessible_with_its_errors_too(
    open_page: OpenPage, assert_accessible: Callable[[Page], None], dark: bool, size: tuple[int, int]
) -> None:
    page = open_page("/sign-in", dark=dark, size=size)
    assert_accessible(page)

    page.get_by_role("button", name="Sign in").click()

    assert_accessible(page)
    expect(page.locator("#error-summary")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("javascript", [True, False])
def test_signing_in_goes_on_to_the_page_that_was_wanted_and_out_again(
    open_page: OpenPage, priya: Person, javascript: bool
) -> None:
    page = open_page("/candidates/?view=mine", javascript=javascript)
    page.get_by_label("E-mail address").fill(priya.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#results .count")).to_have_text("1 of 1")

    page.locator(".topbar .menu summary").click()
    page.get_by_role("button", name="Sign out").click()

    expect(page.locator("h1")).to_have_text("Sign in to iamdash")


def test_the_account_menu_closes_by_escape_and_gives_the_focus_back(open_page: OpenPage, priya: Person) -> None:
    page = open_page("/candidates/", person=priya)
    summary = page.locator(".topbar .menu summary")
    summary.click()

    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_skip_link_leads_past_the_bar(open_page: OpenPage, priya: Person) -> None:
    page = open_page("/candidates/", person=priya)

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()

"""Kept views, the help for the keyboard and the preview of limits in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from iamdash.models import Person
from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def priya() -> Person:
    return organisation()


def test_the_sheets_are_accessible(
    open_page: OpenPage, priya: Person, assert_accessible: Callable[[Page], None]
) -> None:
    page = open_page("/candidates/?risk=urgent", person=priya)
    for name in ("Views", "Keyboard shortcuts"):
        page.get_by_role("button", name=name).click()
        page.get_by_role("dialog", name=name).wait_for()
        assert_accessible(page)
        page.keyboard.press("Escape")


def test_a_list_is_kept_as_a_view_and_other_limits_are_previewed_without_javascript(
    open_page: OpenPage, priya: Person
) -> None:
    page = open_page("/candidates/?risk=urgent", person=priya, javascript=False)
    page.get_by_role("button", name="Views").click()
    page.get_by_label("Keep this list as").fill("Urgent ones")
    page.get_by_role("button", name="Keep").click()
    page.goto("/candidates/")
    page.get_by_role("button", name="Views (1)").click()
    page.get_by_role("link", name="Urgent ones").click()
    assert page.url.endswith("/candidates/?risk=urgent")

    page.goto("/settings/")
    page.get_by_label("stuck_days").fill("5")
    page.get_by_role("button", name="Preview").click()
    assert "stuck_days = 5" in page.locator("#preview").inner_text()

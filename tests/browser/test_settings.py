"""Journal, rules, settings and teams of one's own in a real browser: accessible in both themes and all widths."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from iamdash.models import Person
from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = [(1440, 900), (390, 844), (320, 640)]
PAGES = ["/journal/?by=people&since=x", "/rules/", "/settings/?stuck_days=5&soak_days=x", "/my-teams/"]


@pytest.fixture
def priya() -> Person:
    return organisation()


@pytest.mark.parametrize("path", PAGES)
def test_the_page_is_accessible_and_does_not_scroll_sideways(
    open_page: OpenPage, priya: Person, assert_accessible: Callable[[Page], None], path: str
) -> None:
    page = open_page(path, person=priya)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert_accessible(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width


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

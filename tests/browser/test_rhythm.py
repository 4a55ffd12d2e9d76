"""The rhythm of keys, and what is safe today, in a real browser."""

import pytest
from playwright.sync_api import expect

from iamdash.models import Person
from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage
from tests.browser.states import answered, path_of, silent, soaked, two_rhythms

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def priya() -> Person:
    return organisation()


def test_each_key_has_its_rhythm_in_words_and_as_a_strip(open_page: OpenPage, priya: Person) -> None:
    page = open_page(path_of(two_rhythms()), person=priya)

    expect(page.locator(".uses p", has_text="Monthly: used on 12 days")).to_be_visible()
    expect(page.locator(".uses p", has_text="Daily: used on")).to_be_visible()
    strips = page.locator(".use-strip")
    assert [strips.nth(each).bounding_box()["height"] for each in range(2)] == [20, 20]


def test_what_is_safe_today_is_listed(open_page: OpenPage, priya: Person) -> None:
    answered(silent(), soaked())
    page = open_page("/candidates/?view=safe-to-delete", person=priya)

    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page.locator("#results .tag.green", has_text="Safe to delete")).to_be_visible()
    expect(page.locator("#list-views [aria-current]")).to_have_text("Safe to delete 1")

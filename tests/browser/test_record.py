"""The record of a deleted IAM user in a real browser: tidy on paper, and a file to download."""

import pytest
from playwright.sync_api import expect

from iamdash.models import Person
from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage
from tests.browser.states import deleted

pytestmark = pytest.mark.django_db(transaction=True)

A4 = (794, 1123)


@pytest.fixture
def priya() -> Person:
    return organisation()


def test_on_paper_nothing_but_the_records_is_printed_each_on_a_page_of_its_own(
    open_page: OpenPage, priya: Person
) -> None:
    for name in ("old-uploader", "older-uploader"):
        deleted(name, priya)
    page = open_page("/candidates/records?view=deleted", person=priya, size=A4)
    page.emulate_media(media="print")

    for hidden in (".topbar", ".button", ".site-foot", ".skip"):
        for each in page.locator(hidden).all():
            expect(each).to_be_hidden()
    breaks = page.locator(".record").evaluate_all("all => all.map(each => getComputedStyle(each).breakBefore)")
    assert breaks == ["auto", "page"]
    assert page.evaluate("document.documentElement.scrollWidth") <= A4[0]
    background = page.evaluate("getComputedStyle(document.querySelector('.record')).backgroundColor")
    assert background == "rgb(255, 255, 255)"


def test_the_pack_is_downloaded_without_javascript(open_page: OpenPage, priya: Person) -> None:
    candidate = deleted("old-uploader", priya)
    page = open_page(f"/candidates/{candidate.pk}/", person=priya, javascript=False)

    page.get_by_role("link", name="Record for an audit").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as JSON").click()

    assert download.value.suggested_filename.startswith(f"iamdash-audit-candidate-{candidate.pk}-")

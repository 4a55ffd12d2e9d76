"""Both verdicts of a candidate in a real browser: somebody says how often it is used, and the answer follows."""

import pytest
from playwright.sync_api import expect

from iamdash.models import Person
from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage
from tests.browser.states import path_of, waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def priya() -> Person:
    return organisation()


@pytest.mark.parametrize("javascript", [True, False])
def test_whoever_claims_says_how_often_and_sees_the_verdict_change(
    open_page: OpenPage, priya: Person, javascript: bool
) -> None:
    page = open_page(path_of(waiting()), person=priya, javascript=javascript)
    verdict = page.locator("#safe-to-deactivate > header .tag")
    expect(verdict).to_have_text("Not yet")

    page.locator("#claim-cadence").select_option("weekly")
    page.get_by_role("button", name="Claim it").first.click()

    expect(verdict).to_have_text("Yes")

"""The overview in a real browser: readable in both themes, at three widths, on paper, and with nothing sideways."""

import pytest

from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage
from tests.browser.states import year_of_counts

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_drawing_of_the_two_is_shown(open_page: OpenPage) -> None:
    person = organisation()
    year_of_counts()

    wide = open_page("/", person=person, size=(1440, 900))
    narrow = open_page("/", person=person, size=(390, 844))

    assert wide.locator("svg[role=img].chart.wide").is_visible()
    assert not wide.locator("svg[role=img].chart.narrow").is_visible()
    assert narrow.locator("svg[role=img].chart.narrow").is_visible()
    assert not narrow.locator("svg[role=img].chart.wide").is_visible()


def test_a_number_leads_to_its_list(open_page: OpenPage) -> None:
    page = open_page("/", person=organisation())

    page.get_by_role("link", name="with no owner").click()

    assert page.locator("tbody tr").count() == 3

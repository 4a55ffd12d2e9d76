"""The overview in a real browser: readable in both themes, at three widths, on paper, and with nothing sideways."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from iamdash.models import DailyCount
from iamdash.rules.stage import Stage
from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)


def year_of_counts() -> None:
    today = timezone.now().date()
    DailyCount.objects.bulk_create(
        DailyCount(
            day=today - timedelta(weeks=week),
            aws_account_id="1" * 12,
            stage=Stage.IDENTIFIED,
            candidates=12 + week,
            active_keys=12 + 2 * week,
        )
        for week in range(1, 52)
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390, 320])
def test_it_is_accessible_and_never_scrolls_sideways(
    open_page: OpenPage, assert_accessible: Callable[[Page], None], width: int, *, dark: bool
) -> None:
    person = organisation()
    year_of_counts()

    page = open_page("/", person=person, dark=dark, size=(width, 900))

    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (
        page.evaluate("(box => box.scrollWidth - box.clientWidth)(document.querySelector('.scroll:has(.teams)'))") == 0
    )


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

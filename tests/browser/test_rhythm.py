"""The rhythm of keys, and what is safe today, in a real browser: in both themes, and never wider than a phone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from iamdash.models import AccessKeyUse, Candidate, Person
from iamdash.standing.assess import Cause, assess
from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage
from tests.factories import days_ago, make_access_key, make_iam_user, make_safe_to_deactivate, make_safe_to_delete

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = [(1440, 900), (390, 844), (320, 640)]


@pytest.fixture
def priya() -> Person:
    return organisation()


def answered(*candidates: Candidate) -> None:
    assess([each.iam_user_id for each in candidates], now=timezone.now(), cause=Cause.AWS, actor="sync")


def two_rhythms() -> str:
    """The path of a candidate with a monthly key, unread for a while, and one used on working days."""
    now = timezone.now()
    iam_user = make_iam_user("monthly-report", keys_read_at=now)
    for days, spread in (([31 * month for month in range(12)], 70), ([d for d in range(300) if d % 7 < 5], 1)):
        long_ago = {"created_at": days_ago(380, now=now), "first_seen_at": days_ago(379, now=now)}
        key = make_access_key(iam_user, last_used_at=now, last_used_as_of=now, **long_ago)
        for day in days:
            at = days_ago(day, now=now)
            unread = timedelta(days=spread if day == 93 else 1)
            AccessKeyUse.objects.create(
                access_key=key,
                last_used_at=at,
                last_used_service="s3",
                last_used_region="eu-west-1",
                source="direct",
                as_of=at,
                seen_before=at - unread,
            )
    candidate = Candidate.objects.create(iam_user=iam_user, opened_at=days_ago(9))
    answered(candidate)
    return f"/candidates/{candidate.pk}/"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dark", [False, True])
def test_the_rhythm_of_keys_is_accessible_and_does_not_scroll_sideways(
    open_page: OpenPage, priya: Person, assert_accessible: Callable[[Page], None], dark: bool, size: tuple[int, int]
) -> None:
    page = open_page(two_rhythms(), person=priya, dark=dark, size=size)
    page.locator(".uses details").evaluate_all("all => all.forEach(each => each.open = true)")

    expect(page.locator(".uses p", has_text="Monthly: used on 12 days")).to_be_visible()
    expect(page.locator(".uses p", has_text="Daily: used on")).to_be_visible()
    strips = page.locator(".use-strip")
    assert [strips.nth(each).bounding_box()["height"] for each in range(2)] == [20, 20]
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dark", [False, True])
def test_what_is_safe_today_is_listed_and_the_tabs_scroll_in_their_own_box(
    open_page: OpenPage, priya: Person, assert_accessible: Callable[[Page], None], dark: bool, size: tuple[int, int]
) -> None:
    now = timezone.now()
    answered(make_safe_to_deactivate("silent", now=now), make_safe_to_delete("soaked", now=now))
    page = open_page("/candidates/?view=safe-to-delete", person=priya, dark=dark, size=size)

    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page.locator("#results .tag.green", has_text="Safe to delete")).to_be_visible()
    expect(page.locator("#list-views [aria-current]")).to_have_text("Safe to delete 1")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]

"""Both verdicts of a candidate in a real browser: somebody says how often it is used, and the answer follows."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from iamdash.models import Candidate, Person
from iamdash.standing.assess import Cause, assess
from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage
from tests.factories import (
    days_ago,
    make_access_key,
    make_candidate,
    make_iam_user,
    make_safe_to_deactivate,
    make_safe_to_delete,
)

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = [(1440, 900), (390, 844), (320, 640)]


@pytest.fixture
def priya() -> Person:
    return organisation()


def waiting() -> Candidate:
    now = timezone.now()
    used = {"last_used_at": days_ago(100, now=now), "last_used_as_of": now}
    iam_user = make_iam_user("uploads", keys_read_at=now)
    make_access_key(iam_user, created_at=days_ago(900, now=now), **used)
    return make_candidate(iam_user)


def silent() -> Candidate:
    return make_safe_to_deactivate("silent", now=timezone.now())


def soaked(user_name: str = "soaked") -> Candidate:
    return make_safe_to_delete(user_name, now=timezone.now())


def soaking() -> Candidate:
    candidate = soaked("soaking")
    candidate.iam_user.access_keys.update(status_changed_at=timezone.now() - timedelta(days=3))
    return candidate


def path_of(candidate: Candidate) -> str:
    assess([candidate.iam_user_id], now=timezone.now(), cause=Cause.AWS, actor="sync")
    return f"/candidates/{candidate.pk}/"


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


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dark", [False, True])
def test_the_verdicts_are_accessible_and_do_not_scroll_sideways(
    open_page: OpenPage, priya: Person, assert_accessible: Callable[[Page], None], dark: bool, size: tuple[int, int]
) -> None:
    for candidate in (waiting(), silent(), soaking(), soaked()):
        page = open_page(path_of(candidate), person=priya, dark=dark, size=size)
        page.locator("section[id^=safe-to-] details").evaluate_all("all => all.forEach(each => each.open = true)")

        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]

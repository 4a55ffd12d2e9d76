"""The candidates list in a real browser: filtered and claimed with JavaScript and without."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from iamdash.candidates import actions
from iamdash.models import Candidate, Person, Team
from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage
from tests.factories import make_person

pytestmark = pytest.mark.django_db(transaction=True)

UNCLAIMED = "content-data-api-s3"


@pytest.fixture
def priya() -> Person:
    return organisation()


def number_of(user_name: str) -> int:
    return Candidate.objects.get(iam_user__user_name=user_name).pk


def claim_as_somebody_else(user_name: str) -> None:
    team = Team.objects.get(slug="data")
    rhys = Person.objects.get(full_name="Rhys Powell")
    actions.claim(candidate=Candidate.objects.get(pk=number_of(user_name)), team=team, by=rhys, now=timezone.now())


def test_a_claim_swaps_the_row_says_so_and_keeps_the_focus(open_page: OpenPage, priya: Person) -> None:
    page = open_page("/candidates/", person=priya)
    number = number_of(UNCLAIMED)

    page.locator(f"#claim-{number}").press("Enter")

    row = page.locator(f"#row-{number}")
    expect(row).to_contain_text("Platform Reliability")
    expect(row).to_contain_text("Claimed")
    expect(page.locator("#toasts")).to_contain_text(f"{UNCLAIMED} is yours.")
    expect(page.locator("#list-views")).to_contain_text("Mine 2")
    expect(page.locator(f"#claim-{number}")).to_be_focused()


@pytest.mark.parametrize("dark", [False, True])
def test_the_list_is_accessible_with_a_toast_and_an_open_menu(
    open_page: OpenPage, priya: Person, assert_accessible: Callable[[Page], None], dark: bool
) -> None:
    page = open_page("/candidates/", person=priya, dark=dark)
    page.locator(f"#claim-{number_of(UNCLAIMED)}").click()
    expect(page.locator("#toasts")).to_contain_text("Undo")
    page.locator(".topbar .menu summary").click()

    assert_accessible(page)


def test_a_claim_is_undone_from_the_toast(open_page: OpenPage, priya: Person) -> None:
    page = open_page("/candidates/", person=priya)
    number = number_of(UNCLAIMED)
    page.locator(f"#claim-{number}").click()

    page.get_by_role("button", name="Undo").click()

    expect(page.locator(f"#row-{number}")).to_contain_text("No owner yet")
    expect(page.locator("#toasts")).to_contain_text("unclaimed again")
    expect(page.locator("#list-views")).to_contain_text("Mine 1")
    expect(page.locator(f"#claim-{number}")).to_be_focused()


def test_claiming_what_somebody_has_just_claimed_shows_who_has_it(open_page: OpenPage, priya: Person) -> None:
    page = open_page("/candidates/", person=priya)
    claim_as_somebody_else(UNCLAIMED)

    page.locator(f"#claim-{number_of(UNCLAIMED)}").click()

    expect(page.locator(f"#row-{number_of(UNCLAIMED)}")).to_contain_text("Rhys Powell")
    expect(page.locator("#toasts")).to_contain_text("Rhys Powell (Data Services) claimed it")


def test_without_javascript_a_claim_comes_back_to_the_list_with_its_filters(open_page: OpenPage, priya: Person) -> None:
    page = open_page("/candidates/?q=s3&stage=identified", person=priya, javascript=False)

    page.locator(f"#claim-{number_of(UNCLAIMED)}").click()

    assert page.url.endswith("/candidates/?q=s3&stage=identified")
    expect(page.locator(".notice.success")).to_contain_text(f"{UNCLAIMED} is yours.")


def test_without_javascript_a_lost_race_shows_the_list_as_it_is(open_page: OpenPage, priya: Person) -> None:
    page = open_page("/candidates/?q=s3", person=priya, javascript=False)
    claim_as_somebody_else(UNCLAIMED)

    with page.expect_response("**/row/claim") as answer:
        page.locator(f"#claim-{number_of(UNCLAIMED)}").click()

    assert answer.value.status == 409
    expect(page.locator(".notice.error")).to_contain_text("Rhys Powell (Data Services) claimed it")
    expect(page.locator(f"#row-{number_of(UNCLAIMED)}")).to_contain_text("Rhys Powell")


def test_typing_filters_the_table_and_the_address(open_page: OpenPage, priya: Person) -> None:
    page = open_page("/candidates/", person=priya, size=(1440, 900))

    page.locator("#q").press_sequentially("athena", delay=20)

    expect(page.locator("#results .count")).to_have_text("1 of 12")
    expect(page.locator("#list-status")).to_have_text("1 of 12 candidates")
    expect(page).to_have_url(re.compile(r"/candidates/\?q=athena$"))
    expect(page.locator("#q")).to_be_focused()


def test_a_filter_is_a_step_of_the_history_and_back_shows_the_whole_page(open_page: OpenPage, priya: Person) -> None:
    page = open_page("/candidates/", person=priya, size=(1440, 900))
    page.locator("#filter-stage").select_option("claimed")
    expect(page.locator("#results .count")).to_have_text("9 of 12")

    page.go_back()

    expect(page.locator("#results .count")).to_have_text("12 of 12")
    expect(page.locator("h1")).to_have_text("Candidates")


def test_without_javascript_the_filters_are_a_form(open_page: OpenPage, priya: Person) -> None:
    page = open_page("/candidates/", person=priya, size=(1440, 900), javascript=False)

    page.locator("#filter-stage").select_option("identified")
    page.get_by_role("button", name="Apply").click()

    assert page.url.endswith("/candidates/?stage=identified")
    expect(page.locator("#results .count")).to_have_text("3 of 12")


def test_somebody_in_two_teams_says_for_which_they_claim(open_page: OpenPage, priya: Person) -> None:
    teams = (Team.objects.get(slug="data"), Team.objects.get(slug="search"))
    page = open_page("/candidates/", person=make_person("two@example.org", teams=teams))
    row = page.locator(f"#row-{number_of(UNCLAIMED)}")
    row.locator("summary").click()

    row.get_by_role("button", name="for Search").click()

    expect(row).to_contain_text("Search")
    expect(row).to_contain_text("Claimed")


def test_the_theme_is_kept_and_told_by_the_server(open_page: OpenPage, priya: Person) -> None:
    page = open_page("/candidates/", person=priya, javascript=False)
    page.locator(".topbar .menu summary").click()

    page.get_by_role("button", name="Dark").click()

    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.url.endswith("/candidates/")


def test_copy_link_copies_the_address_of_the_list(open_page: OpenPage, priya: Person) -> None:
    page = open_page("/candidates/?stage=claimed", person=priya)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.get_by_role("button", name="Copy link").click()

    expect(page.locator("#list-links")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


@pytest.mark.parametrize(("dark", "size"), [(False, (1440, 900)), (True, (390, 844))])
def test_ticked_rows_are_claimed_together_by_keyboard_and_undone(
    open_page: OpenPage, priya: Person, assert_accessible: Callable[[Page], None], dark: bool, size: tuple[int, int]
) -> None:
    page = open_page("/candidates/?stage=identified", person=priya, dark=dark, size=size)
    bar = page.locator("#bulk")
    expect(bar).to_be_hidden()

    page.get_by_role("checkbox", name=f"Tick {UNCLAIMED}").press("Space")

    expect(bar).to_be_in_viewport()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.get_by_role("checkbox", name=f"Tick {UNCLAIMED}").press("Space")
    expect(bar).to_be_hidden()
    for box in page.locator("tbody .pick input").all():
        box.press("Space")
    bar.get_by_role("button", name="Claim").press("Enter")

    said = page.locator(".notice.success")
    expect(said).to_contain_text("3 claimed for ")
    said.get_by_role("button", name="Undo").press("Enter")
    expect(page.locator(".notice.success")).to_have_text("3 released.")

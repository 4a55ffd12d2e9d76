"""The page of one candidate in a real browser: with and without JavaScript."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from iamdash import tasks
from iamdash.candidates import actions
from iamdash.models import Check, Person, Team
from iamdash.rules.route import Route
from iamdash.standing.assess import Cause, assess
from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage
from tests.browser.states import candidate_of, deactivated
from tests.browser.states import path_of as judged_path_of
from tests.factories import make_access_key, make_claim, make_iam_role

pytestmark = pytest.mark.django_db(transaction=True)

UNCLAIMED = "content-data-api-s3"
MINE = "fastly-logs-writer"


@pytest.fixture
def priya() -> Person:
    return organisation()


def path_of(user_name: str) -> str:
    return f"/candidates/{candidate_of(user_name).pk}/"


def test_the_commands_of_the_preflight_are_copied_on_a_phone(open_page: OpenPage, priya: Person) -> None:
    page = open_page(judged_path_of(deactivated(priya)), person=priya, size=(390, 844))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    preflight = page.locator("section", has=page.get_by_role("heading", name="Before the user can be deleted"))

    expect(preflight.get_by_role("listitem")).to_have_count(9)
    preflight.get_by_text("Delete the console password").first.click()
    expect(preflight.get_by_text("aws iam delete-login-profile --user-name uploads")).to_be_visible()
    preflight.get_by_role("button", name="Copy Delete the console password").click()
    expect(preflight.get_by_role("button", name="Copied")).to_be_visible()


def test_routes_are_suggested_and_none_is_chosen(open_page: OpenPage, priya: Person) -> None:
    candidate = candidate_of("jon.harrison-cli")
    make_claim(candidate, person=priya)
    assess([candidate.iam_user_id], now=timezone.now(), cause=Cause.AWS, actor="sync")
    page = open_page(path_of("jon.harrison-cli"), person=priya)

    expect(page.locator(".next .suggestions")).to_contain_text("Single sign-on (a person's key), because it looks like")
    expect(page.get_by_label("Route", exact=True)).to_have_value("")


@pytest.mark.parametrize("javascript", [True, False])
def test_an_engineer_claims_chooses_the_route_links_the_role_and_notes_it(
    open_page: OpenPage, priya: Person, javascript: bool
) -> None:
    make_iam_role("content-data-api", aws_account=candidate_of(UNCLAIMED).iam_user.aws_account)
    page = open_page(path_of(UNCLAIMED), person=priya, javascript=javascript)

    page.get_by_role("button", name="Claim it").click()
    expect(page.get_by_role("heading", name="Choose a route")).to_be_visible()
    expect(page.locator("#owner")).to_contain_text("owned by Priya Nair, Platform Reliability")

    page.get_by_label("Route", exact=True).select_option(label="EKS Pod Identity")
    page.get_by_role("button", name="Choose this route").click()
    expect(page.get_by_role("heading", name="Link the replacement role")).to_be_visible()

    page.get_by_role("button", name="Link content-data-api").click()
    expect(page.get_by_role("region", name="Table of replacement roles")).to_contain_text("EKS Pod Identity")

    page.get_by_text("Add a note").click()
    page.get_by_label("Note", exact=True).fill("The role is linked.\nRolling out on Monday.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".timeline")).to_contain_text("Rolling out on Monday.")
    expect(page.get_by_text("Your note is on the timeline.")).to_be_visible()


def test_after_a_deed_the_focus_is_on_what_comes_next(open_page: OpenPage, priya: Person) -> None:
    page = open_page(path_of(UNCLAIMED), person=priya)

    page.get_by_role("button", name="Claim it").press("Enter")

    expect(page.get_by_role("heading", name="Choose a route")).to_be_focused()
    expect(page.locator("#toasts")).to_contain_text(f"{UNCLAIMED} is yours.")


def test_a_form_with_a_mistake_keeps_what_was_typed_and_leads_to_the_mistake(
    open_page: OpenPage, priya: Person
) -> None:
    page = open_page(path_of(MINE), person=priya)
    page.locator("summary", has_text="an issue or pull request").click()
    page.get_by_label("Address of an issue or pull request").fill("http://tracker.example.org/1")

    page.locator("#tracker-send").click()

    refusal = page.locator("#error-summary, #refusal")
    expect(refusal).to_be_focused()
    expect(refusal).to_contain_text("Give the whole address, such as https://")


def test_a_deed_that_somebody_was_faster_at_says_so_and_shows_the_truth(open_page: OpenPage, priya: Person) -> None:
    candidate = candidate_of(MINE)
    actions.choose_route(candidate=candidate, route=Route.IRSA, by=priya, now=timezone.now())
    page = open_page(path_of(MINE), person=priya)
    actions.choose_route(candidate=candidate, route=Route.JUST_DELETE, by=priya, now=timezone.now())

    page.locator("summary", has_text="the route").click()
    page.get_by_label("Route", exact=True).select_option(label="EKS Pod Identity")
    page.locator("#route-send").click()

    expect(page.locator("#refusal")).to_contain_text("Priya Nair chose Just delete")
    expect(page.locator("#refusal")).to_be_focused()
    expect(page.locator("[aria-labelledby='facts-title'] .facts")).to_contain_text("Just delete: nothing needs it")


def test_a_claim_that_was_taken_meanwhile_shows_who_has_it(open_page: OpenPage, priya: Person) -> None:
    page = open_page(path_of(UNCLAIMED), person=priya)
    rhys, data = Person.objects.get(full_name="Rhys Powell"), Team.objects.get(slug="data")
    actions.claim(candidate=candidate_of(UNCLAIMED), team=data, by=rhys, now=timezone.now())

    page.get_by_role("button", name="Claim it").click()

    expect(page.locator("#refusal")).to_contain_text("Rhys Powell (Data Services) claimed it")
    expect(page.locator("#owner")).to_contain_text("owned by Rhys Powell")


def test_roles_are_found_while_one_types_and_the_word_keeps_the_focus(open_page: OpenPage, priya: Person) -> None:
    make_iam_role("search-api")
    page = open_page(path_of(MINE), person=priya)
    page.get_by_text("Link a role").click()

    page.get_by_label("Role name or ARN").press_sequentially("search-a")

    expect(page.get_by_role("button", name="Link search-api")).to_be_visible()
    expect(page.get_by_label("Role name or ARN")).to_be_focused()


def test_the_arn_is_copied_and_said_to_be(open_page: OpenPage, priya: Person) -> None:
    page = open_page(path_of(MINE), person=priya)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.get_by_role("button", name="Copy ARN", exact=True).click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == candidate_of(MINE).iam_user.arn


@pytest.mark.parametrize("javascript", [True, False])
def test_a_check_brings_what_it_found_and_the_focus_stays(
    open_page: OpenPage, priya: Person, javascript: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.check_now, "apply_async", lambda **_: None)
    page = open_page(path_of(MINE), person=priya, javascript=javascript)

    page.locator("#check-now").click()
    page.get_by_text("The check is waiting for a worker.").wait_for()
    make_access_key(candidate_of(MINE).iam_user, access_key_id="AKIANEWEXAMPLE000001")
    Check.objects.update(began_at=timezone.now(), finished_at=timezone.now(), said="same_unique_id")
    if not javascript:
        page.get_by_role("link", name="Look again").click()

    expect(page.get_by_role("region", name="Table of access keys")).to_contain_text("AKIANEWEXAMPLE000001")
    expect(page.locator("#check-status")).to_contain_text("Nothing has changed.")
    assert page.locator("#check-status").get_attribute("hx-trigger") is None
    if javascript:
        expect(page.locator("#check-now")).to_be_focused()

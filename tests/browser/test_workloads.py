"""Workloads in a real browser: the list of them, a split and a merge without JavaScript."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.states import uploaders
from tests.factories import make_person, make_team

pytestmark = pytest.mark.django_db(transaction=True)


def test_workloads_are_seen_as_rows_with_lanes_and_corrected(open_page: OpenPage) -> None:
    team = make_team()
    uploaders(team)
    ann = make_person("ann@example.org", full_name="Ann", teams=(team,))

    page = open_page("/candidates/", person=ann)
    page.get_by_role("link", name="By workload").click()
    expect(page.get_by_text("2 workloads, 6 candidates")).to_be_visible()
    page.get_by_label("Search").fill("uploader")
    expect(page.get_by_text("1 workload, 4 candidates")).to_be_visible()
    page.get_by_role("link", name="svc-uploader").click()
    expect(page.get_by_text("1 of 4 environments gone")).to_be_visible()
    address = page.url

    page.get_by_role("checkbox", name="Tick svc-production-uploader").check()
    expect(page.get_by_text("1 ticked")).to_be_attached()

    page = open_page(address, person=ann, javascript=False)
    page.get_by_role("checkbox", name="Tick svc-production-uploader").check()
    page.get_by_label("Name of what is split off").fill("Photo uploads")
    page.get_by_role("button", name="Split off").click()
    expect(page.get_by_role("heading", name="Photo uploads")).to_be_visible()
    page.get_by_label("Another workload that is part of it").fill("svc")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("button", name="Merge svc-uploader into this").click()
    expect(page.get_by_text("svc-uploader is part of Photo uploads now.")).to_be_visible()
    expect(page.get_by_text("Production moves first").first).to_be_visible()


def test_on_a_small_phone_no_stage_of_a_lane_is_broken_within_a_word(open_page: OpenPage) -> None:
    team = make_team()
    uploaders(team)

    page = open_page("/candidates/?by=workload", person=make_person(teams=(team,)), size=(320, 844))
    stages = page.locator(".lanes li > span:last-child")

    assert stages.count() >= 4
    lines = (
        "each => { const words = new Range(); words.selectNode(each.firstChild); return words.getClientRects().length }"
    )
    words = [(stages.nth(at).text_content() or "").split() for at in range(stages.count())]
    for at, said in enumerate(words):
        assert stages.nth(at).evaluate(lines) <= len(said)

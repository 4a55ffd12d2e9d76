"""One key each: rows walked, ticked, opened and claimed; nothing while somebody types; switched off for good."""

import pytest

from iamdash.models import Claim, Person, Team
from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def priya() -> Person:
    return organisation()


def test_a_list_is_walked_ticked_and_claimed_with_one_key_each(open_page: OpenPage, priya: Person) -> None:
    page = open_page("/candidates/?view=unclaimed", person=priya)
    before = Claim.objects.filter(person=priya).count()
    names = page.locator("tr[id^=row-] .name").all_inner_texts()
    focused = page.locator(":focus")

    page.keyboard.press("j")
    assert focused.inner_text() == names[0]
    page.keyboard.press("j")
    assert focused.inner_text() == names[1]
    page.keyboard.press("k")
    page.keyboard.press("x")
    assert page.locator("tr[id^=row-] .pick input").first.is_checked()

    page.keyboard.press("/")
    assert focused.get_attribute("id") == "q"
    page.keyboard.type("jxc")
    assert page.locator("#q").input_value() == "jxc"
    assert Claim.objects.filter(person=priya).count() == before


def test_help_opens_with_a_question_mark_and_switching_off_is_for_good(open_page: OpenPage, priya: Person) -> None:
    page = open_page("/candidates/?view=unclaimed", person=priya)
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    page.get_by_role("link", name="Switch them off").click()
    page.get_by_role("group", name="Keyboard shortcuts").get_by_label("Off").check()
    page.get_by_role("button", name="Save").click()

    page.goto("/candidates/?view=unclaimed")
    page.keyboard.press("j")

    assert page.locator("tr :focus").count() == 0
    assert page.locator("#shortcuts").count() == 0


def test_a_row_is_claimed_and_opened(open_page: OpenPage, priya: Person) -> None:
    page = open_page("/candidates/?view=unclaimed", person=priya)
    page.keyboard.press("j")
    name = page.locator(":focus").inner_text()
    page.keyboard.press("c")
    page.get_by_text(f"{name} is yours").wait_for()
    assert Claim.objects.filter(person=priya, candidate__iam_user__user_name=name).exists()

    page.keyboard.press("o")

    page.wait_for_url("**/candidates/*/")
    assert page.get_by_role("heading", level=1).inner_text() == name


def test_who_is_in_several_teams_chooses_one(open_page: OpenPage, priya: Person) -> None:
    Team.objects.get(slug="data").admit(priya)
    page = open_page("/candidates/?view=unclaimed", person=priya)
    before = Claim.objects.count()

    page.keyboard.press("j")
    page.keyboard.press("c")
    page.keyboard.press("Tab")

    assert page.locator(":focus").inner_text().startswith("for ")
    assert Claim.objects.count() == before
    page.keyboard.press("Enter")
    page.get_by_text("is yours").wait_for()
    assert Claim.objects.count() == before + 1

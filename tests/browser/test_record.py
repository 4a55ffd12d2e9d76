"""The record of a deleted IAM user in a real browser: accessible in both themes and all widths, and tidy on paper."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from iamdash.candidates import actions
from iamdash.models import AccessKey, Candidate, Person
from iamdash.models.journal import record
from iamdash.standing.assess import Cause, assess
from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage
from tests.factories import days_ago, make_access_key, make_claim, make_iam_user

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = [(1440, 900), (390, 844), (320, 640)]
A4 = (794, 1123)


@pytest.fixture
def priya() -> Person:
    return organisation()


def deleted(user_name: str, by: Person) -> Candidate:
    """A candidate that was claimed, proved gone and signed off."""
    iam_user = make_iam_user(user_name)
    key = make_access_key(iam_user)
    assess([iam_user.pk], now=days_ago(9), cause=Cause.AWS, actor="sync", sync_run=3)
    candidate = Candidate.objects.get(iam_user=iam_user)
    make_claim(candidate, person=by, team=by.teams.get())
    AccessKey.objects.filter(pk=key.pk).update(status="Inactive", status_changed_at=days_ago(8), gone_at=days_ago(2))
    for at, kind in ((days_ago(2), "iam_user.gone"), (days_ago(1), "iam_user.gone_confirmed")):
        said = {
            "answer": "no_such_entity",
            "asked_name": user_name,
            "caller_arn": f"arn:aws:sts::{'1' * 12}:assumed-role/x",
        }
        record(
            at=at,
            actor="sync",
            kind=kind,
            sentence=f"{user_name} is gone.",
            subject=user_name,
            aws_account_id=iam_user.aws_account_id,
            unique_id=iam_user.unique_id,
            sync_run_number=4,
            after=said,
        )
    iam_user.gone_at, iam_user.gone_confirmed_at = days_ago(2), days_ago(1)
    iam_user.save()
    assess([iam_user.pk], now=days_ago(1), cause=Cause.AWS, actor="sync", sync_run=4)
    actions.close(candidate=candidate, note="x" * 300, by=by, now=timezone.now())
    return candidate


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dark", [False, True])
def test_the_record_is_accessible_and_does_not_scroll_sideways(
    open_page: OpenPage, priya: Person, assert_accessible: Callable[[Page], None], dark: bool, size: tuple[int, int]
) -> None:
    candidate = deleted("old-uploader", priya)
    deleted("older-uploader", priya)
    for path in (f"/candidates/{candidate.pk}/record", "/candidates/records?view=deleted"):
        page = open_page(path, person=priya, dark=dark, size=size)

        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


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

"""The page of one AWS account in a real browser: readable everywhere, and alive while a sync runs."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from iamdash.inventory.lock import one_sync_of
from iamdash.models import AwsAccount, Person, SyncOutcome, SyncRun
from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage
from tests.factories import make_sync_run

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNT = "4" * 12
URL = f"/accounts/{ACCOUNT}/"
GAP = {
    "part": "credential_report",
    "reason": "AWS refused iam:GenerateCredentialReport: the credentials may not call it.",
    "action": "iam:GenerateCredentialReport",
    "error_code": "AccessDenied",
    "subject": "",
}
CALLS = {
    "iam:GetAccountAuthorizationDetails": 2,
    "iam:ListAccessKeys": 412,
    "iam:GetAccessKeyLastUsed": 38,
    "sts:AssumeRole": 1,
    "sts:GetCallerIdentity": 1,
}
CALLER = f"arn:aws:sts::{ACCOUNT}:assumed-role/iamdash-reader/iamdash"


@pytest.fixture
def priya() -> Person:
    """An engineer, and an account with a history: a week of syncs, the newest of which was read in part."""
    person = organisation()
    role_arn = f"arn:aws:iam::{ACCOUNT}:role/iamdash-reader"
    AwsAccount.objects.filter(pk=ACCOUNT).update(role_arn=role_arn, external_id="5c1f0b7e42d89f3a")
    tools, now = AwsAccount.objects.get(pk=ACCOUNT), timezone.now()
    for hours in range(8, 1, -1):
        at = now - timedelta(hours=hours)
        make_sync_run(tools, started_at=at, finished_at=at + timedelta(seconds=3), calls=CALLS, caller_arn=CALLER)
    make_sync_run(
        tools,
        started_at=now - timedelta(seconds=40),
        finished_at=now - timedelta(seconds=28),
        trigger="person",
        asked_by="priya@example.org",
        outcome=SyncOutcome.PARTIAL,
        unread=[GAP],
        calls=CALLS,
        throttled=3,
        changes={"created": 2, "updated": 1, "gone": 0},
        caller_arn=CALLER,
        root_has_access_key=True,
    )
    return person


def start(progress: dict[str, object]) -> SyncRun:
    return make_sync_run(
        AwsAccount.objects.get(pk=ACCOUNT),
        started_at=timezone.now(),
        outcome=SyncOutcome.RUNNING,
        finished_at=None,
        progress=progress,
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390, 320])
def test_it_is_accessible_and_never_scrolls_sideways(
    open_page: OpenPage, assert_accessible: Callable[[Page], None], priya: Person, width: int, *, dark: bool
) -> None:
    page = open_page(URL, person=priya, dark=dark, size=(width, 900))

    assert_accessible(page)
    for summary in page.locator("main summary").all():
        summary.click()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_is_to_copy_unfolds(open_page: OpenPage, priya: Person) -> None:
    page = open_page(URL, person=priya)

    page.get_by_text("The role in Terraform").click()

    expect(page.get_by_text('resource "aws_iam_role" "reader"')).to_be_visible()
    expect(page.get_by_role("button", name="Copy the Terraform module")).to_be_visible()


def test_a_running_sync_moves_survives_a_reload_and_ends_on_the_page(open_page: OpenPage, priya: Person) -> None:
    progress: dict[str, object] = {"doing": "Reading access keys", "done": 1, "total": 4}
    run = start(progress)
    with one_sync_of(ACCOUNT):
        page = open_page(URL, person=priya)
        expect(page.get_by_text("Reading access keys, 1 of 4")).to_be_visible()
        page.reload()
        expect(page.get_by_text("Reading access keys, 1 of 4")).to_be_visible()
        SyncRun.objects.filter(pk=run.pk).update(progress=progress | {"done": 3})
        expect(page.get_by_text("Reading access keys, 3 of 4")).to_be_visible()

    ended = timezone.now() + timedelta(seconds=1)
    SyncRun.objects.filter(pk=run.pk).update(
        outcome=SyncOutcome.COMPLETE, finished_at=ended, progress={}, changes={"created": 77}
    )

    expect(page.get_by_text("Sync running")).to_be_hidden()
    expect(page.get_by_text("77 new")).to_be_visible()
    assert page.locator("[hx-trigger]").count() == 0


def test_a_fold_that_was_opened_stays_open_while_a_sync_runs(open_page: OpenPage, priya: Person) -> None:
    progress: dict[str, object] = {"doing": "Reading access keys", "done": 1, "total": 4}
    run = start(progress)
    with one_sync_of(ACCOUNT):
        page = open_page(URL, person=priya)
        page.locator("summary", has_text="454").first.click()
        SyncRun.objects.filter(pk=run.pk).update(progress=progress | {"done": 2})
        expect(page.get_by_text("Reading access keys, 2 of 4")).to_be_visible()

        expect(page.locator("li", has_text="412").first).to_be_visible()


def test_without_javascript_everything_is_there(open_page: OpenPage, priya: Person) -> None:
    start({"doing": "Reading access keys", "done": 1, "total": 4})
    with one_sync_of(ACCOUNT):
        page = open_page(URL, person=priya, javascript=False)

        expect(page.get_by_text("Reading access keys, 1 of 4")).to_be_visible()
        page.get_by_role("link", name="Look again").click()
        expect(page.get_by_text("Reading access keys, 1 of 4")).to_be_visible()

"""The page of one AWS account in a real browser: readable everywhere, and alive while a sync runs."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from iamdash.inventory.lock import one_sync_of
from iamdash.models import AwsAccount, Person, SyncOutcome, SyncRun
from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage
from tests.browser.states import TOOLS, busy_account
from tests.factories import make_sync_run

pytestmark = pytest.mark.django_db(transaction=True)
URL = f"/accounts/{TOOLS}/"


@pytest.fixture
def priya() -> Person:
    """An engineer, and an account with a history."""
    person = organisation()
    busy_account()
    return person


def start(progress: dict[str, object]) -> SyncRun:
    return make_sync_run(
        AwsAccount.objects.get(pk=TOOLS),
        started_at=timezone.now(),
        outcome=SyncOutcome.RUNNING,
        finished_at=None,
        progress=progress,
    )


def test_what_is_to_copy_unfolds(open_page: OpenPage, priya: Person) -> None:
    page = open_page(URL, person=priya)

    page.get_by_text("The role in Terraform").click()

    expect(page.get_by_text('resource "aws_iam_role" "reader"')).to_be_visible()
    expect(page.get_by_role("button", name="Copy the Terraform module")).to_be_visible()


def test_a_running_sync_moves_survives_a_reload_and_ends_on_the_page(open_page: OpenPage, priya: Person) -> None:
    progress: dict[str, object] = {"doing": "Reading access keys", "done": 1, "total": 4}
    run = start(progress)
    with one_sync_of(TOOLS):
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
    with one_sync_of(TOOLS):
        page = open_page(URL, person=priya)
        page.locator("summary", has_text="454").first.click()
        SyncRun.objects.filter(pk=run.pk).update(progress=progress | {"done": 2})
        expect(page.get_by_text("Reading access keys, 2 of 4")).to_be_visible()

        expect(page.locator("li", has_text="412").first).to_be_visible()


def test_without_javascript_everything_is_there(open_page: OpenPage, priya: Person) -> None:
    start({"doing": "Reading access keys", "done": 1, "total": 4})
    with one_sync_of(TOOLS):
        page = open_page(URL, person=priya, javascript=False)

        expect(page.get_by_text("Reading access keys, 1 of 4")).to_be_visible()
        page.get_by_role("link", name="Look again").click()
        expect(page.get_by_text("Reading access keys, 1 of 4")).to_be_visible()

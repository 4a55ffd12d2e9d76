"""The accounts page in a real browser: alive while a sync runs."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from iamdash.inventory.lock import one_sync_of
from iamdash.models import AwsAccount, Person, SyncOutcome, SyncRun
from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage
from tests.factories import make_sync_run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def priya() -> Person:
    return organisation()


def test_a_running_sync_moves_on_the_page_and_ends_there(open_page: OpenPage, priya: Person) -> None:
    tools = AwsAccount.objects.get(name="example-tools")
    progress = {"doing": "Reading access keys", "done": 1, "total": 4}
    run = make_sync_run(
        tools, started_at=timezone.now(), outcome=SyncOutcome.RUNNING, finished_at=None, progress=progress
    )
    with one_sync_of(tools.pk):
        page = open_page("/accounts/", person=priya)
        expect(page.get_by_text("Reading access keys, 1 of 4")).to_be_visible()
        SyncRun.objects.filter(pk=run.pk).update(progress=progress | {"done": 3})
        expect(page.get_by_text("Reading access keys, 3 of 4")).to_be_visible()

    SyncRun.objects.filter(pk=run.pk).update(outcome=SyncOutcome.COMPLETE, finished_at=run.started_at, progress={})

    expect(page.get_by_text("Sync running")).to_be_hidden()
    assert page.locator("#live[hx-trigger]").count() == 0

"""An exception in a real browser: asked for with JavaScript, approved without."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from iamdash.candidates import actions
from iamdash.models import AccessLevel, Candidate, Person
from iamdash.rules.exception import Waiting
from tests.browser.believable import organisation
from tests.browser.conftest import OpenPage
from tests.factories import make_person

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_exception_is_asked_for_and_approved_by_another(
    open_page: OpenPage, assert_accessible: Callable[[Page], None]
) -> None:
    priya: Person = organisation()
    lea = make_person("lea@example.org", full_name="Lea", access_level=AccessLevel.LEAD)
    candidate = Candidate.objects.filter(standing__is_open=True).earliest("pk")
    today = timezone.localdate()
    actions.block(
        candidate=candidate,
        waits_for=Waiting.VENDOR,
        words="Ticket 12",
        review_on=today + timedelta(days=5),
        by=priya,
        now=timezone.now(),
    )
    here = f"/candidates/{candidate.pk}/"

    page = open_page(here, person=priya)
    page.get_by_text("Ask for an exception", exact=True).click()
    page.get_by_label("Why does the key have to stay?").fill("Their log streaming knows access keys only.")
    page.get_by_label("Until").fill((today + timedelta(days=10)).isoformat())
    page.get_by_role("button", name="Ask a lead").click()
    expect(page.get_by_text("Waits for a lead")).to_be_visible()
    assert_accessible(page)

    page = open_page(here, person=lea, javascript=False)
    page.get_by_role("button", name="Approve the exception").click()
    expect(page.get_by_text("Under an exception")).to_be_visible()

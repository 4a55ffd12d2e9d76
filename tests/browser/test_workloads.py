"""Workloads in a real browser: the list of them, a split without JavaScript, accessible in both themes and widths."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from iamdash.models import AccessKey, IamUser, Standing
from iamdash.standing.assess import Cause, assess
from tests.browser.conftest import OpenPage
from tests.factories import make_access_key, make_aws_account, make_claim, make_iam_user, make_person, make_team

pytestmark = pytest.mark.django_db(transaction=True)


def uploaders() -> None:
    """An uploader in four environments: gone from one, production moving while staging is in use; and a second one."""
    now = timezone.now()
    for number, environment in enumerate(("development", "integration", "staging", "production"), start=1):
        account = make_aws_account(str(number) * 12, name=f"example-{environment}", environment=environment)
        for name in (f"svc-{environment}-uploader", f"svc_{environment}_sender"):
            iam_user = make_iam_user(name, aws_account=account, keys_read_at=now)
            make_access_key(iam_user, status="Inactive" if environment == "production" else "Active")
    assess(list(IamUser.objects.values_list("pk", flat=True)), now=now, cause=Cause.AWS, actor="sync")
    make_claim(Standing.objects.get(candidate__iam_user__user_name="svc-staging-uploader").candidate, team=make_team())
    gone = IamUser.objects.filter(user_name__contains="development")
    AccessKey.objects.filter(iam_user__in=gone).update(gone_at=now)
    gone.update(gone_at=now - timedelta(days=1), gone_confirmed_at=now)
    assess(list(IamUser.objects.values_list("pk", flat=True)), now=now, cause=Cause.AWS, actor="sync")


def test_workloads_are_seen_as_rows_with_lanes_and_corrected(
    open_page: OpenPage, assert_accessible: Callable[[Page], None]
) -> None:
    uploaders()
    ann = make_person("ann@example.org", full_name="Ann", teams=(make_team(),))

    page = open_page("/candidates/", person=ann)
    page.get_by_role("link", name="By workload").click()
    expect(page.get_by_text("2 workloads, 6 candidates")).to_be_visible()
    page.get_by_label("Search").fill("uploader")
    expect(page.get_by_text("1 workload, 4 candidates")).to_be_visible()
    page.get_by_role("link", name="svc-uploader").click()
    expect(page.get_by_text("1 of 4 environments gone")).to_be_visible()
    address = page.url

    page = open_page(address, person=ann, javascript=False)
    page.get_by_role("checkbox", name="Tick svc-production-uploader").check()
    page.get_by_label("Name of what is split off").fill("Photo uploads")
    page.get_by_role("button", name="Split off").click()
    expect(page.get_by_role("heading", name="Photo uploads")).to_be_visible()
    page.get_by_label("Another workload that is part of it").fill("svc")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("button", name="Merge svc-uploader into this").click()
    expect(page.get_by_text("svc-uploader is part of Photo uploads now.")).to_be_visible()

    number = Standing.objects.get(candidate__iam_user__user_name="svc-production-uploader").pk
    for path in (f"{page.url}?find=sender", "/candidates/?view=everything&by=workload", f"/candidates/{number}/"):
        for dark, size in ((False, (1440, 900)), (True, (390, 844))):
            page = open_page(path, person=ann, dark=dark, size=size)
            expect(page.get_by_text("Production moves first").first).to_be_visible()
            assert_accessible(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0]

"""The rhythm of each key on the page of its candidate: a sentence, a picture, a table."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from iamdash.models import AccessKey, AccessKeyUse, Candidate
from iamdash.standing.assess import Cause, assess
from tests.factories import days_ago, make_access_key, make_candidate, make_iam_user, make_person
from tests.views.markup import problems_of

pytestmark = pytest.mark.django_db


def page_of(client: Client, candidate: Candidate) -> str:
    assess([candidate.iam_user_id], now=timezone.now(), cause=Cause.AWS, actor="sync")
    client.force_login(make_person())
    return str(client.get(f"/candidates/{candidate.pk}/").content.decode())


def monthly(access_key: AccessKey) -> None:
    now = timezone.now()
    for month in range(6):
        at = days_ago(31 * month, now=now)
        AccessKeyUse.objects.create(
            access_key=access_key,
            last_used_at=at,
            last_used_service="athena",
            last_used_region="eu-west-2",
            source="report",
            as_of=at,
            seen_before=at - timedelta(hours=4),
        )


def test_two_keys_have_each_a_sentence_a_picture_and_a_table(client: Client) -> None:
    iam_user = make_iam_user()
    for _ in range(2):
        monthly(make_access_key(iam_user))

    page = page_of(client, make_candidate(iam_user))

    assert len(re.findall(r"<p>Monthly: used on 6 days since [^,]+, 31 days apart at most\.</p>", page)) == 2
    assert page.count('class="use-strip"') == 2
    assert page.count("<td>athena</td><td>eu-west-2</td><td>iam:GetCredentialReport</td>") == 12
    assert 'style="' not in page
    assert problems_of(page) == []


def test_a_key_without_a_ledger_has_too_little_history_and_no_picture(client: Client) -> None:
    page = page_of(client, make_candidate())

    assert "Too little history: no day of use is known." in page
    assert "use-strip" not in page

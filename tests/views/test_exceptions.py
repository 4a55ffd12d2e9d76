"""Exceptions and blocks on the pages: asked, decided and ended by plain forms, flagged, listed, and on record."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from iamdash.candidates import actions
from iamdash.models import AccessLevel, Candidate, ExceptionGrant, Person
from tests.factories import make_person, make_team
from tests.views.markup import problems_of
from tests.views.test_candidates import answer, candidate_named

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> Person:
    return make_person("ann@example.org", full_name="Ann", teams=(make_team(),))


@pytest.fixture
def lea() -> Person:
    return make_person("lea@example.org", full_name="Lea", access_level=AccessLevel.LEAD)


@pytest.fixture
def candidate() -> Candidate:
    found = candidate_named("backup-uploader")
    answer(found)
    return found


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def excepted(candidate: Candidate, ann: Person, lea: Person, *, days: int) -> ExceptionGrant:
    now = timezone.now()
    expires_on = timezone.localdate() + timedelta(days=days)
    grant = actions.ask_exception(
        candidate=candidate, reason="Keys only.", expires_on=expires_on, review_url="", by=ann, now=now
    )
    actions.approve_exception(candidate=candidate, exception=grant, by=lea, now=now)
    return grant


def test_from_the_request_to_the_approval_without_javascript(
    client: Client, candidate: Candidate, ann: Person, lea: Person
) -> None:
    here = f"/candidates/{candidate.pk}/"
    said = {"reason": "Keys only.", "expires_on": day(60), "review_url": "https://reviews.example.org/7"}
    page = as_(client, ann).post(f"{here}exceptions", said, follow=True).content.decode()
    assert "Asked: a lead decides on it." in page
    assert "Waits for a lead" in page
    assert "Withdraw" in page
    assert ">Approve<" not in page
    assert problems_of(page) == []

    queue = as_(client, lea).get("/candidates/?view=exceptions-asked").content.decode()
    assert "backup-uploader" in queue
    assert "1 exception to approve" in client.get("/").content.decode()
    grant = ExceptionGrant.objects.get()
    page = client.post(f"{here}exceptions/{grant.pk}/approve", follow=True).content.decode()

    assert "Approved: it does not count as open until" in page
    assert "Under an exception" in page
    assert "approved by Lea" in page
    assert problems_of(page) == []
    assert "backup-uploader" in client.get("/candidates/?view=exceptions").content.decode()
    assert "backup-uploader" not in client.get("/candidates/").content.decode()
    assert "1 excepted" in client.get("/").content.decode()


def test_what_is_wrong_in_the_form_is_said_beside_it(client: Client, candidate: Candidate, ann: Person) -> None:
    answered = as_(client, ann).post(f"/candidates/{candidate.pk}/exceptions", {"reason": ""})

    page = answered.content.decode()
    assert answered.status_code == 422
    assert "Say why the key has to stay for now." in page
    assert "Choose the day on which it comes back." in page
    assert problems_of(page) == []


def test_a_day_too_far_away_is_refused_beside_the_field_and_the_words_are_kept(
    client: Client, candidate: Candidate, ann: Person
) -> None:
    said = {"reason": "Keys only.", "expires_on": day(91)}

    answered = as_(client, ann).post(f"/candidates/{candidate.pk}/exceptions", said)

    page = answered.content.decode()
    assert answered.status_code == 422
    assert 'href="#exception-expires_on">An exception lasts 90 days at most.' in page
    assert ">\nKeys only.</textarea>" in page
    assert problems_of(page) == []


def test_what_was_typed_is_kept_where_somebody_was_faster(
    client: Client, candidate: Candidate, ann: Person, lea: Person
) -> None:
    as_(client, lea).post(f"/candidates/{candidate.pk}/due-date", {"due_on": day(3), "seen": ""})

    answered = as_(client, ann).post(f"/candidates/{candidate.pk}/due-date", {"due_on": day(9), "seen": ""})

    page = answered.content.decode()
    assert answered.status_code == 409
    assert "While you were looking, somebody set it to" in page
    assert f'value="{day(9)}"' in page
    assert problems_of(page) == []


def test_an_approval_of_what_was_withdrawn_says_so(
    client: Client, candidate: Candidate, ann: Person, lea: Person
) -> None:
    now = timezone.now()
    expires_on = timezone.localdate() + timedelta(days=9)
    grant = actions.ask_exception(
        candidate=candidate, reason="Keys only.", expires_on=expires_on, review_url="", by=ann, now=now
    )
    actions.end_exception(candidate=candidate, exception=grant, by=ann, now=now)

    answered = as_(client, lea).post(f"/candidates/{candidate.pk}/exceptions/{grant.pk}/approve")

    assert answered.status_code == 409
    assert "Ann withdrew this request." in answered.content.decode()


def test_who_withdraws_a_request_does_not_end_what_was_approved_meanwhile(
    client: Client, candidate: Candidate, ann: Person, lea: Person
) -> None:
    grant = excepted(candidate, ann, lea, days=20)

    answered = as_(client, ann).post(f"/candidates/{candidate.pk}/exceptions/{grant.pk}/end", {"seen": "asked"})

    assert answered.status_code == 409
    assert "While you were looking, a lead approved it." in answered.content.decode()
    grant.refresh_from_db()
    assert grant.ended_at is None


@pytest.mark.parametrize("warned", [(15, ""), (14, "amber"), (4, "amber"), (3, "red")])
def test_it_warns_fourteen_and_three_days_before(
    client: Client, candidate: Candidate, ann: Person, lea: Person, warned: tuple[int, str]
) -> None:
    days, tone = warned
    excepted(candidate, ann, lea, days=days)
    as_(client, ann)

    for path in ("/candidates/?view=exceptions", f"/candidates/{candidate.pk}/", "/"):
        page = client.get(path).content.decode()
        assert (f'<span class="tag {tone}">Exception ends in {days} days</span>' in page) is bool(tone)


def test_a_block_says_until_when_and_then_that_somebody_has_to_look_again(
    client: Client, candidate: Candidate, ann: Person
) -> None:
    said = {"waits_for": "vendor", "words": "Ticket 12", "review_on": day(5)}
    page = as_(client, ann).post(f"/candidates/{candidate.pk}/block", said, follow=True).content.decode()
    assert "Blocked by a vendor until" in page
    assert "Ticket 12" in page
    assert "Blocked by a vendor until" in client.get("/candidates/?blocked=vendor").content.decode()
    assert "backup-uploader" not in client.get("/candidates/?blocked=release").content.decode()
    assert "backup-uploader" not in client.get("/candidates/?blocked=review").content.decode()

    Candidate.objects.update(block_review_on=day(-1))
    page = client.get("/candidates/?blocked=review").content.decode()
    assert "Blocked by a vendor: to be reviewed since" in page
    page = client.post(f"/candidates/{candidate.pk}/unblock", follow=True).content.decode()
    assert "Noted: it is no longer blocked." in page


def test_the_record_holds_every_request_and_who_decided(
    client: Client, candidate: Candidate, ann: Person, lea: Person
) -> None:
    grant = excepted(candidate, ann, lea, days=20)

    page = as_(client, lea).get(f"/candidates/{candidate.pk}/record").content.decode()
    document = b"".join(client.get(f"/candidates/{candidate.pk}/record.json"))
    [record] = json.loads(document)["records"]

    assert "approved by Lea" in page
    assert problems_of(page) == []
    [held] = record["exceptions"]
    assert (held["number"], held["asked_by"], held["approved_by"], held["how_ended"]) == (grant.pk, "Ann", "Lea", "")


def test_a_lead_who_asked_reads_that_another_lead_decides(client: Client, candidate: Candidate, lea: Person) -> None:
    said = {"reason": "Keys only.", "expires_on": day(60)}

    page = as_(client, lea).post(f"/candidates/{candidate.pk}/exceptions", said, follow=True).content.decode()

    assert "Waits for another lead" in page
    assert ">Approve<" not in page


def test_what_became_of_it_is_said_as_it_is(client: Client, candidate: Candidate, ann: Person, lea: Person) -> None:
    grant = excepted(candidate, ann, lea, days=20)
    here = f"/candidates/{candidate.pk}/exceptions"
    as_(client, lea)

    def asked_for_more() -> ExceptionGrant:
        now, until = timezone.now(), grant.expires_on + timedelta(days=5)
        return actions.ask_exception(
            candidate=candidate, reason="More.", expires_on=until, review_url="", by=ann, now=now
        )

    declined = client.post(f"{here}/{asked_for_more().pk}/decline", follow=True).content.decode()
    withdrawn = client.post(f"{here}/{asked_for_more().pk}/end", follow=True).content.decode()
    ended = client.post(f"{here}/{grant.pk}/end", follow=True).content.decode()

    assert "Declined: the exception still ends on" in declined
    assert "The request is withdrawn." in withdrawn
    assert "The exception is over: it counts as open again." in ended

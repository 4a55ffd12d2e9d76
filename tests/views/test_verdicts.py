"""Both verdicts on the page of a candidate, and the question that shortens the wait: how often is it used?"""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from iamdash.candidates import actions
from iamdash.models import AccessLevel, Candidate, Claim, Event, Person, Standing
from iamdash.rules.silence.cadence import Cadence
from iamdash.standing.assess import Cause, assess
from tests.factories import make_access_key, make_candidate, make_claim, make_iam_user, make_person, make_team
from tests.views.markup import problems_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> Person:
    return make_person("ann@example.org", full_name="Ann Abel", teams=(make_team("platform"),))


def a_candidate(*, used_days_ago: float, **columns: Any) -> Candidate:
    """A candidate whose one key was read directly just now."""
    now = timezone.now()
    iam_user = make_iam_user("uploads", keys_read_at=now)
    used_at, created_at = now - timedelta(days=used_days_ago), now - timedelta(days=900)
    make_access_key(iam_user, last_used_at=used_at, last_used_as_of=now, created_at=created_at)
    candidate = make_candidate(iam_user, **columns)
    assess([iam_user.pk], now=now, cause=Cause.AWS, actor="sync")
    return candidate


def shown(client: Client, person: Person, candidate: Candidate) -> str:
    client.force_login(person)
    page = client.get(f"/candidates/{candidate.pk}/").content.decode()
    assert problems_of(page) == []
    return " ".join(unescape(page).replace("<wbr>", "").split())


def verdict(page: str, slug: str) -> str:
    return page.partition(f'id="safe-to-{slug}"')[2].partition("</section>")[0]


def test_a_verdict_shows_each_thing_that_it_asks_for_with_its_source(client: Client, ann: Person) -> None:
    card = verdict(shown(client, ann, a_candidate(used_days_ago=500)), "deactivate")

    assert '<span class="tag green">Yes</span>' in card
    assert "was last used 500 days ago. iamdash waited for 395 days of silence" in card
    assert "iam:ListAccessKeys" in card
    assert '<details class="edit" open>' in card
    assert "What nobody can see:" in card
    assert "less than once a year" in card


def test_what_waits_says_until_when_and_how_it_could_be_sooner(client: Client, ann: Person) -> None:
    candidate = a_candidate(used_days_ago=100)
    card = verdict(shown(client, ann, candidate), "deactivate")

    assert "Not yet" in card
    assert "at the earliest" in card
    assert 'href="?open=cadence#cadence"' in card


def test_the_other_verdict_is_folded_and_of_the_same_page(client: Client, ann: Person) -> None:
    card = verdict(shown(client, ann, a_candidate(used_days_ago=500)), "delete")

    assert "it has to be Inactive first" in card
    assert '<details class="edit">' in card


def test_once_no_key_is_active_the_deletion_comes_first(client: Client, ann: Person) -> None:
    candidate = a_candidate(used_days_ago=500)
    candidate.iam_user.access_keys.update(status="Inactive")
    assess([candidate.iam_user_id], now=timezone.now(), cause=Cause.AWS, actor="sync")

    page = shown(client, ann, candidate)

    assert page.index('id="safe-to-delete"') < page.index('id="safe-to-deactivate"')


def test_a_claim_asks_how_often_it_is_used_and_the_wait_follows(client: Client, ann: Person) -> None:
    candidate = a_candidate(used_days_ago=100)
    assert "How often is it used?" in shown(client, ann, candidate)

    answer = client.post(f"/candidates/{candidate.pk}/claim", {"team": "platform", "cadence": "weekly"})

    assert answer.status_code == 302
    assert Claim.objects.get().person == ann
    assert Standing.objects.get().safe_to_deactivate == "yes"
    kinds = set(Event.objects.filter(actor=ann.email).values_list("kind", flat=True))
    assert {"candidate.cadence_declared", "candidate.claimed"} <= kinds
    assert "Weekly" in shown(client, ann, candidate)


def test_who_does_not_know_claims_all_the_same(client: Client, ann: Person) -> None:
    candidate = a_candidate(used_days_ago=100)
    client.force_login(ann)

    client.post(f"/candidates/{candidate.pk}/claim", {"team": "platform", "cadence": ""})

    candidate.refresh_from_db()
    assert (Claim.objects.get().person, candidate.cadence) == (ann, "")


def test_who_claims_and_does_not_know_takes_back_what_was_said(client: Client, ann: Person) -> None:
    candidate = a_candidate(used_days_ago=100, cadence="weekly")
    client.force_login(ann)

    client.post(f"/candidates/{candidate.pk}/claim", {"team": "platform", "cadence": ""})

    candidate.refresh_from_db()
    assert candidate.cadence == ""


def test_who_claims_takes_back_nothing_that_was_said_meanwhile(client: Client, ann: Person) -> None:
    candidate = a_candidate(used_days_ago=100)
    page = shown(client, ann, candidate)
    [form] = re.findall(r'action="[^"]+/claim".*?</form>', page, re.DOTALL)
    [seen] = re.findall(r'name="seen" value="([^"]*)"', form)
    actions.declare_cadence(candidate=candidate, cadence=Cadence.YEARLY, by=ann, now=timezone.now())

    answer = client.post(f"/candidates/{candidate.pk}/claim", {"team": "platform", "cadence": "", "seen": seen})

    assert answer.status_code == 409
    assert "Somebody has just said how often it is used" in answer.content.decode()
    candidate.refresh_from_db()
    assert (Claim.objects.count(), candidate.cadence) == (0, "yearly")


def test_an_ordinary_soak_promises_nothing_to_whoever_says_how_often(client: Client, ann: Person) -> None:
    candidate = a_candidate(used_days_ago=500)
    since = timezone.now() - timedelta(days=3)
    candidate.iam_user.access_keys.update(status="Inactive", status_changed_at=since, first_seen_at=since)
    assess([candidate.iam_user_id], now=timezone.now(), cause=Cause.AWS, actor="sync")

    card = verdict(shown(client, ann, candidate), "delete")

    assert "The soak goes on until" in card
    assert "Nobody has said" not in card


def test_the_answer_can_be_changed_and_taken_back_later(client: Client, ann: Person) -> None:
    candidate = a_candidate(used_days_ago=100, cadence="monthly")
    make_claim(candidate, person=ann, team=ann.teams.get())
    client.force_login(ann)

    for cadence in ("daily", ""):
        candidate.refresh_from_db()
        said = {"cadence": cadence, "seen": candidate.cadence}
        assert client.post(f"/candidates/{candidate.pk}/cadence", said).status_code == 302

    assert Event.objects.filter(kind__startswith="candidate.cadence").count() == 2
    assert Standing.objects.get().safe_to_deactivate == "not_yet"


def test_who_was_faster_is_told(client: Client, ann: Person) -> None:
    candidate = a_candidate(used_days_ago=100, cadence="monthly")
    client.force_login(ann)

    answer = client.post(f"/candidates/{candidate.pk}/cadence", {"cadence": "daily", "seen": ""})

    assert answer.status_code == 409
    assert "Somebody has just said how often it is used" in answer.content.decode()


def test_a_cadence_that_does_not_exist_is_refused_in_words(client: Client, ann: Person) -> None:
    candidate = a_candidate(used_days_ago=100)
    client.force_login(ann)

    answer = client.post(f"/candidates/{candidate.pk}/cadence", {"cadence": "hourly"})

    assert answer.status_code == 422
    assert "Choose how often it is used" in unescape(answer.content.decode())


def test_a_viewer_sees_the_verdicts_and_no_question(client: Client) -> None:
    vic = make_person("vic@example.org", access_level=AccessLevel.VIEWER)

    page = shown(client, vic, a_candidate(used_days_ago=100))

    assert "Whoever owns it can" in verdict(page, "deactivate")
    assert 'href="?open=cadence#cadence"' not in page
    assert "How often is it used?" not in page

"""Claims that stay true, on the pages: said to lapse soon, confirmed, taken over from who left."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from iamdash.candidates.lapses import end_lapsed_claims
from iamdash.models import Candidate, Claim, Person, Team
from tests.factories import make_claim, make_person, make_team
from tests.views.markup import problems_of
from tests.views.test_candidates import answer, candidate_named

pytestmark = pytest.mark.django_db


@pytest.fixture
def search() -> Team:
    return make_team("search")


@pytest.fixture
def priya(search: Team) -> Person:
    return make_person("priya@example.org", full_name="Priya Nair", teams=(search,))


@pytest.fixture
def signed_in(client: Client, priya: Person) -> Client:
    client.force_login(priya)
    return client


def claimed_days_ago(days: int, *, by: Person, name: str = "backup-uploader") -> Candidate:
    candidate = candidate_named(name)
    claimed_at = timezone.now() - timedelta(days=days)
    make_claim(candidate, person=by, team=Team.objects.get(slug="search"), claimed_at=claimed_at)
    answer(candidate)
    return candidate


def test_what_lapses_soon_is_flagged_in_the_list_and_can_be_listed(signed_in: Client, priya: Person) -> None:
    claimed_days_ago(80, by=priya)
    claimed_days_ago(20, by=priya, name="fresh-uploader")

    page = signed_in.get("/candidates/?claim=lapsing").content.decode()

    assert "Claim lapses" in page
    assert "in 9 days" in page
    assert "Claim: Lapses soon" in page
    assert "backup-uploader" in page
    assert "fresh-uploader" not in page


def test_the_overview_says_how_many_of_mine_lapse_and_confirms_them_all(signed_in: Client, priya: Person) -> None:
    claimed_days_ago(80, by=priya)
    claimed_days_ago(85, by=priya, name="other-uploader")
    claimed_days_ago(85, by=make_person(teams=(Team.objects.get(slug="search"),)), name="not-mine")

    page = signed_in.get("/").content.decode()
    assert "2 claims</a> of yours lapse in the next 14 days." in page
    assert problems_of(page) == []
    said = {"query": "view=mine&claim=lapsing", "all": "1", "deed": "confirm", "next": "/"}
    after = signed_in.post("/candidates/bulk", said, follow=True).content.decode()

    assert "2 confirmed." in after
    assert "of yours lapse" not in after


def test_still_ours_on_the_page_of_the_candidate(signed_in: Client, priya: Person) -> None:
    candidate = claimed_days_ago(80, by=priya)
    here = f"/candidates/{candidate.pk}/"
    page = signed_in.get(here).content.decode()
    assert "Lapses soon" in page
    assert "unless confirmed" in page

    signed_in.post(f"{here}confirm", {"seen": str(Claim.objects.get().pk)})

    page = signed_in.get(here).content.decode()
    assert "Lapses soon" not in page
    assert ", confirmed " in page


def test_what_somebody_who_left_has_is_said_and_taken_over(signed_in: Client, priya: Person, search: Team) -> None:
    gone = make_person("gone@example.org", full_name="Gil", teams=(search,))
    candidate = claimed_days_ago(20, by=gone)
    here = f"/candidates/{candidate.pk}/"
    assert "Take over" not in signed_in.get(here).content.decode()
    gone.is_active = False
    gone.save()

    page = signed_in.get(here).content.decode()
    assert "<strong>Gil can no longer sign in.</strong> The claim stands until somebody takes it over" in page
    assert problems_of(page) == []
    signed_in.post(f"{here}take-over", {"seen": str(Claim.objects.get().pk)})

    assert Claim.objects.get(ended_at=None).person == priya


def test_another_team_reads_that_somebody_left_and_takes_nothing_over(client: Client, search: Team) -> None:
    gone = make_person("gone@example.org", full_name="Gil")
    candidate = claimed_days_ago(20, by=gone)
    client.force_login(make_person(teams=(make_team("data"),)))

    assert "Gil is no longer in Search." in client.get(f"/candidates/{candidate.pk}/").content.decode()
    answered = client.post(f"/candidates/{candidate.pk}/take-over")

    assert answered.status_code == 403
    assert Claim.objects.get(ended_at=None).person == gone


def test_a_claim_that_changed_meanwhile_is_not_confirmed(signed_in: Client, priya: Person) -> None:
    candidate = claimed_days_ago(80, by=priya)

    answered = signed_in.post(f"/candidates/{candidate.pk}/confirm", {"seen": "999999"})

    assert answered.status_code == 409
    assert "While you were looking, it went to" in answered.content.decode()


def test_an_offer_is_seen_and_answered_by_whom_it_is_for(client: Client, priya: Person, search: Team) -> None:
    cat = make_person("cat@example.org", full_name="Cat", teams=(search,))
    candidate = claimed_days_ago(20, by=priya)
    here = f"/candidates/{candidate.pk}/"
    seen = str(Claim.objects.get().pk)
    client.force_login(priya)
    offered = client.post(f"{here}hand-over", {"to": f"search/{cat.pk}", "seen": seen}, follow=True).content.decode()
    assert "It is offered to Cat (Search). Until they accept, nothing changes." in offered
    assert "Offered to Cat (Search) by Priya Nair" in offered
    assert "Withdraw the offer" in offered
    assert problems_of(offered) == []

    client.force_login(cat)
    assert "<strong>Priya Nair offers you" in client.get("/").content.decode()
    assert "Priya Nair offers it to you" in client.get(here).content.decode()
    client.post(f"{here}accept", {"seen": seen})

    assert Claim.objects.get(ended_at=None).person == cat
    assert "offers you" not in client.get("/").content.decode()


@pytest.mark.parametrize(("who", "deed"), [("cat", "decline"), ("priya", "withdraw")])
def test_an_offer_that_comes_to_nothing(who: str, deed: str, client: Client, priya: Person, search: Team) -> None:
    cat = make_person("cat@example.org", full_name="Cat", teams=(search,))
    candidate = claimed_days_ago(20, by=priya)
    offer = {"offered_team": search, "offered_person": cat, "offered_by": priya, "offered_at": timezone.now()}
    Claim.objects.update(**offer)
    client.force_login({"cat": cat, "priya": priya}[who])

    answered = client.post(f"/candidates/{candidate.pk}/{deed}", {"seen": str(Claim.objects.get().pk)})

    assert answered.status_code == 302
    assert (Claim.objects.get().person, Claim.objects.get().offered_person) == (priya, None)


def test_whoever_declines_reads_who_still_answers_for_it(client: Client, priya: Person, search: Team) -> None:
    cat = make_person("cat@example.org", full_name="Cat", teams=(search,))
    candidate = claimed_days_ago(20, by=priya)
    lea = make_person("lea@example.org", full_name="Lea")
    Claim.objects.update(offered_team=search, offered_person=cat, offered_by=lea, offered_at=timezone.now())
    client.force_login(cat)

    page = client.post(f"/candidates/{candidate.pk}/decline", follow=True).content.decode()

    assert "Declined: Priya Nair (Search) still answers for it." in page


def test_whoever_left_a_team_hands_over_or_releases_what_they_have_and_confirms_nothing(
    signed_in: Client, priya: Person, search: Team
) -> None:
    candidate = claimed_days_ago(80, by=priya)
    priya.teams.clear()
    here = f"/candidates/{candidate.pk}/"

    page = signed_in.get(here).content.decode()

    assert "<strong>You are no longer in Search.</strong> Hand it over, or release it." in page
    assert "somebody takes it over" not in page
    assert "unless confirmed" not in page
    assert problems_of(page) == []
    assert "Hand over" in page
    assert "Release it" in page
    assert "Still ours" not in page
    assert "Take over" not in page
    answered = signed_in.post(f"{here}confirm", {"seen": str(Claim.objects.get().pk)})
    assert answered.status_code == 409
    assert "cannot answer for it. Hand it over, or release it." in answered.content.decode()


def test_a_claim_that_has_lapsed_is_shown_as_none_before_the_clock_has_put_it_on_record(
    signed_in: Client, priya: Person
) -> None:
    candidate = claimed_days_ago(80, by=priya)
    seen = str(Claim.objects.get().pk)
    long_ago = timezone.now() - timedelta(minutes=1)
    Candidate.objects.get().standing.__class__.objects.update(claim_lapses_at=long_ago)
    here = f"/candidates/{candidate.pk}/"

    page = signed_in.get(here).content.decode()
    answered = signed_in.post(f"{here}confirm", {"seen": seen})

    assert "not claimed" in page
    assert "Claim it" in page
    assert "Still ours" not in page
    assert answered.status_code == 409
    assert "Its claim ended while you were looking. Nobody answers for it now." in answered.content.decode()


def test_the_record_says_of_a_claim_that_it_lapsed_and_was_ended_by_nobody(signed_in: Client, priya: Person) -> None:
    candidate = claimed_days_ago(100, by=priya)
    end_lapsed_claims(timezone.now())

    page = signed_in.get(f"/candidates/{candidate.pk}/record").content.decode()

    assert "</time>, when it lapsed</li>" in page
    assert "ended by" not in page


def test_a_refusal_takes_away_what_was_said_before(signed_in: Client, priya: Person) -> None:
    candidate = claimed_days_ago(20, by=priya)
    headers = {"HX-Request": "true", "HX-Target": "candidate"}
    here, seen = f"/candidates/{candidate.pk}/release", {"seen": str(Claim.objects.get().pk)}

    released = signed_in.post(here, seen, headers=headers).content.decode()
    refused = signed_in.post(here, seen, headers=headers).content.decode()

    assert "is released: nobody answers for it now." in released
    assert "Its claim ended while you were looking." in refused
    assert '<div id="toasts" hx-swap-oob="innerHTML"></div>' in refused

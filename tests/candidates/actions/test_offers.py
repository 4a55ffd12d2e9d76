"""Handing over is an offer: its receiver accepts or declines, its giver may withdraw it; until then nothing moves."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from iamdash.candidates import actions
from iamdash.candidates.lapses import end_lapsed_claims
from iamdash.models import Candidate, Claim, Event, Standing
from iamdash.standing.check import differences
from tests.factories import NOW

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def offered(candidate: Candidate, people: SimpleNamespace) -> Candidate:
    """Ann, of Platform, has offered it to Cat, of Search."""
    actions.claim(candidate=candidate, team=people.platform, by=people.ann, now=NOW)
    actions.hand_over(candidate=candidate, team=people.search, person=people.cat, by=people.ann, now=NOW)
    return candidate


def stands(candidate: Candidate) -> Claim:
    return candidate.claims.get(ended_at=None)


def test_an_offer_moves_nothing_and_is_told(offered: Candidate, people: SimpleNamespace) -> None:
    claim = stands(offered)

    assert (claim.person, claim.offered_person, claim.offered_team) == (people.ann, people.cat, people.search)
    assert Standing.objects.get(candidate=offered).owner_team == people.platform
    event = Event.objects.get(kind="candidate.offered")
    assert event.sentence == f"Ann offered {offered.iam_user.user_name} to Cat (Search)."
    assert (event.before, event.after) == (
        {"team": "platform", "person": "ann@example.org"},
        {"team": "search", "person": "cat@example.org"},
    )


def test_accepting_ends_one_claim_and_begins_another(offered: Candidate, people: SimpleNamespace) -> None:
    before = stands(offered)

    after = actions.accept_offer(candidate=offered, by=people.cat, now=LATER)

    before.refresh_from_db()
    assert (before.ended_at, before.ended_by, before.offered_person) == (LATER, people.cat, None)
    assert (after.person, after.team, after.offered_person) == (people.cat, people.search, None)
    assert Event.objects.get(kind="candidate.handed_over").sentence == (
        f"Cat accepted {offered.iam_user.user_name} from Ann (Platform), for Search."
    )
    assert list(differences(LATER)) == []


def test_declining_leaves_it_where_it_was(offered: Candidate, people: SimpleNamespace) -> None:
    actions.decline_offer(candidate=offered, by=people.cat, now=LATER)

    assert (stands(offered).person, stands(offered).offered_person) == (people.ann, None)
    assert Event.objects.filter(kind="candidate.offer_declined").count() == 1


def test_the_giver_takes_it_back_and_then_it_cannot_be_accepted(offered: Candidate, people: SimpleNamespace) -> None:
    actions.withdraw_offer(candidate=offered, by=people.ben, now=LATER)

    with pytest.raises(actions.Refused, match="not offered to you, or no longer"):
        actions.accept_offer(candidate=offered, by=people.cat, now=LATER)
    with pytest.raises(actions.Refused, match="offered to nobody any more"):
        actions.withdraw_offer(candidate=offered, by=people.ann, now=LATER)


def test_nobody_else_answers_it(offered: Candidate, people: SimpleNamespace) -> None:
    for deed in (actions.accept_offer, actions.decline_offer):
        with pytest.raises(actions.Refused, match="not offered to you"):
            deed(candidate=offered, by=people.ben, now=LATER)
    with pytest.raises(actions.NotPermitted, match="withdraw the offer"):
        actions.withdraw_offer(candidate=offered, by=people.cat, now=LATER)


def test_a_new_offer_replaces_the_last_and_the_same_changes_nothing(
    offered: Candidate, people: SimpleNamespace
) -> None:
    actions.hand_over(candidate=offered, team=people.search, person=people.cat, by=people.ben, now=LATER)
    assert Event.objects.filter(kind="candidate.offered").count() == 1

    actions.hand_over(candidate=offered, team=people.platform, person=people.ben, by=people.ann, now=LATER)

    assert stands(offered).offered_person == people.ben
    with pytest.raises(actions.Refused):
        actions.accept_offer(candidate=offered, by=people.cat, now=LATER)


def test_whoever_takes_it_for_themselves_is_not_asked(offered: Candidate, people: SimpleNamespace) -> None:
    actions.hand_over(candidate=offered, team=people.platform, person=people.ben, by=people.ben, now=LATER)

    assert stands(offered).person == people.ben
    assert Event.objects.get(kind="candidate.handed_over").sentence == (
        f"Ben took {offered.iam_user.user_name} over from Ann (Platform)."
    )


def test_confirming_keeps_the_offer_and_the_end_of_the_claim_ends_it(
    offered: Candidate, people: SimpleNamespace
) -> None:
    actions.confirm(candidate=offered, by=people.ann, now=NOW + timedelta(days=2))
    assert stands(offered).offered_person == people.cat

    end_lapsed_claims(NOW + timedelta(days=92))

    assert Claim.objects.get().offered_person is None
    with pytest.raises(actions.Refused, match="not offered to you"):
        actions.accept_offer(candidate=offered, by=people.cat, now=NOW + timedelta(days=92))


def test_who_left_the_team_meanwhile_cannot_accept(offered: Candidate, people: SimpleNamespace) -> None:
    people.cat.teams.clear()

    with pytest.raises(actions.Refused, match="Cat is not a member of Search"):
        actions.accept_offer(candidate=offered, by=people.cat, now=LATER)


def test_a_lead_assigns_at_once_whatever_is_offered(offered: Candidate, people: SimpleNamespace) -> None:
    actions.assign(candidate=offered, team=people.platform, person=people.ben, by=people.lea, now=LATER)

    assert (stands(offered).person, stands(offered).offered_person) == (people.ben, None)

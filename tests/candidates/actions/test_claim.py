from datetime import timedelta
from types import SimpleNamespace

import pytest

from iamdash.candidates import actions
from iamdash.models import Candidate, Claim, Event, Standing
from tests.factories import NOW, make_person, make_team


def told(kind: str) -> Event:
    return Event.objects.get(kind=kind)


def test_an_engineer_claims_for_their_own_team(candidate: Candidate, people: SimpleNamespace) -> None:
    claim = actions.claim(candidate=candidate, team=people.platform, by=people.ann, now=NOW)

    assert (claim.person, claim.team, claim.claimed_at, claim.ended_at) == (people.ann, people.platform, NOW, None)
    assert Standing.objects.get(candidate=candidate).owner_team == people.platform
    event = told("candidate.claimed")
    assert event.sentence == f"Ann claimed {candidate.iam_user.user_name} for Platform."
    assert (event.actor, event.candidate_number) == ("ann@example.org", candidate.pk)
    assert event.after == {"team": "platform", "person": "ann@example.org"}


def test_claiming_it_again_changes_nothing(candidate: Candidate, people: SimpleNamespace) -> None:
    first = actions.claim(candidate=candidate, team=people.platform, by=people.ann, now=NOW)

    second = actions.claim(candidate=candidate, team=people.platform, by=people.ann, now=NOW + timedelta(hours=1))

    assert second == first
    assert Claim.objects.count() == 1
    assert Event.objects.filter(kind="candidate.claimed").count() == 1


def test_claiming_what_somebody_else_has_says_who_has_it(candidate: Candidate, people: SimpleNamespace) -> None:
    claim = actions.claim(candidate=candidate, team=people.platform, by=people.ann, now=NOW)

    with pytest.raises(actions.AlreadyClaimed) as refused:
        actions.claim(candidate=candidate, team=people.search, by=people.cat, now=NOW + timedelta(minutes=5))

    assert refused.value.claim == claim
    assert refused.value.sentence == ("Ann (Platform) claimed it 5 minutes ago. Ask them, or a lead, to hand it over.")


def test_claiming_ones_own_for_another_team_says_to_hand_it_over(candidate: Candidate, people: SimpleNamespace) -> None:
    actions.claim(candidate=candidate, team=people.platform, by=people.lea, now=NOW)

    with pytest.raises(actions.AlreadyClaimed, match="You claimed it for Platform just now"):
        actions.claim(candidate=candidate, team=people.search, by=people.lea, now=NOW)


def test_an_engineer_cannot_claim_for_a_team_of_others(candidate: Candidate, people: SimpleNamespace) -> None:
    with pytest.raises(actions.NotPermitted, match="You are not a member of Search"):
        actions.claim(candidate=candidate, team=people.search, by=people.ann, now=NOW)

    assert not Claim.objects.exists()


def test_an_engineer_without_a_team_cannot_claim(candidate: Candidate, people: SimpleNamespace) -> None:
    with pytest.raises(actions.NotPermitted, match="ask a lead to assign"):
        actions.claim(candidate=candidate, team=people.platform, by=make_person("dan@example.org"), now=NOW)


def test_a_lead_claims_for_any_team(candidate: Candidate, people: SimpleNamespace) -> None:
    claim = actions.claim(candidate=candidate, team=people.search, by=people.lea, now=NOW)

    assert (claim.person, claim.team) == (people.lea, people.search)


def test_a_team_that_was_taken_out_of_the_config_cannot_claim(candidate: Candidate) -> None:
    gone_team = make_team("former", in_config=False)
    member = make_person(teams=(gone_team,))

    with pytest.raises(actions.Refused, match="Former is no longer a team of this organisation"):
        actions.claim(candidate=candidate, team=gone_team, by=member, now=NOW)


def test_there_is_nothing_to_claim_in_what_is_proved_gone(gone_candidate: Candidate, people: SimpleNamespace) -> None:
    with pytest.raises(actions.Refused, match="old-uploader is proved gone from AWS"):
        actions.claim(candidate=gone_candidate, team=people.platform, by=people.ann, now=NOW)
    with pytest.raises(actions.Refused, match="nothing left to claim"):
        actions.assign(candidate=gone_candidate, team=people.platform, person=people.ann, by=people.lea, now=NOW)


def test_releasing_undoes_a_claim(candidate: Candidate, people: SimpleNamespace) -> None:
    actions.claim(candidate=candidate, team=people.platform, by=people.ann, now=NOW)

    actions.release(candidate=candidate, by=people.ann, now=NOW + timedelta(minutes=1))

    claim = Claim.objects.get()
    assert (claim.ended_at, claim.ended_by) == (NOW + timedelta(minutes=1), people.ann)
    standing = Standing.objects.get(candidate=candidate)
    assert (standing.stage, standing.owner_team, standing.reopened_at) == (1, None, None)
    assert told("candidate.released").before == {"team": "platform", "person": "ann@example.org"}


def test_releasing_what_nobody_has_is_refused(candidate: Candidate, people: SimpleNamespace) -> None:
    with pytest.raises(actions.Refused, match="Nobody has claimed"):
        actions.release(candidate=candidate, by=people.ann, now=NOW)


@pytest.mark.parametrize("who", ["ann", "ben", "lea", "ada"])
def test_the_holder_their_team_and_leads_may_release(who: str, candidate: Candidate, people: SimpleNamespace) -> None:
    actions.claim(candidate=candidate, team=people.platform, by=people.ann, now=NOW)

    actions.release(candidate=candidate, by=getattr(people, who), now=NOW)

    assert not Claim.objects.filter(ended_at=None).exists()


def test_another_team_may_neither_release_nor_hand_over(candidate: Candidate, people: SimpleNamespace) -> None:
    actions.claim(candidate=candidate, team=people.platform, by=people.ann, now=NOW)

    with pytest.raises(actions.NotPermitted, match=r"Ann \(Platform\) answers for it. Ask them, .* to release it."):
        actions.release(candidate=candidate, by=people.cat, now=NOW)
    with pytest.raises(actions.NotPermitted, match="or a lead to hand it over"):
        actions.hand_over(candidate=candidate, team=people.search, person=people.cat, by=people.cat, now=NOW)


def test_handing_over_to_whoever_has_it_changes_nothing(candidate: Candidate, people: SimpleNamespace) -> None:
    claim = actions.claim(candidate=candidate, team=people.platform, by=people.ann, now=NOW)

    same = actions.hand_over(candidate=candidate, team=people.platform, person=people.ann, by=people.ben, now=NOW)

    assert same == claim
    assert not Event.objects.filter(kind="candidate.handed_over").exists()


def test_it_goes_to_nobody_who_cannot_answer_for_it(candidate: Candidate, people: SimpleNamespace) -> None:
    actions.claim(candidate=candidate, team=people.platform, by=people.ann, now=NOW)

    with pytest.raises(actions.Refused, match="Vic cannot change anything here"):
        actions.hand_over(candidate=candidate, team=people.platform, person=people.vic, by=people.ann, now=NOW)
    with pytest.raises(actions.Refused, match="Cat is not a member of Platform"):
        actions.assign(candidate=candidate, team=people.platform, person=people.cat, by=people.lea, now=NOW)


def test_a_lead_assigns_what_nobody_has_and_what_somebody_has(candidate: Candidate, people: SimpleNamespace) -> None:
    first = actions.assign(candidate=candidate, team=people.search, person=people.cat, by=people.lea, now=NOW)
    second = actions.assign(candidate=candidate, team=people.platform, person=people.ben, by=people.lea, now=NOW)
    again = actions.assign(candidate=candidate, team=people.platform, person=people.ben, by=people.lea, now=NOW)

    first.refresh_from_db()
    assert (first.ended_by, second.ended_at, again) == (people.lea, None, second)
    assert Event.objects.filter(kind="candidate.assigned").count() == 2

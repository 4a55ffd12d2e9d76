"""A claim that nobody confirms in time lapses by the clock: warned of, put on record, and no reopening."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from iamdash.candidates import actions
from iamdash.candidates.lapses import end_lapsed_claims
from iamdash.models import Candidate, Claim, Event, Programme, Standing
from iamdash.rules.stage import Stage
from iamdash.standing.assess import Cause, assess, assess_due
from iamdash.standing.check import differences
from tests.candidates.actions.conftest import assessed
from tests.factories import NOW, days_ago, make_candidate, make_claim, make_replacement

LAPSE = NOW + timedelta(days=90)
JUST_BEFORE = LAPSE - timedelta(seconds=1)


@pytest.fixture
def claimed(candidate: Candidate, people: SimpleNamespace) -> Candidate:
    actions.claim(candidate=candidate, team=people.platform, by=people.ann, now=NOW)
    return candidate


def test_a_claim_says_when_it_is_warned_of_and_when_it_lapses(claimed: Candidate) -> None:
    standing = Standing.objects.get(candidate=claimed)

    assert (standing.claim_warned_at, standing.claim_lapses_at) == (LAPSE - timedelta(days=14), LAPSE)


def test_nothing_lapses_before_its_time(claimed: Candidate) -> None:
    assert end_lapsed_claims(JUST_BEFORE) == 0
    assert Claim.objects.get().ended_at is None


def test_a_lapsed_claim_is_ended_with_a_line_of_the_clock(claimed: Candidate) -> None:
    assert end_lapsed_claims(LAPSE) == 1
    assert end_lapsed_claims(LAPSE) == 0

    claim = Claim.objects.get()
    assert (claim.ended_at, claim.ended_by, claim.lapsed) == (LAPSE, None, True)
    line = Event.objects.get(kind="candidate.claim_lapsed")
    assert line.actor == "clock"
    assert line.sentence == (
        f"The claim of Ann (Platform) on {claimed.iam_user.user_name} lapsed: nobody had confirmed it."
    )
    assert line.before == {"team": "platform", "person": "ann@example.org"}
    standing = Standing.objects.get(candidate=claimed)
    assert (standing.stage, standing.owner_team, standing.reopened_at, standing.fell_from) == (
        Stage.IDENTIFIED,
        None,
        None,
        None,
    )
    assert list(differences(LAPSE)) == []


@pytest.mark.parametrize("cause", [Cause.CLOCK, Cause.AWS])
def test_the_rules_know_it_by_themselves_and_call_it_no_reopening(claimed: Candidate, cause: Cause) -> None:
    make_replacement(claimed)
    assess([claimed.iam_user_id], now=NOW, cause=Cause.PEOPLE, actor="ann@example.org")
    before = Standing.objects.get(candidate=claimed)
    assert before.recheck_at is not None
    assert before.recheck_at <= LAPSE

    assess([claimed.iam_user_id], now=LAPSE, cause=cause, actor="clock")

    standing = Standing.objects.get(candidate=claimed)
    assert (standing.stage, standing.owner_person, standing.claim_lapses_at) == (Stage.IDENTIFIED, None, None)
    assert (standing.reopened_at, standing.fell_from) == (None, None)
    assert not Event.objects.filter(kind="candidate.reopened").exists()
    line = Event.objects.filter(kind="candidate.stage_changed").latest("pk")
    assert "The claim of Ann for Platform lapsed on 30 Aug 2026" in line.sentence


def test_a_claim_that_lapsed_unseen_gives_way_to_the_next(claimed: Candidate, people: SimpleNamespace) -> None:
    claim = actions.claim(candidate=claimed, team=people.search, by=people.cat, now=LAPSE)

    assert Claim.objects.get(ended_at=None) == claim
    assert Claim.objects.filter(lapsed=True).count() == 1
    assert list(Event.objects.order_by("pk").filter(at=LAPSE).values_list("kind", flat=True))[:2] == [
        "candidate.claim_lapsed",
        "candidate.claimed",
    ]
    assert list(differences(LAPSE)) == []


def test_still_ours_begins_the_days_anew(claimed: Candidate, people: SimpleNamespace) -> None:
    later = NOW + timedelta(days=80)

    actions.confirm(candidate=claimed, by=people.ben, now=later)
    actions.confirm(candidate=claimed, by=people.ben, now=later + timedelta(hours=2))

    claim = Claim.objects.get()
    assert (claim.person, claim.claimed_at, claim.confirmed_at) == (people.ann, NOW, later)
    assert Standing.objects.get(candidate=claimed).claim_lapses_at == later + timedelta(days=90)
    assert Event.objects.filter(kind="candidate.claim_confirmed").count() == 1
    assert end_lapsed_claims(LAPSE) == 0


def test_too_late_to_confirm_says_so(claimed: Candidate, people: SimpleNamespace) -> None:
    with pytest.raises(actions.Refused, match=r"The claim of Ann \(Platform\) has lapsed. Claim it anew."):
        actions.confirm(candidate=claimed, by=people.ann, now=LAPSE)


def test_many_are_confirmed_at_once(people: SimpleNamespace) -> None:
    numbers = [assessed(make_candidate()).pk for _ in range(3)]
    actions.bulk.claim(numbers=numbers[:2], team=people.platform, by=people.ann, now=NOW)

    report = actions.bulk.confirm(numbers=numbers, by=people.ann, now=NOW + timedelta(days=80))

    assert report.sentence == "2 confirmed, 1 claimed by nobody."


def test_the_claim_on_what_is_proved_gone_stays_as_a_record(gone_candidate: Candidate) -> None:
    make_claim(gone_candidate, claimed_at=days_ago(400))
    assess([gone_candidate.iam_user_id], now=NOW, cause=Cause.PEOPLE, actor="ann@example.org")

    assert end_lapsed_claims(NOW) == 0
    standing = Standing.objects.get(candidate=gone_candidate)
    assert (standing.claim_lapses_at, standing.owner_person is None) == (None, False)


def test_the_claim_on_what_is_proved_gone_can_be_released_however_old_it_is(
    gone_candidate: Candidate, people: SimpleNamespace
) -> None:
    make_claim(gone_candidate, person=people.ann, team=people.platform, claimed_at=days_ago(400))

    actions.release(candidate=gone_candidate, by=people.ann, now=NOW)

    claim = Claim.objects.get()
    assert (claim.ended_by, claim.lapsed) == (people.ann, False)


def test_the_days_are_the_organisations(claimed: Candidate) -> None:
    Programme.objects.update_or_create(pk=1, defaults={"claim_days": 10, "claim_warning_days": 3})

    assert end_lapsed_claims(NOW + timedelta(days=10)) == 1


def test_the_clock_and_the_beat_tell_the_same_in_either_order(claimed: Candidate) -> None:
    assess_due(LAPSE)
    end_lapsed_claims(LAPSE)

    assert list(differences(LAPSE)) == []
    assert Claim.objects.get().lapsed


def test_what_whoever_left_had_is_taken_over(claimed: Candidate, people: SimpleNamespace) -> None:
    with pytest.raises(actions.Refused, match=r"Ann \(Platform\) still answers for it"):
        actions.take_over(candidate=claimed, by=people.ben, now=NOW)
    people.platform.members.through.objects.filter(person=people.ann).delete()

    with pytest.raises(actions.NotPermitted):
        actions.take_over(candidate=claimed, by=people.cat, now=NOW)
    claim = actions.take_over(candidate=claimed, by=people.ben, now=NOW)

    assert (claim.person, claim.team) == (people.ben, people.platform)
    assert Event.objects.get(kind="candidate.taken_over").sentence == (
        f"Ben took {claimed.iam_user.user_name} over from Ann (Platform), who is no longer in Platform."
    )


def test_nobody_confirms_that_somebody_who_left_still_answers_for_it(
    claimed: Candidate, people: SimpleNamespace
) -> None:
    people.platform.members.through.objects.filter(person=people.ann).delete()
    later = NOW + timedelta(days=80)

    with pytest.raises(actions.Refused, match=r"You are no longer in Platform, .* Hand it over, or release it"):
        actions.confirm(candidate=claimed, by=people.ann, now=later)
    for by in (people.ben, people.lea):
        with pytest.raises(actions.Refused, match=r"Ann is no longer in Platform, .* Take it over, or"):
            actions.confirm(candidate=claimed, by=by, now=later)

    report = actions.bulk.confirm(numbers=[claimed.pk], by=people.ben, now=later)
    assert report.sentence == "None confirmed, 1 of somebody who left: to be taken over."
    report = actions.bulk.confirm(numbers=[claimed.pk], by=people.ann, now=later)
    assert report.sentence == "None confirmed, 1 of a team that you left: to be handed over or released."
    assert end_lapsed_claims(LAPSE) == 1

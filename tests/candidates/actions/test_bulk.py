"""Many at once: each judged by itself, as it is now, and the result in words."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from pytest_django import DjangoAssertNumQueries

from iamdash.candidates import actions
from iamdash.candidates.actions import bulk
from iamdash.models import Candidate, Claim, Event, Standing
from iamdash.standing.assess import Cause, assess
from iamdash.standing.check import differences
from tests.candidates.actions.conftest import assessed
from tests.factories import NOW, make_candidate, make_iam_role, make_replacement, make_team

LATER = NOW + timedelta(minutes=1)


def many(number: int) -> list[int]:
    candidates = [make_candidate() for _ in range(number)]
    assess([candidate.iam_user_id for candidate in candidates], now=NOW, cause=Cause.AWS, actor="sync")
    return [candidate.pk for candidate in candidates]


def test_what_is_claimed_and_what_others_have_is_said_in_words(people: SimpleNamespace) -> None:
    numbers = many(4)
    actions.claim(candidate=Candidate.objects.get(pk=numbers[0]), team=people.search, by=people.cat, now=NOW)
    actions.claim(candidate=Candidate.objects.get(pk=numbers[1]), team=people.platform, by=people.ann, now=NOW)

    report = bulk.claim(numbers=[*numbers, 999_999], team=people.platform, by=people.ann, now=LATER)

    assert report.done == tuple(numbers[2:])
    assert report.sentence == "2 claimed for Platform, 1 no candidates, 1 already claimed by Search, 1 already yours."
    lines = Event.objects.filter(kind="candidate.claimed", at=LATER)
    assert {line.candidate_number for line in lines} == set(numbers[2:])
    assert {line.actor for line in lines} == {"ann@example.org"}
    assert set(Standing.objects.filter(owner_person=people.ann).values_list("pk", flat=True)) == set(numbers[1:])
    assert list(differences(NOW)) == []


def test_what_is_proved_gone_is_left_and_said(gone_candidate: Candidate, people: SimpleNamespace) -> None:
    numbers = [gone_candidate.pk]

    assert bulk.claim(numbers=numbers, team=people.platform, by=people.ann, now=NOW).sentence == (
        "None claimed for Platform, 1 proved gone."
    )
    actions.close(candidate=gone_candidate, note="", by=people.ann, now=NOW)
    assert bulk.release(numbers=numbers, by=people.lea, now=NOW).sentence == "None released, 1 closed."


def test_a_lead_assigns_many_whoever_has_them(people: SimpleNamespace) -> None:
    numbers = many(3)
    bulk.claim(numbers=numbers[:2], team=people.search, by=people.cat, now=NOW)

    report = bulk.assign(numbers=numbers, team=people.platform, person=people.ben, by=people.lea, now=LATER)

    assert report.sentence == "3 assigned to Ben (Platform)."
    assert Claim.objects.filter(person=people.ben, ended_at=None).count() == 3
    assert Claim.objects.filter(person=people.cat, ended_at=LATER, ended_by=people.lea).count() == 2


def test_who_may_do_it_to_none_hears_so_before_anything_is_written(people: SimpleNamespace) -> None:
    numbers = many(1)

    with pytest.raises(actions.NotPermitted, match="not a member of Search"):
        bulk.claim(numbers=numbers, team=people.search, by=people.ann, now=NOW)
    with pytest.raises(actions.NotPermitted, match="Only a lead"):
        bulk.assign(numbers=numbers, team=people.platform, person=people.ben, by=people.ann, now=NOW)
    with pytest.raises(actions.Refused, match="Cat is not a member of Platform"):
        bulk.assign(numbers=numbers, team=people.platform, person=people.cat, by=people.lea, now=NOW)
    with pytest.raises(actions.NotPermitted):
        bulk.release(numbers=numbers, by=people.vic, now=NOW)

    assert not Claim.objects.exists()


def test_a_team_that_was_taken_out_claims_none(people: SimpleNamespace) -> None:
    report = bulk.claim(numbers=many(2), team=make_team("former", in_config=False), by=people.lea, now=NOW)

    assert report.sentence == "None claimed for Former, 2 not for Former: it is no longer a team."


def test_releasing_many_leaves_what_is_somebody_elses(people: SimpleNamespace) -> None:
    numbers = many(4)
    bulk.claim(numbers=numbers[:1], team=people.platform, by=people.ann, now=NOW)
    bulk.claim(numbers=numbers[1:2], team=people.platform, by=people.ben, now=NOW)
    bulk.claim(numbers=numbers[2:3], team=people.search, by=people.cat, now=NOW)

    report = bulk.release(numbers=numbers, by=people.ann, now=LATER)

    assert report.done == tuple(numbers[:2])
    assert report.sentence == ("2 released, 1 claimed by Search, so not yours to change, 1 claimed by nobody.")


def test_undoing_a_claim_of_many_takes_back_just_what_still_stands(people: SimpleNamespace) -> None:
    numbers = many(4)
    bulk.claim(numbers=numbers[:1], team=people.platform, by=people.ann, now=NOW)
    bulk.claim(numbers=numbers, team=people.platform, by=people.ann, now=LATER)
    bulk.assign(numbers=numbers[3:], team=people.search, person=people.cat, by=people.lea, now=LATER)

    report = bulk.undo_claim(claimed_at=LATER, by=people.ann, now=LATER + timedelta(minutes=1))

    assert report.done == tuple(numbers[1:3])
    assert report.sentence == "2 released."


def test_candidates_that_share_a_role_with_the_claimed_are_judged_too(people: SimpleNamespace) -> None:
    one, other = assessed(make_candidate()), assessed(make_candidate())
    role = make_iam_role()
    make_replacement(one, role)
    make_replacement(other, role)

    bulk.claim(numbers=[one.pk], team=people.platform, by=people.ann, now=NOW)

    assert list(differences(NOW)) == []


def test_the_queries_do_not_grow_with_the_candidates(
    people: SimpleNamespace, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    few, more = many(2), many(60)

    with django_assert_max_num_queries(45):
        bulk.claim(numbers=few, team=people.platform, by=people.ann, now=NOW)
    with django_assert_max_num_queries(45):
        bulk.claim(numbers=more, team=people.platform, by=people.ann, now=NOW)

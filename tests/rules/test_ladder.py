from dataclasses import replace
from datetime import timedelta

import pytest

from iamdash.rules.assess import assess
from iamdash.rules.evidence import Assessment, Holds
from iamdash.rules.facts import CandidateFacts, Thresholds
from iamdash.rules.route import Route
from iamdash.rules.stage import Stage
from tests.rules.facts_builder import (
    NOW,
    a_candidate,
    a_claim,
    a_claimed_candidate,
    a_key,
    a_replacement,
    ago,
    holds,
    step,
    words,
)

INACTIVE = a_key(status="Inactive", status_changed_at=ago(days=5))


def judged(facts: CandidateFacts) -> Assessment:
    return assess(facts, thresholds=Thresholds(), now=NOW)


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        (a_candidate(), Stage.IDENTIFIED),
        (a_candidate(claim=a_claim()), Stage.CLAIMED),
        (a_claimed_candidate(replacements=()), Stage.CLAIMED),
        (a_claimed_candidate(access_keys=(a_key(last_used_at=ago(hours=3)),)), Stage.ROLE_READY),
        (a_claimed_candidate(), Stage.SWITCHED_OVER),
        (a_claimed_candidate(access_keys=(INACTIVE,)), Stage.DEACTIVATED),
        (a_claimed_candidate(gone_at=ago(hours=2), gone_confirmed_at=ago(hours=1)), Stage.DELETED),
    ],
)
def test_a_stage_is_the_last_step_of_the_unbroken_run(facts: CandidateFacts, stage: Stage) -> None:
    assert judged(facts).stage is stage


def test_a_role_without_a_claim_does_not_count() -> None:
    answer = judged(a_claimed_candidate(claim=None))

    assert answer.stage is Stage.IDENTIFIED
    assert answer.steps[2].holds is Holds.HOLDS


def test_deactivated_stands_where_nothing_before_it_was_recorded() -> None:
    answer = judged(a_candidate(access_keys=(INACTIVE,)))

    assert answer.stage is Stage.DEACTIVATED
    assert [each.holds for each in answer.steps[1:4]] == [Holds.SKIPPED] * 3


def test_deleted_stands_where_the_last_reading_still_had_an_active_key() -> None:
    answer = judged(a_candidate(gone_at=ago(hours=2), gone_confirmed_at=ago(hours=1)))

    assert answer.stage is Stage.DELETED
    assert answer.steps[4].holds is Holds.SKIPPED
    assert not answer.is_open


def test_one_proof_of_absence_is_not_deleted() -> None:
    answer = judged(a_claimed_candidate(gone_at=ago(hours=2)))

    assert answer.stage is Stage.SWITCHED_OVER
    assert answer.steps[5].holds is Holds.UNKNOWN


def test_a_route_without_a_role_needs_neither_step_three_nor_four() -> None:
    facts = a_claimed_candidate(Route.JUST_DELETE)

    answer = judged(facts)

    assert answer.stage is Stage.CLAIMED
    assert [answer.steps[at].holds for at in (2, 3)] == [Holds.NOT_NEEDED] * 2


def test_an_account_that_is_no_longer_read_is_out_of_the_open_counts_and_never_deleted() -> None:
    facts = a_claimed_candidate(account_readable=False, access_keys=(INACTIVE,))
    answer = judged(replace(facts, exception_until=NOW + timedelta(days=9)))

    assert (answer.readable, answer.is_open, answer.next_step) == (False, False, None)
    assert answer.exception_until is None, "no exception keeps it out of the counts"
    assert answer.stage is Stage.DEACTIVATED
    assert answer.stuck_from is None


def test_no_keys_left_counts_as_deactivated_since_the_last_one_ended() -> None:
    found = step(a_candidate(access_keys=(), gone_keys_ended_at=ago(days=9)), Stage.DEACTIVATED)

    assert (found.holds, found.reached_at) == (Holds.HOLDS, ago(days=9))
    assert words(found) == "No access key is left."


@pytest.mark.parametrize("status", ["Expired", "Frozen"])
def test_an_unfamiliar_status_is_unknown(status: str) -> None:
    assert holds(a_candidate(access_keys=(a_key(status=status),)), Stage.DEACTIVATED) is Holds.UNKNOWN


def test_one_key_inactive_while_the_other_is_active_is_not_deactivated() -> None:
    facts = a_candidate(access_keys=(INACTIVE, a_key("AKIA0000000000ANOTHER")))

    found = step(facts, Stage.DEACTIVATED)

    assert found.holds is Holds.FAILS
    assert words(found) == "Access key AKIA0000000000ANOTHER is Active."


def test_a_failed_try_leaves_the_last_reading_of_the_keys_standing_and_says_so() -> None:
    facts = a_candidate(access_keys=(INACTIVE,), keys_unread_reason="AccessDenied on iam:ListAccessKeys")

    found = step(facts, Stage.DEACTIVATED)

    assert found.holds is Holds.HOLDS
    assert "AccessDenied on iam:ListAccessKeys" in found.evidence[0].cannot_see


def test_keys_that_were_never_read_make_deactivated_unknown_and_say_why() -> None:
    facts = a_candidate(access_keys=(), keys_as_of=None, keys_unread_reason="AccessDenied on iam:ListAccessKeys")

    found = step(facts, Stage.DEACTIVATED)

    assert found.holds is Holds.UNKNOWN
    assert "AccessDenied on iam:ListAccessKeys" in words(found)


def test_a_newer_report_with_an_active_key_takes_deactivated_away() -> None:
    facts = a_candidate(access_keys=(INACTIVE,), report_slots=((ago(days=200), True),))

    older, newer = replace(facts, report_as_of=ago(hours=2)), replace(facts, report_as_of=ago(hours=0.5))

    assert holds(older, Stage.DEACTIVATED) is Holds.HOLDS
    assert holds(newer, Stage.DEACTIVATED) is Holds.UNKNOWN


def test_the_report_alone_never_grants_deactivated() -> None:
    facts = a_candidate(access_keys=(), keys_as_of=None, report_slots=((ago(days=200), False),))

    assert holds(facts, Stage.DEACTIVATED) is Holds.UNKNOWN


def test_a_stage_lasts_since_the_newest_step_up_to_it_came_to_hold() -> None:
    assert judged(a_candidate(claim=a_claim())).stage_since == ago(days=50)
    assert judged(a_claimed_candidate(access_keys=(a_key(last_used_at=ago(hours=3)),))).stage_since == ago(days=30)
    assert judged(a_candidate(access_keys=(INACTIVE,))).stage_since == ago(days=5)


def test_it_is_stuck_when_it_has_been_too_long_in_one_stage() -> None:
    assert judged(a_candidate(claim=a_claim())).stuck_from == ago(days=50 - 21)


def test_two_roles_must_both_be_ready() -> None:
    other = a_replacement(replace(a_replacement().iam_role, role_name="second", has_policy=False))

    facts = a_claimed_candidate(replacements=(a_replacement(), other))

    assert judged(facts).stage is Stage.CLAIMED
    assert "Role second: it has no policy" in words(step(facts, Stage.ROLE_READY))

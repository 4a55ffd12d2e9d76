from datetime import UTC, timedelta
from typing import Any

import pytest

from iamdash.rules.evidence import Judgement, Verdict
from iamdash.rules.facts import CandidateFacts
from iamdash.rules.route import Route
from iamdash.rules.verdicts.safe_to_deactivate import safe_to_deactivate
from tests.rules.facts_builder import NOW, a_candidate, a_claimed_candidate, a_key, a_replacement, a_role, ago

LAG = timedelta(hours=4, minutes=15)
SPAN = timedelta(minutes=15)


def judged(facts: CandidateFacts) -> Judgement:
    return safe_to_deactivate(facts, now=NOW)


def said(judgement: Judgement) -> str:
    return " ".join(each.sentence.render(now=NOW, zone=UTC) for each in judgement.requirements)


def with_key(**changes: Any) -> CandidateFacts:
    return a_claimed_candidate(Route.JUST_DELETE, access_keys=(a_key(**changes),))


def test_a_key_silent_for_long_enough_by_a_reading_of_today_is_safe() -> None:
    found = judged(a_claimed_candidate())

    assert found.answer is Verdict.YES
    assert found.earliest is None


def test_silence_ends_where_aws_may_be_late_and_begins_after_the_span_of_the_last_use() -> None:
    enough = timedelta(days=16) + LAG + SPAN
    read_at = ago(hours=1)

    assert judged(with_key(last_used_at=read_at - enough, uses=())).answer is Verdict.YES
    late = judged(with_key(last_used_at=read_at - enough + timedelta(minutes=1), uses=()))
    assert late.answer is Verdict.UNKNOWN, "the time has passed, and no reading shows it"
    assert late.wants_reading


def test_before_that_it_says_from_when_on_at_the_earliest() -> None:
    found = judged(with_key(last_used_at=ago(days=10), uses=()))

    assert found.answer is Verdict.NOT_YET
    assert found.earliest == ago(days=10) + SPAN + timedelta(days=16) + LAG
    assert not found.wants_reading


def test_a_history_too_short_to_know_waits_for_a_year_where_nobody_has_said_how_often() -> None:
    found = judged(a_candidate())

    assert found.answer is Verdict.NOT_YET
    assert found.earliest == ago(days=100) + SPAN + timedelta(days=395) + LAG
    assert "too short or too uneven to show a rhythm" in said(found)


def test_one_reading_of_a_use_400_days_ago_is_enough() -> None:
    old = a_key(created_at=ago(days=900), last_used_at=ago(days=400), uses=())

    assert judged(a_candidate(access_keys=(old,))).answer is Verdict.YES


def test_a_key_without_recorded_use_is_silent_since_its_creation() -> None:
    never = a_key(created_at=ago(days=400), last_used_at=None, uses=())

    assert judged(a_candidate(access_keys=(never,))).answer is Verdict.YES
    assert "AWS recorded no use of it" in said(judged(a_candidate(access_keys=(never,))))


def test_a_key_whose_last_use_was_never_read_is_unknown_and_not_unused() -> None:
    unread = a_key(created_at=ago(days=400), last_used_at=None, last_used_as_of=None, last_used_source="", uses=())
    found = judged(a_candidate(access_keys=(unread,)))

    assert found.answer is Verdict.UNKNOWN
    assert "has not been read" in said(found)


@pytest.mark.parametrize(
    "changes",
    [
        {"access_keys": (a_key(last_used_source="report"),)},
        {"access_keys": (a_key(last_used_as_of=ago(hours=24)),)},
        {"keys_as_of": ago(hours=24)},
        {"keys_as_of": None},
        {"keys_unread_reason": "AccessDenied"},
        {"access_keys": (a_key(), a_key("AKIA00000000EXPIRED1", status="Expired"))},
        {"account_readable": False},
        {"gone_at": ago(hours=1)},
    ],
)
def test_what_was_not_read_directly_within_a_day_is_unknown(changes: dict[str, Any]) -> None:
    assert judged(a_claimed_candidate(Route.JUST_DELETE, **changes)).answer is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("changes", "wants_reading"),
    [
        ({"access_keys": (a_key(last_used_source="report"),)}, True),
        ({"keys_as_of": ago(hours=30), "access_keys": (a_key(last_used_as_of=ago(hours=30)),)}, True),
        ({"keys_unread_reason": "AccessDenied"}, False),
        (
            {
                "access_keys": (
                    a_key(last_used_source="report"),
                    a_key("AKIA0000000000BUSIER1", last_used_at=ago(days=1)),
                )
            },
            False,
        ),
        ({}, False),
    ],
)
def test_a_reading_is_wanted_where_nothing_else_stands_between_it_and_a_yes(
    changes: dict[str, Any], wants_reading: bool
) -> None:
    assert judged(a_claimed_candidate(Route.JUST_DELETE, **changes)).wants_reading is wants_reading


def test_every_active_key_has_to_be_quiet() -> None:
    keys = (a_key(), a_key("AKIA0000000000BUSIER1", last_used_at=ago(days=1)))

    assert judged(a_claimed_candidate(access_keys=keys)).answer is Verdict.NOT_YET


def test_an_inactive_key_is_asked_for_nothing() -> None:
    keys = (a_key(), a_key("AKIA00000000INACTIVE", status="Inactive", last_used_at=ago(days=1)))

    assert judged(a_claimed_candidate(access_keys=keys)).answer is Verdict.YES


def test_a_role_that_nobody_used_stands_in_the_way() -> None:
    unused = a_replacement(a_role(last_used_at=None, first_used_at=None, uses=()))

    assert judged(a_claimed_candidate(replacements=(unused,))).answer is Verdict.NOT_YET


def test_a_role_whose_use_proves_nothing_is_listed_and_the_whole_wait_is_asked_anyway() -> None:
    found = judged(a_claimed_candidate(replacements=(a_replacement(shared_with=2),)))

    assert found.answer is Verdict.YES
    assert "other candidates share it" in said(found)


def test_what_nobody_can_see_is_said_and_blocks_nothing() -> None:
    found = judged(a_claimed_candidate())

    assert [each.answer for each in found.requirements].count(Verdict.CANNOT_SEE) == 1
    assert "less than once a year" in said(found)

"""What holds for any facts whatever: the promises of the rules, tried on what hypothesis can think of."""

import os
import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from iamdash.rules.assess import assess
from iamdash.rules.evidence import Assessment, Holds, Verdict
from iamdash.rules.facts import CandidateFacts, KeyFacts, RoleFacts, Thresholds
from iamdash.rules.sentence import Sentence
from iamdash.rules.stage import Stage
from iamdash.rules.steps.reason import changes_at, reason_for
from tests.rules.facts_builder import ACCOUNT_ID, NOW
from tests.rules.strategies import CANDIDATES, MOMENTS, THRESHOLDS

# `make soak` asks for more.
many = settings(max_examples=int(os.environ.get("IAMDASH_TEST_EXAMPLES", "60")), deadline=None)


@many
@given(CANDIDATES, THRESHOLDS, MOMENTS)
def test_assess_answers_any_facts_and_always_the_same(facts: CandidateFacts, limits: Thresholds, now: datetime) -> None:
    answer = assess(facts, thresholds=limits, now=now)

    assert answer == assess(facts, thresholds=limits, now=now)
    assert [each.stage for each in answer.steps] == list(Stage)
    assert all(each.evidence for each in answer.steps)
    for sentence in sentences_of(answer):
        sentence.render(now=now, zone=UTC)


@many
@given(CANDIDATES, THRESHOLDS)
def test_nothing_but_both_proofs_ever_yields_deleted(facts: CandidateFacts, limits: Thresholds) -> None:
    answer = assess(facts, thresholds=limits, now=NOW)

    proved = bool(facts.gone_at and facts.gone_confirmed_at and facts.gone_at < facts.gone_confirmed_at)
    assert (answer.stage is Stage.DELETED) == proved


@many
@given(CANDIDATES)
def test_deactivated_never_holds_without_a_direct_reading(facts: CandidateFacts) -> None:
    unread = replace(facts, keys_as_of=None)

    answer = assess(unread, thresholds=Thresholds(), now=NOW)

    assert answer.steps[Stage.DEACTIVATED - 1].holds is not Holds.HOLDS


@many
@given(CANDIDATES)
def test_deactivated_never_holds_while_a_key_is_not_inactive(facts: CandidateFacts) -> None:
    answer = assess(facts, thresholds=Thresholds(), now=NOW)

    if any(key.status != "Inactive" for key in facts.access_keys):
        assert answer.steps[Stage.DEACTIVATED - 1].holds is not Holds.HOLDS


@many
@given(CANDIDATES, st.data())
def test_an_unread_part_never_moves_a_stage_forward(facts: CandidateFacts, data: st.DataObject) -> None:
    unread = data.draw(st.sampled_from(UNREAD))(facts)

    before = assess(facts, thresholds=Thresholds(), now=NOW)
    after = assess(unread, thresholds=Thresholds(), now=NOW)

    assert after.stage <= before.stage


@many
@given(CANDIDATES, THRESHOLDS, MOMENTS, st.floats(0, 1, exclude_max=True))
def test_until_recheck_at_the_answer_stays_the_same(
    facts: CandidateFacts, limits: Thresholds, now: datetime, share: float
) -> None:
    answer = assess(facts, thresholds=limits, now=now)
    end = answer.recheck_at or now + timedelta(days=40_000)

    later = before_it_ends(now, end, share)

    assert end > now
    assert assess(facts, thresholds=limits, now=later) == answer


@many
@given(CANDIDATES, THRESHOLDS, MOMENTS, st.floats(0, 1, exclude_max=True))
def test_no_iam_user_becomes_a_candidate_before_it_was_said_to(
    facts: CandidateFacts, limits: Thresholds, now: datetime, share: float
) -> None:
    inventory = replace(facts, opened_at=None)
    end = changes_at(inventory, thresholds=limits, now=now) or now + timedelta(days=40_000)

    later = before_it_ends(now, end, share)

    assert reason_for(inventory, thresholds=limits, now=later) == reason_for(inventory, thresholds=limits, now=now)


@many
@given(CANDIDATES, THRESHOLDS)
def test_no_verdict_is_yes_while_anything_is_open_or_unknown(facts: CandidateFacts, limits: Thresholds) -> None:
    answer = assess(facts, thresholds=limits, now=NOW)

    for judgement in (answer.safe_to_deactivate, answer.safe_to_delete):
        met = all(each.answer in {Verdict.YES, Verdict.CANNOT_SEE} for each in judgement.requirements)
        assert (judgement.answer is Verdict.YES) == met
        assert judgement.earliest is None or judgement.earliest > NOW


@many
@given(CANDIDATES, THRESHOLDS)
def test_no_key_is_safe_to_touch_without_direct_readings_of_the_last_day(
    facts: CandidateFacts, limits: Thresholds
) -> None:
    present = replace(facts, gone_at=None, gone_confirmed_at=None)
    too_old = replace(present, keys_as_of=NOW - timedelta(days=1))
    by_report = tuple(replace(key, last_used_source="report") for key in present.access_keys)

    for unread in (too_old, without_key_readings(present), replace(present, access_keys=by_report)):
        answer = assess(unread, thresholds=limits, now=NOW)
        if unread.access_keys and any(key.status == "Active" for key in unread.access_keys):
            assert answer.safe_to_deactivate.answer is not Verdict.YES
        if unread.access_keys or unread is too_old:
            assert answer.safe_to_delete.answer is not Verdict.YES


@many
@given(CANDIDATES, THRESHOLDS, MOMENTS)
def test_a_later_use_never_makes_a_key_safer(facts: CandidateFacts, limits: Thresholds, used_at: datetime) -> None:
    later = tuple(
        replace(key, last_used_at=max(used_at, key.last_used_at or used_at), last_used_source="report")
        for key in facts.access_keys
    )

    before = assess(facts, thresholds=limits, now=NOW).safe_to_deactivate
    after = assess(replace(facts, access_keys=later), thresholds=limits, now=NOW).safe_to_deactivate

    assert before.answer is Verdict.YES or after.answer is not Verdict.YES


@many
@given(CANDIDATES, THRESHOLDS)
def test_a_command_touches_one_key_of_one_user_in_one_account(facts: CandidateFacts, limits: Thresholds) -> None:
    step = assess(facts, thresholds=limits, now=NOW).next_step

    for command in step.commands if step else ():
        for text in filter(None, (command.text, command.undo)):
            words = shlex.split(text)
            assert text.startswith('if test "$(aws sts get-caller-identity ')
            assert f'" = {ACCOUNT_ID} &&' in text
            assert f'" = {facts.unique_id}' in text
            assert text.count("aws iam ") == text.count("--user-name")
            assert set(values_of("--user-name", text)) == {facts.user_name}
            assert len({word for word in words if word.startswith("AKIA")}) == (0 if "delete-user" in text else 1)


def values_of(option: str, text: str) -> list[str]:
    """Return the values of an option in every simple command of a shell text, as a shell would read them."""
    words = [word for part in text.replace("$(", "\n").replace(')"', "\n").splitlines() for word in split(part)]
    after = [words[at + 1] for at, word in enumerate(words) if word == option]
    return after + [word.partition("=")[2] for word in words if word.startswith(f"{option}=")]


def split(part: str) -> list[str]:
    try:
        return shlex.split(part)
    except ValueError:  # the quotes around a $(…) that was cut off
        return shlex.split(part.replace('"', ""))


def sentences_of(answer: Assessment) -> list[Sentence]:
    found = [answer.reason, *(each.sentence for step in answer.steps for each in step.evidence)]
    found += [each.sentence for each in answer.safe_to_deactivate.requirements + answer.safe_to_delete.requirements]
    return found + list(answer.next_step.sentences if answer.next_step else ())


def without_key_readings(facts: CandidateFacts) -> CandidateFacts:
    return replace(facts, keys_as_of=None)


def without_last_use(facts: CandidateFacts) -> CandidateFacts:
    def unread(key: KeyFacts) -> KeyFacts:
        return replace(key, last_used_as_of=None, last_used_at=None, last_used_source="")

    return replace(facts, access_keys=tuple(unread(key) for key in facts.access_keys))


def with_roles(facts: CandidateFacts, **changes: Any) -> CandidateFacts:
    def unread(iam_role: RoleFacts) -> RoleFacts:
        return replace(iam_role, **changes)

    links = tuple(replace(each, iam_role=unread(each.iam_role)) for each in facts.replacements)
    return replace(facts, replacements=links)


UNREAD = [
    without_key_readings,
    without_last_use,
    lambda facts: replace(facts, keys_unread_reason="AccessDenied"),
    lambda facts: replace(facts, account_readable=False),
    lambda facts: with_roles(facts, as_of=None),
    lambda facts: with_roles(facts, trust_policy=None),
    lambda facts: with_roles(facts, associations=(), associations_as_of=None),
]


def before_it_ends(now: datetime, end: datetime, share: float) -> datetime:
    """Return a moment from `now` on; a share just below 1 would be rounded up to the end itself."""
    return min(now + (end - now) * share, end - timedelta(microseconds=1))

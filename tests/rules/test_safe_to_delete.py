from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest

from iamdash.rules.evidence import Judgement, Verdict
from iamdash.rules.facts import CandidateFacts, CredentialFacts, CredentialKind
from iamdash.rules.verdicts.safe_to_delete import safe_to_delete
from tests.rules.facts_builder import NOW, a_claimed_candidate, a_key, ago, read_by_a_check

SOAKED = a_key(status="Inactive", status_changed_at=ago(days=20))
SSH_KEY = CredentialFacts(CredentialKind.SSH_PUBLIC_KEY, "APKAEXAMPLE", "Active", ago(days=300))
PASSWORD = CredentialFacts(CredentialKind.LOGIN_PROFILE, "", "", ago(days=300))


def soaked(**changes: Any) -> CandidateFacts:
    return a_claimed_candidate(**{"access_keys": (SOAKED,), **read_by_a_check(), **changes})


def judged(facts: CandidateFacts) -> Judgement:
    return safe_to_delete(facts, now=NOW)


def said(judgement: Judgement) -> str:
    return " ".join(each.sentence.render(now=NOW, zone=UTC) for each in judgement.requirements)


def test_a_key_soaked_and_nothing_else_to_sign_in_with_is_safe() -> None:
    assert judged(soaked()).answer is Verdict.YES


def test_an_active_key_stands_in_the_way_without_a_date() -> None:
    found = judged(soaked(access_keys=(SOAKED, a_key("AKIA00000000ACTIVE01"))))

    assert found.answer is Verdict.NOT_YET
    assert found.earliest is None


def test_the_soak_lasts_and_says_until_when() -> None:
    found = judged(soaked(access_keys=(replace(SOAKED, status_changed_at=ago(days=5)),)))

    assert found.answer is Verdict.NOT_YET
    assert found.earliest == ago(days=5) + timedelta(days=14)


def test_a_key_deactivated_before_that_was_safe_waits_for_as_long_as_it_should_have_been_silent() -> None:
    early = replace(SOAKED, last_used_at=ago(days=21), uses=())
    found = judged(soaked(access_keys=(early,)))

    assert found.answer is Verdict.YES, "16 days of a weekly key have passed"
    longer = judged(soaked(access_keys=(early,), cadence=None))
    assert longer.earliest == ago(days=20) + timedelta(days=395)
    assert "deactivated before that was safe" in said(longer)


def test_a_use_after_the_key_was_deactivated_starts_the_soak_again() -> None:
    used = replace(SOAKED, last_used_at=ago(days=10), uses=())

    found = judged(soaked(access_keys=(used,)))

    assert found.earliest == ago(days=10) + timedelta(minutes=15) + timedelta(days=16)


def test_a_deleted_key_is_missed_for_as_long_as_the_soak_lasts() -> None:
    assert judged(soaked(access_keys=(), gone_keys_ended_at=ago(days=5))).answer is Verdict.NOT_YET
    assert judged(soaked(access_keys=(), gone_keys_ended_at=ago(days=15))).answer is Verdict.YES


@pytest.mark.parametrize(
    "changes",
    [
        {"access_keys": (replace(SOAKED, last_used_source="report"),)},
        {"access_keys": (replace(SOAKED, last_used_as_of=ago(days=2)),)},
        {"keys_as_of": ago(days=2)},
        {"other_credentials_read": {}},
        {"other_credentials_read": dict.fromkeys(CredentialKind, ago(hours=24))},
    ],
)
def test_what_was_not_read_directly_within_a_day_is_unknown(changes: dict[str, Any]) -> None:
    assert judged(soaked(**changes)).answer is Verdict.UNKNOWN


def test_the_end_of_a_soak_has_to_be_seen() -> None:
    read = replace(SOAKED, status_changed_at=ago(days=14, hours=1), last_used_as_of=ago(hours=2))

    assert judged(soaked(access_keys=(read,))).answer is Verdict.UNKNOWN, "by a reading from before its end"
    assert judged(soaked(access_keys=(replace(read, last_used_as_of=ago(hours=1)),))).answer is Verdict.YES


def test_a_report_may_show_a_password_and_never_that_there_is_none() -> None:
    assert judged(soaked(password_enabled=True)).answer is Verdict.NOT_YET
    assert judged(soaked(password_enabled=False, other_credentials_read={})).answer is Verdict.UNKNOWN


@pytest.mark.parametrize("held", [SSH_KEY, replace(SSH_KEY, status="Expired"), PASSWORD])
def test_whatever_else_signs_in_stands_in_the_way(held: CredentialFacts) -> None:
    assert judged(soaked(other_credentials=(held,))).answer is Verdict.NOT_YET


def test_another_credential_is_soaked_too_as_nobody_can_say_when_it_was_used() -> None:
    fresh = replace(SSH_KEY, status="Inactive", status_since=ago(days=3))
    old = replace(fresh, status_since=ago(days=15))

    assert judged(soaked(other_credentials=(fresh,))).earliest == ago(days=3) + timedelta(days=14)
    assert judged(soaked(other_credentials=(old,))).answer is Verdict.YES
    assert judged(soaked(other_credentials=(fresh, old))).answer is Verdict.NOT_YET, "the last one counts"


def test_policies_groups_and_mfa_devices_are_no_reason_to_wait() -> None:
    device = CredentialFacts(CredentialKind.MFA_DEVICE, "arn:aws:iam::111122223333:mfa/x", "", ago(days=300))

    assert judged(soaked(groups=("writers",), other_credentials=(device,))).answer is Verdict.YES

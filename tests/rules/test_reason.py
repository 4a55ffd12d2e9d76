from dataclasses import replace
from datetime import UTC, timedelta

from iamdash.rules.facts import CandidateFacts, Thresholds
from iamdash.rules.steps.reason import changes_at, reason_for
from tests.rules.facts_builder import NOW, a_candidate, a_key, ago

YOUNG = a_key("AKIA000000000000YOUNG", created_at=ago(days=89), last_used_at=ago(days=1))
UNUSED = a_key("AKIA00000000000UNUSED", created_at=ago(days=8), last_used_at=None)


def reason(facts: CandidateFacts, **limits: int) -> str | None:
    found = reason_for(facts, thresholds=Thresholds(**limits), now=NOW)
    return found.render(now=NOW, zone=UTC) if found else None


def an_iam_user(*keys: object) -> CandidateFacts:
    return a_candidate(opened_at=None, access_keys=keys)


def test_a_key_older_than_the_limit_is_a_reason_with_value_and_limit() -> None:
    assert reason(an_iam_user(a_key())) == "Access key AKIA0000000000EXAMPLE is 200 days old; the limit is 90 days."


def test_an_inactive_old_key_is_a_reason_too() -> None:
    assert reason(an_iam_user(a_key(status="Inactive"))) is not None


def test_a_younger_key_in_use_is_no_reason_until_it_reaches_the_limit() -> None:
    facts = an_iam_user(YOUNG)

    assert reason(facts) is None
    assert changes_at(facts, thresholds=Thresholds(), now=NOW) == NOW + timedelta(days=1)
    assert reason_for(facts, thresholds=Thresholds(), now=NOW + timedelta(days=1)) is not None


def test_an_active_key_without_recorded_use_is_a_reason_after_the_grace_period() -> None:
    said = "Access key AKIA00000000000UNUSED is active and AWS recorded no use of it in 8 days; the limit is 7 days."

    assert reason(an_iam_user(UNUSED)) == said
    assert reason(an_iam_user(UNUSED), grace_days=9) is None
    assert reason(an_iam_user(replace(UNUSED, status="Inactive"))) is None


def test_a_key_whose_last_use_is_unread_is_not_called_unused() -> None:
    assert reason(an_iam_user(replace(UNUSED, last_used_as_of=None))) is None


def test_with_a_limit_of_nought_every_key_is_long_lived() -> None:
    assert reason(an_iam_user(a_key(created_at=NOW)), long_lived_days=0) is not None


def test_an_iam_user_without_a_key_is_inventory() -> None:
    assert reason(an_iam_user()) is None


def test_the_report_gives_the_reason_before_key_ids_are_known() -> None:
    facts = replace(an_iam_user(), keys_as_of=None, report_slots=((ago(days=120), True),))

    assert reason(facts) == "An access key is 120 days old; the limit is 90 days."


def test_once_a_candidate_always_a_candidate() -> None:
    rotated, keyless = a_candidate(access_keys=(YOUNG,)), a_candidate(access_keys=())

    assert reason(rotated) == "A candidate since 2 Apr 2026; no access key meets the limit of 90 days today."
    assert reason(keyless) == "A candidate since 2 Apr 2026; no access key is left."


def test_an_iam_user_created_again_under_the_name_of_a_candidate_is_one_as_soon_as_it_has_a_key() -> None:
    facts = replace(an_iam_user(YOUNG), recreates_candidate=12)

    assert reason(facts) == "It has an access key and was created under the name of candidate 12."
    assert reason(replace(facts, access_keys=())) is None


def test_what_is_gone_or_no_longer_read_is_not_opened() -> None:
    assert reason(replace(an_iam_user(a_key()), gone_at=ago(hours=1))) is None
    assert reason(replace(an_iam_user(a_key()), account_readable=False)) is None

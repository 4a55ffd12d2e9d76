from typing import Any

from iamdash.rules.evidence import Holds
from iamdash.rules.facts import CandidateFacts, Use
from iamdash.rules.policies.arns import ways_to_name
from iamdash.rules.route import Route
from iamdash.rules.routes.accounts import may_assume
from iamdash.rules.stage import Stage
from tests.rules.facts_builder import (
    ACCOUNT_ID,
    POD_TRUST,
    USER_ARN,
    a_claimed_candidate,
    a_key,
    a_replacement,
    a_role,
    ago,
    holds,
    step,
    words,
)


def with_role(**changes: Any) -> CandidateFacts:
    """A candidate of which nobody has said how often it is used: its keys have not been silent for long enough."""
    return a_claimed_candidate(replacements=(a_replacement(a_role(**changes)),), cadence=None)


def with_key(**changes: Any) -> CandidateFacts:
    return a_claimed_candidate(access_keys=(a_key(**changes),))


def test_a_new_role_in_use_and_silent_keys_are_a_switch_over() -> None:
    found = step(a_claimed_candidate(), Stage.SWITCHED_OVER)

    assert found.holds is Holds.HOLDS
    assert found.reached_at == ago(days=21), "the first use of the role that counts"


def test_a_role_that_nobody_used_fails() -> None:
    found = step(with_role(last_used_at=None, first_used_at=None, uses=()), Stage.SWITCHED_OVER)

    assert found.holds is Holds.FAILS
    assert "AWS recorded no use of role uploader-role" in words(found)


def test_a_key_used_as_late_as_the_role_fails() -> None:
    facts = with_key(last_used_at=ago(hours=2.2), uses=())

    assert holds(facts, Stage.SWITCHED_OVER) is Holds.FAILS


def test_a_key_silent_for_less_than_a_day_fails() -> None:
    assert holds(with_key(last_used_at=ago(hours=24), uses=()), Stage.SWITCHED_OVER) is Holds.FAILS
    assert holds(with_key(last_used_at=ago(hours=26), uses=()), Stage.SWITCHED_OVER) is Holds.HOLDS


def test_a_key_silent_for_less_than_its_longest_gap_fails() -> None:
    weekly = tuple(Use(ago(days=days), ago(days=days), "direct") for days in (17, 10, 3))

    assert holds(with_key(last_used_at=ago(days=3), uses=weekly), Stage.SWITCHED_OVER) is Holds.FAILS


def test_what_only_the_report_says_of_a_key_is_unknown() -> None:
    assert holds(with_key(last_used_source="report"), Stage.SWITCHED_OVER) is Holds.UNKNOWN
    assert holds(with_key(last_used_as_of=None), Stage.SWITCHED_OVER) is Holds.UNKNOWN


def test_a_role_in_use_before_it_was_linked_proves_nothing() -> None:
    found = step(with_role(first_used_at=ago(days=35)), Stage.SWITCHED_OVER)

    assert found.holds is Holds.UNKNOWN
    assert "in use before it was linked" in words(found)


def test_a_shared_role_proves_nothing() -> None:
    facts = a_claimed_candidate(replacements=(a_replacement(shared_with=1),), cadence=None)

    found = step(facts, Stage.SWITCHED_OVER)

    assert found.holds is Holds.UNKNOWN
    assert "other candidates share it" in words(found)


def test_the_full_waiting_time_makes_up_for_a_role_whose_use_proves_nothing() -> None:
    facts = a_claimed_candidate(replacements=(a_replacement(shared_with=1),))

    found = step(facts, Stage.SWITCHED_OVER)

    assert found.holds is Holds.HOLDS
    assert "other candidates share it. But every access key has been silent for the full waiting time." in words(found)


def test_keys_that_were_not_listed_make_up_for_nothing() -> None:
    facts = a_claimed_candidate(replacements=(a_replacement(shared_with=1),), keys_as_of=None)

    assert "full waiting time" not in words(step(facts, Stage.SWITCHED_OVER))


def test_whether_the_user_may_assume_a_role_is_yes_where_nobody_can_tell() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": USER_ARN}, "Action": "sts:AssumeRole"}
    of_an_organisation = statement | {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}

    assert may_assume(a_claimed_candidate(), a_role(trust_policy=None))
    assert may_assume(a_claimed_candidate(), a_role(trust_policy={"Statement": of_an_organisation}))
    assert not may_assume(a_claimed_candidate(), a_role())


def test_a_role_that_the_user_may_assume_has_to_be_used_after_the_longest_session_of_its_key() -> None:
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": USER_ARN}, "Action": "sts:AssumeRole"}}
    own = a_role(trust_policy=trust, last_used_at=ago(days=99, hours=13), uses=(ago(days=99, hours=13),))
    facts = a_claimed_candidate(Route.OWN_ACCOUNT, replacements=(a_replacement(own),))

    assert "no earlier than the roles were" in words(step(facts, Stage.SWITCHED_OVER))


def test_a_role_that_the_user_itself_may_assume_proves_nothing() -> None:
    for principal in (USER_ARN, f"arn:aws:iam::{ACCOUNT_ID}:root", "*"):
        itself = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
        found = step(with_role(trust_policy={"Statement": [POD_TRUST["Statement"], itself]}), Stage.SWITCHED_OVER)

        assert found.holds is Holds.UNKNOWN, principal
        assert "may assume it itself" in words(found)


def test_an_account_is_named_by_its_root_in_every_partition() -> None:
    arn = f"arn:aws-us-gov:iam::{ACCOUNT_ID}:user/uploader"

    assert f"arn:aws-us-gov:iam::{ACCOUNT_ID}:root" in ways_to_name(arn, ACCOUNT_ID)


def test_a_role_that_is_not_ready_cannot_have_taken_over() -> None:
    facts = with_role(has_policy=False)

    assert holds(facts, Stage.SWITCHED_OVER) is Holds.FAILS

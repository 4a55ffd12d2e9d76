"""Risk: what the keys may do and four other factors, each named, and nothing that nobody has read is ever low."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from iamdash.rules.facts import CandidateFacts, PolicyFacts
from iamdash.rules.policies.reach import Reach, reach_of
from iamdash.rules.risk import LEVELS, Risk, changes_at, risk_of
from tests.rules.facts_builder import ACCOUNT_ID, NOW, a_candidate, a_claim, a_key, ago
from tests.rules.strategies import CANDIDATES, MOMENTS
from tests.rules.test_properties import many

ADMINISTRATOR = PolicyFacts("AdministratorAccess", "arn:aws:iam::aws:policy/AdministratorAccess")
OTHER = PolicyFacts("uploads", f"arn:aws:iam::{ACCOUNT_ID}:policy/uploads")


def calm(**changes: Any) -> CandidateFacts:
    """A claimed candidate with a young, silent key and no policy: none of the factors holds."""
    return a_candidate(**{"claim": a_claim()} | changes)


def inline(**statement: Any) -> PolicyFacts:
    return PolicyFacts("own", document={"Statement": {"Effect": "Allow", "Resource": "*"} | statement})


def level(facts: CandidateFacts) -> Risk:
    return risk_of(facts, now=NOW).level


def factors(facts: CandidateFacts) -> str:
    return " ".join(each.render(now=NOW, zone=UTC) for each in risk_of(facts, now=NOW).factors)


@pytest.mark.parametrize(
    ("policy", "reach"),
    [
        (ADMINISTRATOR, Reach.ANYTHING),
        (PolicyFacts("IAMFullAccess", "arn:aws:iam::aws:policy/IAMFullAccess"), Reach.ANYTHING),
        (PolicyFacts("AdministratorAccess", f"arn:aws:iam::{ACCOUNT_ID}:policy/AdministratorAccess"), Reach.NOT_TOLD),
        (PolicyFacts("PowerUserAccess", "arn:aws:iam::aws:policy/PowerUserAccess"), Reach.WHOLE_SERVICES),
        (PolicyFacts("AmazonS3FullAccess", "arn:aws:iam::aws:policy/AmazonS3FullAccess"), Reach.WHOLE_SERVICES),
        (PolicyFacts("AmazonS3ReadOnlyAccess", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"), Reach.LIMITED),
        (PolicyFacts("SecurityAudit", "arn:aws-cn:iam::aws:policy/SecurityAudit"), Reach.NOT_TOLD),
        (OTHER, Reach.NOT_TOLD),
        (inline(Action="*"), Reach.ANYTHING),
        (inline(Action=["s3:GetObject", "*:*"]), Reach.ANYTHING),
        (inline(Action="IAM:*"), Reach.ANYTHING),
        (inline(Action="s3:*"), Reach.WHOLE_SERVICES),
        (inline(Action="s3:*", Resource=["arn:aws:s3:::*"]), Reach.WHOLE_SERVICES),
        (inline(Action="s3*:GetObject"), Reach.WHOLE_SERVICES),
        (inline(NotAction="iam:*"), Reach.WHOLE_SERVICES),
        (inline(Action="s3:*", Resource="arn:aws:s3:::bucket/*"), Reach.LIMITED),
        (inline(Action="*", Resource="arn:aws:s3:::bucket/*"), Reach.LIMITED),
        (inline(Action="s3:Get*"), Reach.LIMITED),
        (inline(Action="*", Effect="Deny"), Reach.LIMITED),
        (inline(), Reach.NOT_TOLD),
        (inline(Action="s3:GetObject", Effect="allow"), Reach.NOT_TOLD),
        (PolicyFacts("own", document={"Statement": "x"}), Reach.NOT_TOLD),
        (PolicyFacts("own", document={}), Reach.NOT_TOLD),
        (PolicyFacts("own", document=None), Reach.NOT_TOLD),
    ],
)
def test_a_policy_reaches(policy: PolicyFacts, reach: Reach) -> None:
    assert reach_of(calm(policies=(policy,)))[0] is reach


def test_the_farthest_policy_decides_and_the_unread_ones_are_named_all_the_same() -> None:
    facts = calm(policies=(OTHER, inline(Action="s3:*")), groups=("developers",))

    assert reach_of(facts)[0] is Reach.WHOLE_SERVICES
    assert factors(facts) == (
        "It may do all of a service, by the policy own. What the policy uploads allows is not read. "
        "What its groups allow is not read: developers."
    )


@pytest.mark.parametrize(
    ("changes", "factor"),
    [
        ({"access_keys": (a_key(created_at=ago(days=365)),)}, "Its oldest active key is 365 days old"),
        ({"access_keys": (a_key(last_used_at=ago(days=89)),)}, "It is in use: a key was used 89 days ago"),
        ({"access_keys": (a_key(last_used_as_of=None, last_used_at=None),)}, "the last use of AKIA0000000000EXAMPLE"),
        ({"access_keys": (a_key(), a_key("AKIAOTHER"))}, "It has 2 active keys."),
        ({"claim": None}, "It has no owner."),
    ],
)
def test_each_other_factor_counts_one_and_is_named(changes: dict[str, Any], factor: str) -> None:
    assert level(calm(policies=(ADMINISTRATOR,))) is Risk.HIGH
    assert level(calm(policies=(ADMINISTRATOR,), **changes)) is Risk.CRITICAL
    assert factor in factors(calm(**changes))


def test_nothing_is_counted_that_is_not_there() -> None:
    facts = calm(access_keys=(a_key(created_at=ago(days=364), last_used_at=ago(days=90)),))

    assert (level(facts), factors(facts)) == (
        Risk.LOW,
        "Its own policies allow neither everything nor all of a service.",
    )


@pytest.mark.parametrize("changes", [{"groups": ("x",)}, {"policies": (OTHER,)}, {"policies": (PolicyFacts("own"),)}])
def test_what_was_not_read_is_never_low(changes: dict[str, Any]) -> None:
    assert level(calm(**changes)) is Risk.MEDIUM
    assert "cannot be told" in factors(calm(**changes))


def test_without_an_active_key_it_is_low_only_by_a_complete_direct_reading() -> None:
    inactive = a_key(status="Inactive")
    unread = calm(policies=(ADMINISTRATOR,), access_keys=(inactive,), keys_as_of=None)

    assert level(calm(policies=(ADMINISTRATOR,), access_keys=(inactive,))) is Risk.LOW
    assert level(unread) is Risk.CRITICAL
    assert "It may be in use. The access keys have not been read directly yet." in factors(unread)


def test_a_key_of_an_unfamiliar_status_counts_as_active() -> None:
    assert level(calm(policies=(ADMINISTRATOR,), access_keys=(a_key(status="Expired"),))) is Risk.HIGH


def test_before_key_ids_are_known_the_report_tells_how_many_and_how_old() -> None:
    slots = ((ago(days=500), True), (ago(days=90), True), (ago(days=800), False))

    said = factors(calm(access_keys=(), keys_as_of=None, report_slots=slots))

    assert "Its oldest active key is 500 days old" in said
    assert "It has 2 active keys." in said


def test_the_table_rises_with_every_factor_and_is_what_the_documentation_says() -> None:
    text = (Path(__file__).parents[2] / "docs" / "risk.md").read_text("utf-8")
    documented = [
        tuple(Risk[cell.strip().upper()] for cell in cells.split("|"))
        for cells in re.findall(r"^\| [a-z ]+ \| ((?:(?:low|medium|high|critical) ?\|? ?){5})\|$", text, re.MULTILINE)
    ]

    assert [tuple(levels) for levels in LEVELS.values()] == documented
    assert all(list(levels) == sorted(levels) for levels in LEVELS.values())


@many
@given(CANDIDATES, MOMENTS)
def test_any_facts_get_a_level_with_at_least_one_factor_and_always_the_same(
    facts: CandidateFacts, now: datetime
) -> None:
    found = risk_of(facts, now=now)

    assert found == risk_of(facts, now=now)
    assert found.factors
    for factor in found.factors:
        factor.render(now=now, zone=UTC)
    end = changes_at(facts, now=now)
    assert end is None or end > now

import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamdash.rules.policies.conditions import conditions_hold, matches

FEW = st.text("ab*?", max_size=8)


@given(FEW, st.text("ab", max_size=8))
def test_a_pattern_matches_as_its_regular_expression_would(pattern: str, text: str) -> None:
    expected = re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text) is not None

    assert matches(pattern, text) == expected


def test_many_stars_take_no_time() -> None:
    began = time.perf_counter()

    assert not matches("*a" * 1000 + "b", "a" * 2000)

    assert time.perf_counter() - began < 2


ROLE = "arn:aws:iam::111122223333:role/team/app"
CONTEXT = {"aws:principalarn": ROLE, "sts:externalid": None, "aws:securetransport": "true"}


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ({"StringEquals": {"aws:PrincipalArn": ROLE}}, True),
        ({"StringEquals": {"aws:PrincipalArn": ROLE.upper()}}, False),
        ({"StringEqualsIgnoreCase": {"aws:PrincipalArn": ROLE.upper()}}, True),
        ({"StringNotEquals": {"aws:PrincipalArn": ["other", ROLE]}}, False),
        ({"StringNotLike": {"aws:PrincipalArn": "*:user/*"}}, True),
        ({"StringNotEquals": {"sts:ExternalId": "x"}}, True),
        ({"StringEquals": {"sts:ExternalId": "x"}}, False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/team/*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:*:role/team/app"}}, False),
        ({"Bool": {"aws:SecureTransport": True}}, True),
        ({"Null": {"sts:ExternalId": "true"}}, True),
        ({"Null": {"aws:PrincipalArn": "true"}}, False),
        ({"Null": {"aws:SourceArn": "false"}}, None),
        ({"ForAnyValue:StringLike": {"aws:PrincipalArn": "*role*"}}, True),
        ({"ForAllValues:StringLike": {"aws:PrincipalArn": "*"}, "Null": {"aws:PrincipalArn": "false"}}, True),
        ({"StringEquals": {"aws:PrincipalArn": "${aws:username}"}}, None),
        ({"StringEquals": {"aws:SourceArn": "x"}}, None),
        ({"StringEquals": {"aws:SourceArn": "x", "sts:ExternalId": "x"}}, False),
        ({"StringEquals": "aws:PrincipalArn"}, None),
        ("no condition at all", None),
        (None, True),
    ],
)
def test_a_condition_is_true_false_or_unknown(condition: Any, truth: bool | None) -> None:
    assert conditions_hold(condition, CONTEXT).truth is truth

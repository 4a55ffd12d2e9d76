import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamdash.aws.policy import parse_policy

POLICY = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::a+b%20c/*"},
}


@pytest.mark.parametrize(
    "document",
    [
        POLICY,
        json.dumps(POLICY),
        json.dumps(POLICY, indent=2),
        quote(json.dumps(POLICY), safe=""),
        quote(json.dumps(POLICY)),
    ],
    ids=["dict", "plain", "indented", "encoded", "encoded but slashes"],
)
def test_a_policy_parses_in_each_form_it_arrives_in(document: object) -> None:
    assert parse_policy(document) == (POLICY, "")


@pytest.mark.parametrize("document", ["", "%7B", '["a list"]', '"text"', "NaN", '{"a": NaN}', "[" * 100_000])
def test_text_that_is_no_policy_is_unknown_and_kept_as_it_came(document: str) -> None:
    assert parse_policy(document) == (None, document)


@pytest.mark.parametrize("document", [None, 3, ["a"], b"{}"])
def test_what_is_no_document_at_all_is_unknown(document: Any) -> None:
    assert parse_policy(document) == (None, "")


@given(st.text() | st.binary().map(quote))
def test_any_text_is_parsed_or_kept(document: str) -> None:
    parsed, kept = parse_policy(document)

    assert (parsed is None) == (kept == document) or document == ""

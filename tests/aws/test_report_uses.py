from datetime import timedelta

import pytest

from iamdash.aws.report_uses import reported_uses, uses_in_row
from iamdash.aws.snapshot import LastUsed
from tests.aws.pieces import GENERATED_AT, known, known_user, listed_user, report, row, slot
from tests.aws.recorded import LONG_AGO, NOW

USED_AT = NOW - timedelta(days=2)
LATER = LONG_AGO + timedelta(days=30)


def test_two_keys_are_told_apart_by_creation_time_whatever_their_slots() -> None:
    keys = [("AKIA1", LONG_AGO, "Active"), ("AKIA2", LATER, "Active")]
    seen = row(
        "mailer",
        slot(LATER, last_used_at=USED_AT, last_used_service="ses", last_used_region="eu-west-1"),
        slot(LONG_AGO),
    )

    uses = uses_in_row(keys, seen, GENERATED_AT)

    assert uses == {
        "AKIA1": LastUsed(None, "", "", "report", GENERATED_AT),
        "AKIA2": LastUsed(USED_AT, "ses", "eu-west-1", "report", GENERATED_AT),
    }


def test_two_keys_of_one_second_are_told_apart_by_their_status() -> None:
    keys = [("AKIA1", LONG_AGO, "Active"), ("AKIA2", LONG_AGO, "Inactive")]

    uses = uses_in_row(keys, row("mailer", slot(active=False), slot(last_used_at=USED_AT)), GENERATED_AT)

    assert (uses["AKIA1"].at, uses["AKIA2"].at) == (USED_AT, None)


@pytest.mark.parametrize("used_at", [None, USED_AT])
def test_two_keys_of_one_second_and_one_status_cannot_be_told_apart(used_at: object) -> None:
    keys = [("AKIA1", LONG_AGO, "Active"), ("AKIA2", LONG_AGO, "Active")]

    assert uses_in_row(keys, row("mailer", slot(), slot(last_used_at=used_at)), GENERATED_AT) == {}


def test_one_slot_for_two_keys_is_nobodys() -> None:
    keys = [("AKIA1", LONG_AGO, "Active"), ("AKIA2", LONG_AGO, "Active")]

    assert uses_in_row(keys, row("mailer", slot(last_used_at=USED_AT)), GENERATED_AT) == {}


def test_a_key_deactivated_since_the_report_matches_no_slot() -> None:
    assert uses_in_row([("AKIA1", LONG_AGO, "Inactive")], row("mailer", slot()), GENERATED_AT) == {}


def test_a_status_that_the_report_does_not_know_matches_no_slot() -> None:
    assert uses_in_row([("AKIA1", LONG_AGO, "Expired")], row("mailer", slot(active=False)), GENERATED_AT) == {}


def test_a_report_made_before_the_key_was_created_says_nothing_of_it() -> None:
    young = GENERATED_AT + timedelta(minutes=1)

    assert uses_in_row([("AKIA1", young, "Active")], row("mailer", slot(young)), GENERATED_AT) == {}


def test_known_keys_get_their_uses_only_from_the_row_of_their_own_user() -> None:
    before = known(
        known_user("mailer", access_keys=(("AKIA1", LONG_AGO, "Active"),)),
        known_user("renamed", access_keys=(("AKIA2", LONG_AGO, "Active"),)),
    )
    seen = report(row("mailer", slot()), row("renamed", slot(), arn="arn:aws:iam::111122223333:user/other/renamed"))

    uses = reported_uses([listed_user("mailer"), listed_user("renamed")], known=before, report=seen).uses

    assert list(uses) == ["AKIA1"]

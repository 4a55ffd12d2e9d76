from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamdash.aws.snapshot import CredentialReport, Known
from iamdash.aws.whom_to_ask import whom_to_ask
from tests.aws.pieces import known, known_user, listed_user, report, row, slot
from tests.aws.recorded import LONG_AGO, NOW

SLOT = (LONG_AGO, True)
LATER = LONG_AGO + timedelta(days=7)


def asked(before: Known, seen: CredentialReport | None, **user: Any) -> bool:
    return bool(whom_to_ask([listed_user(**user)], known=before, report=seen, now=NOW))


def test_a_user_with_a_slot_who_was_never_asked_is_asked() -> None:
    assert asked(known(), report(row("mailer", slot())))
    assert asked(known(known_user(slots_seen=None, asked_at=None)), report(row("mailer", slot())))


def test_a_user_without_keys_is_never_asked() -> None:
    assert not asked(known(), report(row()))
    assert not asked(known(known_user(slots_seen=None, asked_at=None)), report(row()))


def test_a_user_whose_slots_have_not_moved_is_not_asked() -> None:
    assert not asked(known(known_user(slots_seen=(SLOT,))), report(row("mailer", slot())))


@pytest.mark.parametrize(
    "now_seen",
    [
        (),
        (slot(active=False),),
        (slot(LATER),),
        (slot(), slot(LATER)),
        (slot(), slot()),
    ],
    ids=["deleted", "deactivated", "rotated", "another one", "another one like it"],
)
def test_a_user_whose_slots_changed_is_asked(now_seen: tuple[Any, ...]) -> None:
    assert asked(known(known_user(slots_seen=(SLOT,))), report(row("mailer", *now_seen)))


def test_slots_in_another_order_are_the_same_slots() -> None:
    before = known(known_user(slots_seen=((LATER, False), SLOT)))

    assert not asked(before, report(row("mailer", slot(), slot(LATER, active=False))))
    assert not asked(before, report(row("mailer", slot(LATER, active=False), slot())))


def test_a_user_with_a_key_younger_than_the_report_that_shows_it_is_asked() -> None:
    made_after = NOW + timedelta(minutes=1)
    before = known(known_user(slots_seen=((made_after, True),)))

    assert asked(before, report(row("mailer", slot(made_after)), generated_at=NOW))


def test_a_use_alone_is_no_reason_to_ask() -> None:
    assert not asked(known(known_user(slots_seen=(SLOT,))), report(row("mailer", slot(last_used_at=NOW))))


def test_keys_that_were_listed_without_a_report_are_listed_again_when_it_shows_none() -> None:
    before = known(known_user(slots_seen=None, access_keys=(("AKIA1", LONG_AGO, "Active"),)))

    assert asked(before, report(row()))


def test_a_user_missing_from_the_report_is_asked() -> None:
    assert asked(known(known_user()), report(row("somebody-else")))


@pytest.mark.parametrize("other", [{"arn": "arn:aws:iam::111122223333:user/elsewhere/mailer"}, {"created_at": LATER}])
def test_a_row_of_another_arn_or_creation_time_is_not_about_this_user(other: dict[str, Any]) -> None:
    assert asked(known(known_user()), report(row("mailer", **other)))


def test_a_user_with_credentials_beyond_two_is_asked_every_time() -> None:
    assert asked(known(known_user()), report(row("mailer", additional_credentials="3")))


@pytest.mark.parametrize("why", [{"ask_failed": True}, {"read_directly": True}])
def test_a_failed_try_and_a_step_that_hangs_on_it_are_reasons_to_ask(why: dict[str, bool]) -> None:
    assert asked(known(known_user(**why)), report(row()))
    assert asked(known(known_user(**why)), None)


def test_everybody_is_asked_where_that_is_wanted() -> None:
    assert asked(known(known_user(), read_everybody=True), report(row()))


def test_nobody_waits_longer_than_seven_days() -> None:
    before = known(known_user(slots_seen=(SLOT,), asked_at=NOW - timedelta(days=7)))

    assert asked(before, report(row("mailer", slot())))


def test_the_seventh_day_is_spread_over_the_week() -> None:
    names = [f"user-{number}" for number in range(700)]
    listed = [listed_user(name) for name in names]
    yesterday = NOW - timedelta(days=1)
    keys = (("AKIA1", LONG_AGO, "Active"),)
    before = known(*(known_user(name, asked_at=yesterday, slots_seen=(SLOT,), access_keys=keys) for name in names))

    due = whom_to_ask(listed, known=before, report=report(*(row(name, slot()) for name in names)), now=NOW)

    assert 60 < len(due) < 140


def test_without_a_report_keys_are_listed_as_often_as_a_report_would_be_made() -> None:
    assert asked(known(), None)
    assert not asked(known(known_user(asked_at=NOW - timedelta(hours=3))), None)
    assert asked(known(known_user(asked_at=NOW - timedelta(hours=4))), None)


@pytest.mark.parametrize(
    ("members", "is_asked"),
    [
        ({}, False),
        ({"slots_reported": ()}, True),
        ({"slots_reported": None}, True),
        ({"slots_seen": None, "asked_at": None}, True),
        ({"slots_seen": None, "asked_at": None, "slots_reported": ()}, False),
        ({"arn": "arn:aws:iam::111122223333:user/old-name"}, True),
        ({"additional_credentials": "3 (ListAccessKeys)"}, True),
        ({"ask_failed": True}, True),
        ({"asked_at": NOW - timedelta(days=7)}, True),
    ],
    ids=[
        *("nothing moved", "moved since asked", "younger than the report", "never asked", "never asked, and no key"),
        *("renamed", "more than two credentials", "the last try failed", "seven days ago"),
    ],
)
def test_while_a_report_stands_what_it_showed_says_whom_to_ask(members: dict[str, Any], is_asked: bool) -> None:
    before = known_user(**{"slots_seen": (SLOT,), "slots_reported": (SLOT,), **members})

    assert asked(known(before, report_stands=True), None) is is_asked


def test_a_user_who_is_new_while_a_report_stands_is_asked() -> None:
    assert asked(known(report_stands=True), None)


@given(
    slots_seen=st.none() | st.lists(st.tuples(st.sampled_from([LONG_AGO, LATER]), st.booleans()), max_size=2),
    slots=st.lists(st.tuples(st.sampled_from([LONG_AGO, LATER]), st.booleans()), max_size=2),
)
def test_a_moved_slot_always_leads_to_a_question(
    slots_seen: list[tuple[Any, bool]] | None, slots: list[tuple[Any, bool]]
) -> None:
    before = known(known_user(slots_seen=None if slots_seen is None else tuple(slots_seen)))
    seen = report(row("mailer", *(slot(at, active=active) for at, active in slots)))

    assert asked(before, seen) == (sorted(slots) != sorted(slots_seen or []))


@pytest.mark.parametrize(
    ("last_uses", "is_asked"),
    [
        ({"AKIA1": LATER, "AKIA2": None}, False),
        ({"AKIA1": None, "AKIA2": LATER + timedelta(days=1)}, False),
        ({"AKIA1": LONG_AGO, "AKIA2": None}, True),
        ({"AKIA1": LATER}, True),
    ],
    ids=["as reported", "newer than reported", "used since", "one was never read"],
)
def test_of_two_keys_alike_the_user_is_asked_once_one_of_them_was_used(last_uses: Any, is_asked: bool) -> None:
    keys = tuple((key_id, LONG_AGO, "Active") for key_id in ("AKIA1", "AKIA2"))
    before = known(known_user(slots_seen=(SLOT, SLOT), access_keys=keys, last_uses=last_uses))

    assert asked(before, report(row("mailer", slot(last_used_at=LATER), slot()))) is is_asked


def test_a_key_read_while_it_was_inactive_between_two_reports_is_asked_for_again() -> None:
    two_hours_ago = NOW - timedelta(hours=2)
    before = known_user(slots_seen=(SLOT,), access_keys=(("AKIA1", LONG_AGO, "Inactive"),), asked_at=two_hours_ago)

    assert asked(known(before), report(row("mailer", slot())))
    assert not asked(known(before), report(row("mailer", slot()), generated_at=two_hours_ago))

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from iamdash.aws.access_keys import LAST_USED, LIST, KeyReader
from iamdash.aws.patience import TOO_MANY_FAILURES
from iamdash.aws.progress import Surroundings
from iamdash.aws.snapshot import CredentialReport, KeysOfUser, Known, ListedAccessKey, Part, Piece, Unread
from iamdash.aws.users import GET
from tests.aws.pieces import GENERATED_AT, known, known_user, listed_user, report, row, slot
from tests.aws.recorded import LONG_AGO, NOW, Recorded, key_metadata, key_page, refusal, user_answer

USED_AT = NOW - timedelta(days=2)
LATER = LONG_AGO + timedelta(days=30)
MAILER = listed_user()
UNUSED = {"UserName": "mailer", "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}
USED = {
    "UserName": "mailer",
    "AccessKeyLastUsed": {"LastUsedDate": USED_AT, "ServiceName": "s3", "Region": "eu-west-1"},
}


def read(recorded: Recorded, before: Known, seen: CredentialReport | None) -> list[Piece]:
    surroundings = Surroundings(clock=lambda: NOW)
    return KeyReader(recorded, before, seen, surroundings).read(MAILER)  # type: ignore[arg-type]


def keys_of(pieces: Sequence[Piece]) -> tuple[ListedAccessKey, ...]:
    (piece,) = pieces
    assert isinstance(piece, KeysOfUser)
    return piece.keys


def assert_keys_unread(pieces: Sequence[Piece], code: str) -> None:
    (piece,) = pieces
    assert isinstance(piece, Unread)
    assert (piece.part, piece.action, piece.subject, piece.error_code) == (
        Part.ACCESS_KEYS,
        LIST,
        MAILER.unique_id,
        code,
    )


def test_a_key_that_the_report_can_tell_apart_costs_one_call(recorded: Recorded) -> None:
    recorded.on(LIST, key_page(key_metadata("mailer", "AKIA0000000000000001")))

    (key,) = keys_of(read(recorded, known(), report(row("mailer", slot(last_used_at=USED_AT)))))

    assert (key.access_key_id, key.status, key.created_at) == ("AKIA0000000000000001", "Active", LONG_AGO)
    assert key.last_used
    assert (key.last_used.at, key.last_used.source, key.last_used.as_of) == (USED_AT, "report", GENERATED_AT)
    assert len(recorded.asked) == 1


def test_keys_on_several_pages_are_one_answer(recorded: Recorded) -> None:
    recorded.on(
        LIST,
        key_page(key_metadata("mailer", "AKIA0000000000000001"), marker="m1"),
        key_page(key_metadata("mailer", "AKIA0000000000000002", CreateDate=LATER, Status="Inactive")),
    )

    keys = keys_of(read(recorded, known(), report(row("mailer", slot(), slot(LATER, active=False)))))

    assert [key.access_key_id[-1] for key in keys] == ["1", "2"]


def test_keys_that_the_report_cannot_tell_apart_are_asked_for_directly(recorded: Recorded) -> None:
    recorded.on(
        LIST, key_page(key_metadata("mailer", "AKIA0000000000000001"), key_metadata("mailer", "AKIA0000000000000002"))
    ).on(LAST_USED, USED, UNUSED)

    first, second = keys_of(read(recorded, known(), report(row("mailer", slot(), slot()))))

    assert first.last_used
    assert (first.last_used.at, first.last_used.service, first.last_used.region) == (USED_AT, "s3", "eu-west-1")
    assert second.last_used
    assert (second.last_used.at, second.last_used.service, second.last_used.region) == (None, "", "")
    assert {first.last_used.source, second.last_used.source} == {"direct"}
    assert first.last_used.as_of == NOW


@pytest.mark.parametrize("before", [known(known_user(read_directly=True)), known(read_everybody=True)])
def test_where_a_step_hangs_on_it_last_use_is_read_directly_whatever_the_report_says(
    before: Known, recorded: Recorded
) -> None:
    recorded.on(LIST, key_page(key_metadata("mailer", "AKIA0000000000000001"))).on(LAST_USED, USED)

    (key,) = keys_of(read(recorded, before, report(row("mailer", slot()))))

    assert key.last_used
    assert key.last_used.source == "direct"


def test_a_direct_reading_that_is_denied_leaves_the_reports_and_a_gap(recorded: Recorded) -> None:
    recorded.on(LIST, key_page(key_metadata("mailer", "AKIA0000000000000001"))).on(LAST_USED, refusal("AccessDenied"))

    keys, gap = read(recorded, known(read_everybody=True), report(row("mailer", slot(last_used_at=USED_AT))))

    assert isinstance(keys, KeysOfUser)
    assert keys.keys[0].last_used
    assert keys.keys[0].last_used.source == "report"
    assert isinstance(gap, Unread)
    assert (gap.part, gap.subject) == (Part.ACCESS_KEY_LAST_USED, MAILER.unique_id)


def test_a_last_use_that_nobody_could_read_is_unread_and_not_unused(recorded: Recorded) -> None:
    recorded.on(LIST, key_page(key_metadata("mailer", "AKIA0000000000000001")))
    recorded.on(GET, user_answer("mailer", MAILER.unique_id)).on(LAST_USED, refusal("Throttling"))

    keys, gap = read(recorded, known(), None)

    assert isinstance(keys, KeysOfUser)
    assert keys.keys[0].last_used is None
    assert isinstance(gap, Unread)


def test_no_keys_at_all_is_an_answer(recorded: Recorded) -> None:
    recorded.on(LIST, key_page())

    assert keys_of(read(recorded, known(known_user(slots_seen=((LONG_AGO, True),))), report(row()))) == ()


@pytest.mark.parametrize("code", ["AccessDenied", "Throttling", "ServiceFailure", "ExpiredToken"])
def test_keys_that_aws_does_not_tell_are_unread(code: str, recorded: Recorded) -> None:
    recorded.on(LIST, refusal(code))

    assert_keys_unread(read(recorded, known(), report(row("mailer", slot()))), code)


def test_a_list_of_keys_that_breaks_off_is_unread_as_a_whole(recorded: Recorded) -> None:
    recorded.on(LIST, key_page(key_metadata("mailer", "AKIA0000000000000001"), marker="m1"), refusal("Throttling"))

    assert_keys_unread(read(recorded, known(), report(row("mailer", slot()))), "Throttling")


@pytest.mark.parametrize(
    "answer",
    [
        {"IsTruncated": False},
        key_page(*[key_metadata("mailer", "AKIA0000000000000001")] * 2),
    ],
    ids=["no list", "a key twice"],
)
def test_a_malformed_list_of_keys_is_unread_and_never_no_keys(answer: dict[str, Any], recorded: Recorded) -> None:
    recorded.unshaped(LIST, answer)

    assert_keys_unread(read(recorded, known(), report(row("mailer", slot()))), "Malformed")


def test_no_such_entity_is_unread_where_the_name_is_nobodys(recorded: Recorded) -> None:
    recorded.on(LIST, refusal("NoSuchEntity", status=404)).on(GET, refusal("NoSuchEntity", status=404))

    assert_keys_unread(read(recorded, known(), report(row("mailer", slot()))), "NoSuchEntity")


def test_no_such_entity_is_unread_where_the_name_is_somebody_elses(recorded: Recorded) -> None:
    recorded.on(LIST, refusal("NoSuchEntity", status=404)).on(GET, user_answer("mailer", "AIDAOTHER000000000001"))

    assert_keys_unread(read(recorded, known(), report(row("mailer", slot()))), "NoSuchEntity")


def test_no_such_entity_of_a_user_that_exists_is_asked_once_more(recorded: Recorded) -> None:
    recorded.on(LIST, refusal("NoSuchEntity", status=404), key_page(key_metadata("mailer", "AKIA0000000000000001")))
    recorded.on(GET, user_answer("mailer", MAILER.unique_id))

    assert len(keys_of(read(recorded, known(), report(row("mailer", slot()))))) == 1


@pytest.mark.parametrize("keys", [[], [key_metadata("mailer", "AKIA0000000000000009", CreateDate=NOW)]])
def test_keys_of_whoever_took_over_the_name_are_not_believed(keys: list[dict[str, Any]], recorded: Recorded) -> None:
    recorded.on(LIST, key_page(*keys)).on(GET, user_answer("mailer", "AIDAOTHER000000000001"))

    assert_keys_unread(read(recorded, known(), report(row("mailer", slot()))), "Malformed")


def test_keys_that_differ_from_the_report_are_believed_once_the_name_is_confirmed(recorded: Recorded) -> None:
    recorded.on(LIST, key_page()).on(GET, user_answer("mailer", MAILER.unique_id))

    assert keys_of(read(recorded, known(), report(row("mailer", slot())))) == ()


@pytest.mark.parametrize("behind", [MAILER.unique_id, "AIDAOTHER000000000001"])
def test_keys_listed_under_another_name_are_believed_only_where_the_unique_id_confirms_them(
    behind: str, recorded: Recorded
) -> None:
    before = known(known_user(access_keys=(("AKIA0000000000000001", LONG_AGO, "Active"),)))
    recorded.on(LIST, key_page(key_metadata("old-name", "AKIA0000000000000001")))
    recorded.on(GET, user_answer("mailer", behind)).on(LAST_USED, UNUSED)

    pieces = read(recorded, before, report(row("mailer", slot())))

    if behind == MAILER.unique_id:
        assert [each.access_key_id for each in keys_of(pieces)] == ["AKIA0000000000000001"]
    else:
        assert_keys_unread(pieces, "Malformed")


def test_known_key_ids_need_no_confirmation(recorded: Recorded) -> None:
    before = known(known_user(access_keys=(("AKIA0000000000000001", LONG_AGO, "Active"),)))
    recorded.on(LIST, key_page(key_metadata("mailer", "AKIA0000000000000001", Status="Inactive")))
    recorded.on(LAST_USED, UNUSED)

    keys_of(read(recorded, before, report(row("mailer", slot()))))

    assert recorded.count(GET) == 0


def test_an_action_denied_for_everybody_is_given_up_and_everybody_is_unread(recorded: Recorded) -> None:
    users = [listed_user(f"user-{number}") for number in range(100)]
    told: list[tuple[int, int | None]] = []
    recorded.on(LIST, *[refusal("AccessDenied")] * 100)
    surroundings = Surroundings(clock=lambda: NOW, tell=lambda _doing, done, total: told.append((done, total)))

    pieces = list(KeyReader(recorded, known(), report(), surroundings).read_all(users))  # type: ignore[arg-type]

    assert {piece.subject for piece in pieces if isinstance(piece, Unread)} == {user.unique_id for user in users}
    assert len({(piece.reason, piece.error_code) for piece in pieces if isinstance(piece, Unread)}) == 1
    assert TOO_MANY_FAILURES <= recorded.count(LIST) < 2 * TOO_MANY_FAILURES
    assert told[-1] == (100, 100)


def test_a_few_failures_do_not_keep_the_others_from_being_asked(recorded: Recorded) -> None:
    users = [listed_user(f"user-{number}") for number in range(40)]
    recorded.on(LIST, *[refusal("AccessDenied"), key_page()] * 20)
    seen = report(*(row(user.user_name) for user in users))

    pieces = list(KeyReader(recorded, known(), seen, Surroundings(lambda: NOW)).read_all(users))  # type: ignore[arg-type]

    assert recorded.count(LIST) == 40
    assert sum(isinstance(piece, KeysOfUser) for piece in pieces) == 20

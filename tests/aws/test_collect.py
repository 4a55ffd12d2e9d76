import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import pytest

from iamdash.aws.collect import collect
from iamdash.aws.session import AwsSession
from iamdash.aws.snapshot import (
    Absence,
    CredentialReport,
    KeysOfUser,
    Known,
    Listing,
    Part,
    Piece,
    PodIdentities,
    ReportedUses,
    Unread,
)
from iamdash.demo.organisation.accounts import ACCOUNTS
from iamdash.demo.stand_in import report
from iamdash.demo.stand_in.faults import Fault
from iamdash.demo.stand_in.server import RunningStandIn
from tests.aws.conftest import sign_in
from tests.aws.pieces import known
from tests.aws.recorded import ACCOUNT
from tests.aws.story import known_after

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
OLD = datetime(2024, 2, 1, 9, 0, tzinfo=UTC)

Run = Callable[..., tuple[list[Piece], dict[str, int]]]


@pytest.fixture
def account(stand_in: RunningStandIn) -> Any:
    """An account of ten users with a key each, two without, and two roles."""
    iam = stand_in.client("iam", ACCOUNT)
    for number in range(10):
        iam.create_user(UserName=f"user-{number}")
        iam.create_access_key(UserName=f"user-{number}")
    for name in ("keyless-1", "keyless-2"):
        iam.create_user(UserName=name)
    for name in ("app", "batch"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    return iam


@pytest.fixture
def run(stand_in: RunningStandIn) -> Run:
    """Read the account, and return the pieces with the number of calls to IAM by action."""

    def run(before: Known, **keywords: Any) -> tuple[list[Piece], dict[str, int]]:
        session = AwsSession(attempts=1)
        pieces = list(
            collect(
                session,
                account_id=ACCOUNT,
                known=before,
                clock=lambda: datetime.now(UTC),
                pause=lambda _seconds: None,
                **keywords,
            )
        )
        calls = session.calls.by_action
        return pieces, {action[4:]: count for action, count in calls.items() if action.startswith("iam:")}

    return run


def of(kind: type, pieces: list[Piece]) -> list[Any]:
    return [piece for piece in pieces if isinstance(piece, kind)]


def new_report(stand_in: RunningStandIn) -> None:
    report.make_now(stand_in.state, ACCOUNT)


@pytest.mark.usefixtures("account")
def test_pieces_come_in_the_order_in_which_they_are_of_use(run: Run) -> None:
    pieces, _ = run(known())

    assert [kind.__name__ for kind, _ in groupby(map(type, pieces))] == [
        *("Identity", "Listing", "CredentialReport", "ReportedUses", "KeysOfUser", "PodIdentities", "Clusters"),
    ]


@pytest.mark.usefixtures("account")
def test_a_first_run_costs_one_call_for_each_user_that_has_a_key(run: Run) -> None:
    pieces, calls = run(known())

    assert calls == {
        "GetAccountAuthorizationDetails": 1,
        "GenerateCredentialReport": 1,
        "GetCredentialReport": 1,
        "ListAccessKeys": 10,
    }
    assert len(of(KeysOfUser, pieces)) == 10
    assert all(key.last_used.source == "report" for piece in of(KeysOfUser, pieces) for key in piece.keys)


@pytest.mark.usefixtures("account")
def test_an_unchanged_second_run_asks_nobody(run: Run) -> None:
    first, _ = run(known())

    second, calls = run(known_after(first, known()))

    assert calls == {"GetAccountAuthorizationDetails": 1, "GenerateCredentialReport": 1, "GetCredentialReport": 1}
    assert len(of(ReportedUses, second)[0].uses) == 10


def test_one_changed_key_costs_that_users_calls_once_the_report_shows_it(
    run: Run, account: Any, stand_in: RunningStandIn
) -> None:
    before = known_after(run(known())[0], known())
    key_id = account.list_access_keys(UserName="user-3")["AccessKeyMetadata"][0]["AccessKeyId"]
    account.update_access_key(UserName="user-3", AccessKeyId=key_id, Status="Inactive")

    _, unseen = run(before)
    new_report(stand_in)
    pieces, calls = run(before)

    assert "ListAccessKeys" not in unseen
    assert calls["ListAccessKeys"] == 1
    assert {*calls} == {
        *("GetAccountAuthorizationDetails", "GenerateCredentialReport", "GetCredentialReport", "ListAccessKeys")
    }
    ((key,),) = (piece.keys for piece in of(KeysOfUser, pieces))
    assert (key.access_key_id, key.status) == (key_id, "Inactive")


def test_a_user_younger_than_the_report_is_asked(run: Run, account: Any) -> None:
    before = known_after(run(known())[0], known())
    account.create_user(UserName="young")
    account.create_access_key(UserName="young")

    pieces, calls = run(before)

    assert (calls["ListAccessKeys"], calls["GetUser"]) == (1, 1)
    (answer,) = of(KeysOfUser, pieces)
    assert len(answer.keys) == 1


def test_a_deleted_user_is_asked_for_by_its_last_known_name(run: Run, account: Any) -> None:
    before = known_after(run(known())[0], known())
    gone = account.get_user(UserName="keyless-1")["User"]["UserId"]
    account.delete_user(UserName="keyless-1")

    pieces, _ = run(before)

    (absence,) = of(Absence, pieces)
    assert (absence.unique_id, absence.asked_name, absence.answer) == (gone, "keyless-1", "no_such_entity")
    assert pieces.index(absence) > pieces.index(of(Listing, pieces)[0])


def test_a_recreated_user_leaves_its_name_to_another_unique_id(run: Run, account: Any) -> None:
    before = known_after(run(known())[0], known())
    account.delete_user(UserName="keyless-1")
    now = account.create_user(UserName="keyless-1")["User"]["UserId"]

    pieces, _ = run(before)

    (absence,) = of(Absence, pieces)
    assert (absence.answer, absence.found_unique_id) == ("other_unique_id", now)


def test_a_renamed_user_is_neither_missing_nor_asked_for_by_its_old_name(run: Run, account: Any) -> None:
    before = known_after(run(known())[0], known())
    account.update_user(UserName="user-3", NewUserName="renamed")

    pieces, calls = run(before)

    assert of(Absence, pieces) == []
    assert calls["ListAccessKeys"] == 1
    assert [gap for gap in pieces if isinstance(gap, Unread)] == []


@pytest.mark.parametrize(
    ("action", "part"),
    [
        ("iam:GetAccountAuthorizationDetails", Part.AUTHORIZATION_DETAILS),
        ("iam:GenerateCredentialReport", Part.CREDENTIAL_REPORT),
        ("iam:GetCredentialReport", Part.CREDENTIAL_REPORT),
        ("iam:ListAccessKeys", Part.ACCESS_KEYS),
        ("iam:GetAccessKeyLastUsed", Part.ACCESS_KEY_LAST_USED),
        ("iam:GetUser", Part.ABSENCES),
        ("eks:ListClusters", Part.POD_IDENTITY),
    ],
)
def test_an_action_that_is_denied_leaves_its_part_unread_and_stops_nothing_else(
    action: str, part: Part, run: Run, account: Any, stand_in: RunningStandIn
) -> None:
    users = known_after(run(known())[0], known()).users.values()
    before = known(*users, regions=("eu-west-1",), association_ids=frozenset({"a-1"}), read_everybody=True)
    account.delete_user(UserName="keyless-1")
    stand_in.state.faults.append(Fault("deny", action))

    pieces, _ = run(before)

    # Without the listing the deleted user is taken for one that is there, and has no keys to be read.
    unlisted = {Part.ACCESS_KEYS} if part is Part.AUTHORIZATION_DETAILS else set()
    assert {gap.part for gap in of(Unread, pieces)} == {part} | unlisted
    kinds = {type(piece) for piece in pieces}
    assert (Listing in kinds) == (part is not Part.AUTHORIZATION_DETAILS)
    assert (CredentialReport in kinds) == (part is not Part.CREDENTIAL_REPORT)
    assert (KeysOfUser in kinds) == (part is not Part.ACCESS_KEYS)
    assert (Absence in kinds) == (part not in {Part.ABSENCES, Part.AUTHORIZATION_DETAILS})
    assert PodIdentities in kinds


def test_without_a_listing_the_keys_of_known_users_are_read_and_nobody_is_called_missing(
    run: Run, account: Any, stand_in: RunningStandIn
) -> None:
    before = known_after(run(known())[0], known())
    account.delete_user(UserName="keyless-1")
    stand_in.state.faults.append(Fault("fail", "iam:GetAccountAuthorizationDetails"))

    pieces, _ = run(known(*before.users.values(), read_everybody=True))

    assert of(Absence, pieces) == []
    assert len(of(KeysOfUser, pieces)) == 11


def test_credentials_that_expire_half_way_leave_the_rest_unread(
    run: Run, account: Any, stand_in: RunningStandIn
) -> None:
    before = known_after(run(known())[0], known())
    account.delete_user(UserName="keyless-1")
    long_over = datetime.now(UTC) - timedelta(seconds=1)

    def expire(doing: str, _done: int, _total: int | None) -> None:
        if doing.startswith("Listing"):
            sessions = stand_in.state.sessions
            sessions.update({key_id: replace(each, expires_at=long_over) for key_id, each in sessions.items()})

    pieces, _ = run(known(*before.users.values(), read_everybody=True), on_progress=expire)

    assert len(of(Listing, pieces)) == 1
    assert (of(KeysOfUser, pieces), of(Absence, pieces)) == ([], [])
    assert {gap.error_code for gap in of(Unread, pieces)} == {"ExpiredToken"}


@pytest.mark.usefixtures("account")
def test_progress_is_told_in_words_with_numbers(run: Run) -> None:
    told: list[tuple[str, int, int | None]] = []

    run(known(), on_progress=lambda *heard: told.append(heard))

    assert ("Listing IAM users and roles", 14, None) in told
    assert ("Reading access keys", 10, 10) in told


@pytest.mark.usefixtures("account")
def test_a_caller_who_stops_listening_stops_the_questions(stand_in: RunningStandIn) -> None:
    session = AwsSession(attempts=1)
    pieces = collect(session, account_id=ACCOUNT, known=known(), clock=lambda: datetime.now(UTC))

    while not isinstance(next(pieces), Listing):
        pass
    pieces.close()  # type: ignore[attr-defined]

    assert session.calls.by_action["iam:ListAccessKeys"] == 0


def test_every_account_of_the_organisation_is_read_as_it_is(
    organisation: RunningStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in ACCOUNTS:
        sign_in(organisation, monkeypatch, each.account_id)
        pieces = list(
            collect(
                AwsSession(attempts=1),
                account_id=each.account_id,
                known=known(regions=("eu-west-1",)),
                clock=lambda: datetime.now(UTC),
                pause=lambda _seconds: None,
            )
        )
        iam = organisation.client("iam", each.account_id)

        (listing,) = of(Listing, pieces)
        users = iam.get_paginator("list_users").paginate().build_full_result()["Users"]
        roles = iam.get_paginator("list_roles").paginate().build_full_result()["Roles"]
        assert {user.unique_id for user in listing.users} == {user["UserId"] for user in users}
        assert {role.unique_id for role in listing.roles} == {role["RoleId"] for role in roles}
        truth = {
            key["AccessKeyId"]: key["Status"]
            for user in users
            for key in iam.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"]
        }
        seen = {key.access_key_id: key.status for piece in of(KeysOfUser, pieces) for key in piece.keys}
        assert seen == truth
        assert of(Unread, pieces) == []

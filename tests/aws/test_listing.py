from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ConnectTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from iamdash.aws.errors import Malformed
from iamdash.aws.listing import ACTION, list_account, list_account_surely, listed_role, listed_user
from iamdash.aws.progress import Surroundings
from iamdash.aws.snapshot import Listing, NamedPolicy, Part, Unread
from tests.aws.pieces import known, known_user
from tests.aws.recorded import ACCOUNT, NOW, Recorded, page, refusal, role_detail, user_detail

ZOE = "AIDA00000000000000ZOE"
POLICY = {"Version": "2012-10-17", "Statement": []}


def read(recorded: Recorded, surroundings: Surroundings) -> Listing | Unread:
    return list_account(recorded, account_id=ACCOUNT, surroundings=surroundings)  # type: ignore[arg-type]


def assert_unread(answer: Listing | Unread, *words: str) -> None:
    assert isinstance(answer, Unread)
    assert answer.part is Part.AUTHORIZATION_DETAILS
    assert [word for word in words if word not in answer.reason] == []


def test_all_pages_together_are_the_listing(recorded: Recorded, surroundings: Surroundings) -> None:
    recorded.on(
        ACTION,
        page([user_detail("ada"), user_detail("bob")], marker="m1"),
        page([user_detail("cyd")], [role_detail("app")], marker="m2"),
        page([], [role_detail("batch")]),
    )

    answer = read(recorded, surroundings)

    assert isinstance(answer, Listing)
    assert [user.user_name for user in answer.users] == ["ada", "bob", "cyd"]
    assert [iam_role.role_name for iam_role in answer.roles] == ["app", "batch"]
    assert answer.read_at == NOW
    assert [asked.get("Marker") for _, asked in recorded.asked] == [None, "m1", "m2"]
    assert all(asked["Filter"] == ["User", "Role"] and asked["MaxItems"] == 1000 for _, asked in recorded.asked)


@pytest.mark.parametrize(
    ("second", "listed"),
    [
        ([user_detail("aaa", UserId=ZOE), user_detail("bob")], ["aaa", "bob"]),
        # Now bob is the one who hides: he was in the first list, so that he exists.
        ([user_detail("aaa", UserId=ZOE)], ["aaa", "bob"]),
    ],
)
def test_a_known_user_who_is_in_none_of_several_pages_is_looked_for_once_more(
    second: list[dict[str, Any]], listed: list[str], recorded: Recorded, surroundings: Surroundings
) -> None:
    recorded.on(ACTION, page([user_detail("bob")], marker="m1"), page([], [role_detail("app")]))
    recorded.on(ACTION, page(second, marker="m1"), page([], [role_detail("app")]))

    answer = list_account_surely(
        recorded,  # type: ignore[arg-type]
        account_id=ACCOUNT,
        known=known(known_user("zoe", unique_id=ZOE)),
        surroundings=surroundings,
    )

    assert isinstance(answer, Listing)
    assert [user.user_name for user in answer.users] == listed


@pytest.mark.parametrize("unique_id", [ZOE, user_detail("bob")["UserId"]], ids=["one page", "nobody missing"])
def test_pages_are_read_once_where_nothing_can_hide(
    unique_id: str, recorded: Recorded, surroundings: Surroundings
) -> None:
    last = [page([user_detail("bob")])]
    recorded.on(ACTION, *(last if unique_id == ZOE else [page(marker="m1"), *last]))
    before = known(known_user(unique_id=unique_id))

    list_account_surely(recorded, account_id=ACCOUNT, known=before, surroundings=surroundings)  # type: ignore[arg-type]

    assert recorded.count(ACTION) == (1 if unique_id == ZOE else 2)


def test_progress_tells_how_many_are_listed_so_far(recorded: Recorded) -> None:
    told: list[tuple[str, int, int | None]] = []
    recorded.on(ACTION, page([user_detail("ada")], marker="m1"), page([], [role_detail("app")]))

    read(recorded, Surroundings(clock=lambda: NOW, tell=lambda *heard: told.append(heard)))

    assert [(done, total) for _, done, total in told] == [(1, None), (2, None)]


@pytest.mark.parametrize("error", [refusal("AccessDenied"), ConnectTimeoutError(endpoint_url="https://aws.example")])
def test_a_list_that_breaks_off_half_way_is_unread_as_a_whole(
    error: Exception, recorded: Recorded, surroundings: Surroundings
) -> None:
    recorded.on(ACTION, page([user_detail("ada")], marker="m1"), error)

    assert_unread(read(recorded, surroundings))


def test_a_repeated_marker_is_unread_and_not_walked_for_ever(recorded: Recorded, surroundings: Surroundings) -> None:
    recorded.on(ACTION, page(marker="m1"), page(marker="m2"), page(marker="m1"))

    assert_unread(read(recorded, surroundings), "read before")


@pytest.mark.parametrize(
    "half", [{**page(), "IsTruncated": True}, {**page(), "Marker": "m1"}], ids=["no marker", "not truncated"]
)
def test_a_page_that_does_not_say_clearly_whether_it_is_the_last_is_unread(
    half: dict[str, Any], recorded: Recorded, surroundings: Surroundings
) -> None:
    recorded.on(ACTION, half)

    assert_unread(read(recorded, surroundings))


def test_an_item_that_comes_twice_alike_is_listed_once(recorded: Recorded, surroundings: Surroundings) -> None:
    recorded.on(ACTION, page([user_detail("ada")], marker="m1"), page([user_detail("ada")]))

    answer = read(recorded, surroundings)

    assert isinstance(answer, Listing)
    assert len(answer.users) == 1


def test_a_user_renamed_while_pages_turn_makes_the_listing_unread(
    recorded: Recorded, surroundings: Surroundings
) -> None:
    renamed = user_detail("zoe", UserId=user_detail("ada")["UserId"])
    recorded.on(ACTION, page([user_detail("ada")], marker="m1"), page([renamed]))

    assert_unread(read(recorded, surroundings), "twice")


def test_a_user_recreated_while_pages_turn_makes_the_listing_unread(
    recorded: Recorded, surroundings: Surroundings
) -> None:
    recreated = user_detail("Ada", UserId="AIDANEW0000000000000A")
    recorded.on(ACTION, page([user_detail("ada")], marker="m1"), page([recreated]))

    assert_unread(read(recorded, surroundings), "two unique IDs")


@pytest.mark.parametrize("member", ["user", "role"])
def test_an_arn_of_another_account_makes_the_listing_unread(
    member: str, recorded: Recorded, surroundings: Surroundings
) -> None:
    strange = {"Arn": f"arn:aws:iam::999999999999:{member}/strange"}
    users = [user_detail("strange", **strange)] if member == "user" else []
    roles = [role_detail("strange", **strange)] if member == "role" else []
    recorded.on(ACTION, page(users, roles))

    assert_unread(read(recorded, surroundings), "999999999999")


def test_a_user_without_a_unique_id_makes_the_listing_unread(recorded: Recorded, surroundings: Surroundings) -> None:
    detail = user_detail("ada")
    del detail["UserId"]
    recorded.on(ACTION, page([detail]))

    assert_unread(read(recorded, surroundings), "UserId")


def test_a_user_keeps_tags_groups_policies_and_boundary() -> None:
    user = listed_user(
        user_detail(
            "ada",
            Path="/apps/",
            Tags=[{"Key": "team", "Value": "search"}, {"Key": "empty", "Value": ""}],
            GroupList=["engineers"],
            AttachedManagedPolicies=[{"PolicyName": "Reader", "PolicyArn": "arn:aws:iam::aws:policy/Reader"}],
            UserPolicyList=[{"PolicyName": "inline", "PolicyDocument": POLICY}],
            PermissionsBoundary={
                "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
                "PermissionsBoundaryArn": f"arn:aws:iam::{ACCOUNT}:policy/edge",
            },
        )
    )

    assert user.path == "/apps/"
    assert user.tags == {"team": "search", "empty": ""}
    assert user.groups == ("engineers",)
    assert user.attached_policies == (NamedPolicy("Reader", "arn:aws:iam::aws:policy/Reader"),)
    assert user.inline_policies == (NamedPolicy("inline", document=POLICY),)
    assert user.permissions_boundary == f"arn:aws:iam::{ACCOUNT}:policy/edge"


def test_members_that_aws_leaves_out_are_empty() -> None:
    detail = user_detail("ada")
    for name in ("GroupList", "AttachedManagedPolicies", "Tags"):
        del detail[name]

    user = listed_user(detail)

    assert (user.groups, user.attached_policies, user.inline_policies, user.tags) == ((), (), (), {})


def test_a_role_keeps_its_last_use_and_its_instance_profiles() -> None:
    used_at = NOW - timedelta(days=3)
    arn = f"arn:aws:iam::{ACCOUNT}:instance-profile/app"

    iam_role = listed_role(
        role_detail(
            "app", RoleLastUsed={"LastUsedDate": used_at, "Region": "eu-west-1"}, InstanceProfileList=[{"Arn": arn}]
        )
    )

    assert (iam_role.last_used_at, iam_role.last_used_region) == (used_at, "eu-west-1")
    assert iam_role.instance_profiles == (arn,)


def test_an_empty_or_absent_last_use_of_a_role_is_no_use_recorded() -> None:
    absent = role_detail("app")
    del absent["RoleLastUsed"]

    assert listed_role(role_detail("app")).last_used_at is None
    assert listed_role(absent).last_used_at is None


def test_times_are_in_utc_whatever_the_zone_of_this_machine() -> None:
    twice_that_night = datetime(2025, 10, 26, 1, 30, tzinfo=ZoneInfo("Europe/London"), fold=1)

    user = listed_user(user_detail("ada", CreateDate=twice_that_night))

    assert user.created_at == datetime(2025, 10, 26, 1, 30, tzinfo=UTC)
    assert user.created_at.tzinfo is UTC


def test_a_trust_policy_arrives_as_dict_or_text_or_stays_unknown() -> None:
    encoded = quote('{"Version": "2012-10-17", "Statement": []}', safe="")

    parsed = listed_role(role_detail("app", AssumeRolePolicyDocument=encoded))
    unknown = listed_role(role_detail("app", AssumeRolePolicyDocument="%7Bnot a policy"))

    assert (parsed.trust_policy, parsed.trust_policy_text) == (POLICY, "")
    assert (unknown.trust_policy, unknown.trust_policy_text) == (None, "%7Bnot a policy")


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=10)
    | st.datetimes()
    | st.datetimes(timezones=st.timezones()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(name=st.sampled_from(sorted({*user_detail("a"), "UserPolicyList", "PermissionsBoundary"})), value=anything)
def test_a_user_is_parsed_or_malformed_whatever_comes(name: str, value: Any) -> None:
    try:
        listed_user(user_detail("ada", **{name: value}))
    except Malformed as error:
        assert str(error)  # noqa: PT017  parsing is allowed to succeed


@given(name=st.sampled_from(sorted(role_detail("a"))), value=anything)
def test_a_role_is_parsed_or_malformed_whatever_comes(name: str, value: Any) -> None:
    try:
        listed_role(role_detail("app", **{name: value}))
    except Malformed as error:
        assert str(error)  # noqa: PT017  parsing is allowed to succeed

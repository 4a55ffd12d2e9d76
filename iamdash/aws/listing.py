"""Every IAM user and role of an account, by iam:GetAccountAuthorizationDetails: whole, or not at all.

API Reference, GetAccountAuthorizationDetails: one marker walks all lists together. Members that are empty may be
left out, and `RoleLastUsed` is empty where no use was seen in 400 days. Groups and managed policies are not asked for.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from iamdash.aws.answers import (
    Answer,
    account_of,
    moment,
    optional_moment,
    optional_structure,
    optional_text,
    structures,
    text,
    texts,
)
from iamdash.aws.errors import READ_ERRORS, Malformed, unread
from iamdash.aws.paging import iam_pages
from iamdash.aws.policy import parse_policy
from iamdash.aws.progress import Surroundings
from iamdash.aws.session import AwsSession
from iamdash.aws.snapshot import Known, ListedRole, ListedUser, Listing, NamedPolicy, Part, Unread

ACTION = "iam:GetAccountAuthorizationDetails"
MOST_ON_A_PAGE = 1000

Listed = TypeVar("Listed", ListedUser, ListedRole)


def list_account(session: AwsSession, *, account_id: str, surroundings: Surroundings) -> Listing | Unread:
    """Return all users and roles of the account; Unread where the list did not end or contradicts itself."""
    users: list[ListedUser] = []
    roles: list[ListedRole] = []
    pages = 0
    began_at = surroundings.clock()
    try:
        for page in iam_pages(session, ACTION, Filter=["User", "Role"], MaxItems=MOST_ON_A_PAGE):
            if not {"UserDetailList", "RoleDetailList"} & set(page):
                raise Malformed("it holds no list.")
            users += [listed_user(detail) for detail in structures(page, "UserDetailList")]
            roles += [listed_role(detail) for detail in structures(page, "RoleDetailList")]
            pages += 1
            surroundings.tell("Listing IAM users and roles", len(users) + len(roles), None)
        return Listing(
            account_id,
            _checked(users, account_id, lambda listed: listed.user_name),
            _checked(roles, account_id, lambda listed: listed.role_name),
            surroundings.clock(),
            began_at,
            pages,
        )
    except READ_ERRORS as error:
        return unread(error, Part.AUTHORIZATION_DETAILS, ACTION)


def list_account_surely(
    session: AwsSession, *, account_id: str, known: Known, surroundings: Surroundings
) -> Listing | Unread:
    """Return what `list_account` does, but read the pages once more where a known user is in none of several.

    A user renamed while they turned may have gone from a page that was still to come to one that had been read; and
    under the name that we know AWS then knows nobody: it would look gone.
    """
    first = list_account(session, account_id=account_id, surroundings=surroundings)
    if isinstance(first, Unread) or first.pages == 1 or known.users.keys() <= {user.unique_id for user in first.users}:
        return first
    again = list_account(session, account_id=account_id, surroundings=surroundings)
    if isinstance(again, Unread):
        return again
    # Whoever was in the first exists, though it may hide from the second in the same way.
    listed = {user.unique_id for user in again.users}
    names = {user.user_name.lower() for user in again.users}
    hidden = [user for user in first.users if user.unique_id not in listed and user.user_name.lower() not in names]
    return replace(again, users=(*again.users, *hidden), began_at=first.began_at)


def outline(listing: Listing) -> Listing:
    """Return what the rest of a reading asks of a listing: who there is, and the roles whose trust speaks of EKS.

    The policies of a large account then need no memory while its keys are read.
    """
    users = (replace(user, tags={}, groups=(), attached_policies=(), inline_policies=()) for user in listing.users)
    roles = (iam_role for iam_role in listing.roles if "eks." in iam_role.trust)
    return replace(listing, users=tuple(users), roles=tuple(roles))


def listed_user(detail: Answer) -> ListedUser:
    """Return a UserDetail as we keep it. Raises Malformed."""
    return ListedUser(
        unique_id=text(detail, "UserId"),
        user_name=text(detail, "UserName"),
        arn=text(detail, "Arn"),
        path=optional_text(detail, "Path") or "/",
        created_at=moment(detail, "CreateDate"),
        tags=_tags(detail),
        groups=_groups(detail),
        attached_policies=_attached(detail),
        inline_policies=_inline(detail, "UserPolicyList"),
        permissions_boundary=_boundary(detail),
    )


def listed_role(detail: Answer) -> ListedRole:
    """Return a RoleDetail as we keep it. Raises Malformed."""
    trust_policy, trust_policy_text = parse_policy(detail.get("AssumeRolePolicyDocument"))
    last_used = optional_structure(detail, "RoleLastUsed")
    return ListedRole(
        unique_id=text(detail, "RoleId"),
        role_name=text(detail, "RoleName"),
        arn=text(detail, "Arn"),
        path=optional_text(detail, "Path") or "/",
        created_at=moment(detail, "CreateDate"),
        trust_policy=trust_policy,
        trust_policy_text=trust_policy_text,
        attached_policies=_attached(detail),
        inline_policies=_inline(detail, "RolePolicyList"),
        permissions_boundary=_boundary(detail),
        instance_profiles=tuple(text(profile, "Arn") for profile in structures(detail, "InstanceProfileList")),
        tags=_tags(detail),
        last_used_at=optional_moment(last_used, "LastUsedDate"),
        last_used_region=optional_text(last_used, "Region"),
    )


def _groups(detail: Answer) -> tuple[str, ...]:
    return tuple(texts(detail, "GroupList"))


def _tags(detail: Answer) -> dict[str, str]:
    return {text(tag, "Key"): optional_text(tag, "Value") for tag in structures(detail, "Tags")}


def _attached(detail: Answer) -> tuple[NamedPolicy, ...]:
    attached = structures(detail, "AttachedManagedPolicies")
    return tuple(NamedPolicy(name=text(policy, "PolicyName"), arn=text(policy, "PolicyArn")) for policy in attached)


def _inline(detail: Answer, name: str) -> tuple[NamedPolicy, ...]:
    return tuple(
        NamedPolicy(name=text(policy, "PolicyName"), document=parse_policy(policy.get("PolicyDocument"))[0])
        for policy in structures(detail, name)
    )


def _boundary(detail: Answer) -> str:
    return optional_text(optional_structure(detail, "PermissionsBoundary"), "PermissionsBoundaryArn")


def _checked(found: Iterable[Listed], account_id: str, name_of: Callable[[Listed], str]) -> tuple[Listed, ...]:
    """Return each item once. Raises Malformed where two contradict each other or one is of another account.

    A list changes while its pages turn: an item may come twice, and one that was renamed comes under two names.
    """
    by_id: dict[str, Listed] = {}
    names: set[str] = set()
    for listed in found:
        known = by_id.setdefault(listed.unique_id, listed)
        if known != listed:
            raise Malformed(f"{listed.unique_id} is in it twice, and not the same.")
        if known is not listed:
            continue
        if account_of(listed.arn) != account_id:
            raise Malformed(f"it holds {listed.arn}, which is not of account {account_id}.")
        name = name_of(listed).lower()  # names are unique without regard to case
        if name in names:
            raise Malformed(f"two unique IDs have the name {name_of(listed)}.")
        names.add(name)
    return tuple(by_id.values())

"""Accounts from AWS Organizations: asked every hour where iamdash.toml has [organization], and on command.

The file's own accounts keep what the file says; AWS adds others, and says of all whether anything can be read there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from django.conf import settings
from django.db import transaction

from iamdash.aws.errors import DENIED, READ_ERRORS, Malformed, code_of, reason_of
from iamdash.aws.organization import LIST_ACCOUNTS, MemberAccount, list_accounts
from iamdash.aws.session import AwsSession
from iamdash.inventory.gaps import how_to_fix
from iamdash.models import AwsAccount, Organization
from iamdash.models.journal import record
from iamdash.models.organisation import NOT_READ
from iamdash.standing.assess import Cause
from iamdash.standing.everybody import assess_everybody

ACTOR = "discover_accounts"
EVERY = timedelta(hours=1)
LONGEST_NAME = 120
WORDS = {"organization_state": "state", "role_arn": "role to take", "external_id": "external ID"}

ListMembers = Callable[[Organization], tuple[MemberAccount, ...]]


@dataclass(frozen=True, slots=True)
class Discovery:
    """What came of asking. `problem`: why AWS did not say, and what to do; then everything stays as it was."""

    members: int
    changes: tuple[str, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class LastAsked:
    """How the last question went: `listed_at`, when AWS last answered; `problem`, why it did not since."""

    listed_at: datetime | None
    problem: str


def last_asked() -> LastAsked | None:
    """Return what the accounts page says of the organisation; None: iamdash.toml has no [organization]."""
    organization = Organization.objects.filter(pk=1).first()
    return LastAsked(organization.listed_at, organization.problem) if organization else None


def discover_if_due(now: datetime) -> None:
    """Ask AWS Organizations where it was not asked for an hour."""
    organization = Organization.objects.filter(pk=1).first()
    if organization and (organization.tried_at is None or organization.tried_at <= now - EVERY):
        discover_accounts(now=now)


def ask_aws(organization: Organization) -> tuple[MemberAccount, ...]:
    """Return the organisation's accounts, asked with its list_role_arn or iamdash's own role. Raises READ_ERRORS."""
    session = AwsSession(
        role_arn=organization.list_role_arn,
        external_id=organization.list_external_id,
        allow_long_lived_key=settings.ALLOW_LONG_LIVED_KEY,
    )
    session.assume_role()
    return list_accounts(session)


def discover_accounts(*, now: datetime, list_members: ListMembers = ask_aws) -> Discovery | None:
    """Bring the accounts in line with the organisation; None: iamdash.toml has no [organization].

    No account is deleted, and none is given up on half a list: where AWS does not name them all, all stay as they are.
    """
    organization = Organization.objects.filter(pk=1).first()
    if organization is None:
        return None
    try:
        members = list_members(organization)
    except READ_ERRORS as error:
        problem = _problem(error, organization)
        Organization.objects.filter(pk=1).update(tried_at=now, problem=problem[:1000])
        return Discovery(0, (), problem)
    return _follow(members, now)


@transaction.atomic
def _follow(members: tuple[MemberAccount, ...], now: datetime) -> Discovery | None:
    # Locked: load_config and a second discovery take turns with this one.
    organization = Organization.objects.select_for_update().filter(pk=1).first()
    if organization is None:
        return None
    known = AwsAccount.objects.in_bulk()
    changes = [
        change
        for member in members
        if (change := _follow_one(member, known.pop(member.account_id, None), organization, now))
    ]
    changes += [_leave(account, now) for account in known.values() if _has_left(account)]
    organization.tried_at = organization.listed_at = now
    organization.problem = ""
    organization.save()
    if changes:
        sentence = f"AWS Organizations was asked for accounts: {'; '.join(changes)}."
        record(at=now, actor=ACTOR, kind="organization.discovered", sentence=sentence, after={"changes": changes})
        assess_everybody(now=now, cause=Cause.PEOPLE, actor=ACTOR)
    return Discovery(len(members), tuple(changes), "")


def _follow_one(
    member: MemberAccount, account: AwsAccount | None, organization: Organization, now: datetime
) -> str | None:
    """Make the account's row say what the organisation says; return the change as a phrase, if there is one."""
    excluded = member.account_id in organization.exclude
    if account is None and excluded:
        return None
    readable = member.state not in NOT_READ and not excluded
    was_removed_at = account.removed_at if account else None
    columns: dict[str, Any] = {
        "organization_state": member.state,
        "removed_at": None if readable else was_removed_at or now,
    }
    if account is None or account.from_organization:
        columns |= _as_found(member, organization)
    if account is None:
        account = AwsAccount.objects.create(account_id=member.account_id, from_organization=True, **columns)
        return f"{_label(account)} found{'' if readable else f'. {account.why_not_read}'}"
    differing = _update(account, columns)
    if "removed_at" in differing:
        return f"{_label(account)} is {'read again' if readable else f'no longer read. {account.why_not_read}'}"
    if differing:
        return f"{_label(account)} has a new {' and '.join(WORDS.get(name, name) for name in differing)}"
    return None


def _as_found(member: MemberAccount, organization: Organization) -> dict[str, str]:
    fitting = (environment for pattern, environment in organization.environments if fnmatchcase(member.name, pattern))
    return {
        "name": member.name[:LONGEST_NAME],
        "environment": next(fitting, ""),
        "role_arn": f"arn:{member.partition}:iam::{member.account_id}:role/{organization.role_name}",
        "external_id": organization.external_id,
    }


def _has_left(account: AwsAccount) -> bool:
    """Return whether only the organisation named this account, which it does no more. The file's may be elsewhere."""
    return account.from_organization and account.removed_at is None


def _leave(account: AwsAccount, now: datetime) -> str:
    _update(account, {"organization_state": "LEFT", "removed_at": now})
    return f"{_label(account)} is no longer read. {account.why_not_read}"


def _label(account: AwsAccount) -> str:
    return f"AWS account {account.pk} ({account.name})"


def _update(account: AwsAccount, columns: Mapping[str, Any]) -> list[str]:
    """Save the columns that differ; return their names."""
    differing = [name for name, value in columns.items() if getattr(account, name) != value]
    for name in differing:
        setattr(account, name, columns[name])
    if differing:
        account.save(update_fields=differing)
    return differing


def _problem(error: Exception, organization: Organization) -> str:
    action, code = LIST_ACCOUNTS, code_of(error)
    if code == "AWSOrganizationsNotInUseException":
        return "The account that was asked is in no organisation: take [organization] out, or name a list_role_arn."
    if isinstance(error, Malformed):
        fix = "Check that it is AWS that answers (AWS_ENDPOINT_URL, a proxy). All accounts stay as they were."
        return f"{reason_of(error, action)} {fix}"
    # The session is opened before the question is asked, by whom AWS says in the operation's name.
    if getattr(error, "operation_name", "") == "AssumeRole":
        action = "sts:AssumeRole"
    fix = how_to_fix(action, code, role_arn=organization.list_role_arn)
    if action == LIST_ACCOUNTS and code in DENIED:
        fix += " Only the management account and delegated administrators may ask: list_role_arn names a role there."
    return f"{reason_of(error, action)} {fix}".strip()

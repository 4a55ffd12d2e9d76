"""What AWS says of one IAM user besides its keys: where it is, its console access, its tags, whether it is gone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from iamdash.candidates.queries.candidate.access_keys import descriptions
from iamdash.candidates.queries.candidate.readings import Readings
from iamdash.models import IamUser
from iamdash.rules.evidence import Reading

# Where the IAM console of each partition is; IAM is global within one.
CONSOLES = {
    "aws": "https://us-east-1.console.aws.amazon.com/iam/home",
    "aws-cn": "https://console.amazonaws.cn/iam/home",
    "aws-us-gov": "https://console.amazonaws-us-gov.com/iam/home",
}
# Tags whose name says that the value is where the code is.
REPOSITORY_WORDS = ("repo", "git", "source", "terraform")


@dataclass(frozen=True, slots=True)
class TagRow:
    """One tag of the IAM user. `url`: its value, where that is an address on the web."""

    name: str
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class Namesake:
    """Another IAM user that had or has this name. `number`: its candidate, where it is one."""

    user_name: str
    unique_id: str
    number: int | None


@dataclass(frozen=True, slots=True)
class IamUserFacts:
    """The IAM user as AWS describes it.

    `password_enabled`, `mfa_active` None: not known. `console_as_of`: the credential report's GeneratedTime; None:
    never read. `gone_at`, `gone_confirmed_at`: the first and the second, independent proof that it is gone.
    """

    user_name: str
    unique_id: str
    arn: str
    account_id: str
    account_name: str
    environment: str
    account_removed_at: datetime | None
    console_url: str
    created_at: datetime
    first_seen_at: datetime
    password_enabled: bool | None
    password_last_used_at: datetime | None
    mfa_active: bool | None
    other_credentials: str
    console_as_of: datetime | None
    groups: tuple[str, ...]
    policies: tuple[str, ...]
    repositories: tuple[TagRow, ...]
    tags: tuple[TagRow, ...]
    gone_at: datetime | None
    gone_confirmed_at: datetime | None
    predecessor: Namesake | None
    successors: tuple[Namesake, ...]


def iam_user_facts(iam_user: IamUser, readings: Readings, namesakes: Iterable[IamUser]) -> IamUserFacts:
    """Return what AWS says of this IAM user. `namesakes`: who had its name before, or has had it since."""
    named = {other.pk: _namesake(other) for other in namesakes}
    before = named.pop(iam_user.predecessor_id, None) if iam_user.predecessor_id else None
    described = descriptions(iam_user.tags)
    tags = [_tag(name, value) for name, value in sorted(iam_user.tags.items()) if name not in described]
    return IamUserFacts(
        user_name=iam_user.user_name,
        unique_id=iam_user.unique_id,
        arn=iam_user.arn,
        account_id=iam_user.aws_account_id,
        account_name=iam_user.aws_account.name,
        environment=iam_user.aws_account.environment,
        account_removed_at=iam_user.aws_account.removed_at,
        console_url=console_url(iam_user.arn, iam_user.user_name),
        created_at=iam_user.created_at,
        first_seen_at=iam_user.first_seen_at,
        password_enabled=iam_user.password_enabled,
        password_last_used_at=iam_user.password_last_used_at,
        mfa_active=iam_user.mfa_active,
        other_credentials=iam_user.additional_credentials,
        console_as_of=_console_as_of(iam_user, readings),
        groups=tuple(iam_user.groups),
        policies=_policies(iam_user),
        repositories=tuple(tag for tag in tags if _names_a_repository(tag)),
        tags=tuple(tag for tag in tags if not _names_a_repository(tag)),
        gone_at=iam_user.gone_at,
        gone_confirmed_at=iam_user.gone_confirmed_at,
        predecessor=before,
        successors=tuple(named.values()),
    )


def _console_as_of(iam_user: IamUser, readings: Readings) -> datetime | None:
    """Return the newest report that said so: the row keeps the first one, and those since have agreed with it."""
    if iam_user.console_as_of is None or iam_user.gone_at is not None:
        return iam_user.console_as_of
    return max(iam_user.console_as_of, readings.as_of(Reading.REPORT) or iam_user.console_as_of)


def console_url(arn: str, user_name: str) -> str:
    """Return the address of this IAM user in the AWS console, which opens in the account its reader is signed in to."""
    partition = arn.split(":")[1] if arn.startswith("arn:") else "aws"
    return f"{CONSOLES.get(partition, CONSOLES['aws'])}#/users/details/{quote(user_name, safe='')}"


def _policies(iam_user: IamUser) -> tuple[str, ...]:
    found: list[Mapping[str, str]] = [*iam_user.attached_policies, *iam_user.inline_policies]
    return tuple(policy["name"] for policy in found)


def _tag(name: str, value: str) -> TagRow:
    return TagRow(name, value, value if value.startswith(("https://", "http://")) else "")


def _names_a_repository(tag: TagRow) -> bool:
    return any(word in tag.name.lower() for word in REPOSITORY_WORDS)


def _namesake(iam_user: IamUser) -> Namesake:
    candidate = getattr(iam_user, "candidate", None)
    return Namesake(iam_user.user_name, iam_user.unique_id, candidate.pk if candidate else None)

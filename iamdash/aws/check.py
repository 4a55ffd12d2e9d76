"""One IAM user, read directly: whose the name is, its access keys, its other credentials; and its replacement roles."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from iamdash.aws.access_keys import KeyReader
from iamdash.aws.answers import (
    Answer,
    moment,
    optional_moment,
    optional_structure,
    optional_text,
    structure,
    structures,
    text,
)
from iamdash.aws.errors import NO_SUCH_ENTITY, READ_ERRORS, code_of, unread
from iamdash.aws.paging import iam_pages
from iamdash.aws.patience import ask_each
from iamdash.aws.policy import parse_policy
from iamdash.aws.progress import Surroundings
from iamdash.aws.session import AwsSession
from iamdash.aws.snapshot import (
    Absence,
    CredentialKind,
    CredentialsOfUser,
    DescribedRole,
    Known,
    KnownUser,
    ListedCredential,
    Part,
    Piece,
    Unread,
)
from iamdash.aws.users import GET, whose_name

LOGIN_PROFILE = "iam:GetLoginProfile"
ROLE = "iam:GetRole"


@dataclass(frozen=True, slots=True)
class CredentialList:
    """An IAM list of one kind of credentials, and the members of its answer that are kept."""

    kind: CredentialKind
    action: str
    member: str
    credential_id: str
    created_at: str


LISTS = (
    CredentialList(CredentialKind.MFA_DEVICE, "iam:ListMFADevices", "MFADevices", "SerialNumber", "EnableDate"),
    CredentialList(
        CredentialKind.SIGNING_CERTIFICATE, "iam:ListSigningCertificates", "Certificates", "CertificateId", "UploadDate"
    ),
    CredentialList(
        CredentialKind.SSH_PUBLIC_KEY, "iam:ListSSHPublicKeys", "SSHPublicKeys", "SSHPublicKeyId", "UploadDate"
    ),
    CredentialList(
        CredentialKind.SERVICE_SPECIFIC,
        "iam:ListServiceSpecificCredentials",
        "ServiceSpecificCredentials",
        "ServiceSpecificCredentialId",
        "CreateDate",
    ),
)


@dataclass(frozen=True, slots=True)
class NamedRole:
    """A role to ask for by its name, and the unique ID that it should have."""

    unique_id: str
    role_name: str


def check_user(session: AwsSession, user: KnownUser, *, surroundings: Surroundings) -> list[Piece]:
    """Return all that AWS says of this very user now, an Unread for each part that it does not tell.

    First comes what iam:GetUser said (an Absence), alone where the name is not this user's. IAM answers for a name, and
    names move: it is asked again at the end, and nothing in between is believed unless both answers name this user.
    At most 11 calls for a user with two access keys.
    """
    before = _whose(session, user, surroundings)
    if isinstance(before, Unread) or before.answer != "same_unique_id":
        return [before]
    keys = KeyReader(session, _only(user), None, surroundings)
    questions: list[Callable[[], list[Piece]]] = [
        lambda: keys.read(user),
        lambda: [_login_profile(session, user, surroundings)],
        *(partial(_listed, session, user, each, surroundings) for each in LISTS),
    ]
    read = [piece for pieces in ask_each(questions, lambda question: question()) for piece in pieces]
    after = _whose(session, user, surroundings)
    if isinstance(after, Unread) or after.answer != "same_unique_id":
        return [after]
    return [before, *read]


def check_roles(session: AwsSession, roles: Iterable[NamedRole], *, surroundings: Surroundings) -> list[Piece]:
    """Return these roles of the session's account as they are now, an Unread for each that AWS does not tell."""
    return list(ask_each(roles, lambda role: _role(session, role, surroundings)))


def _only(user: KnownUser) -> Known:
    return Known({user.unique_id: user}, association_ids=frozenset(), regions=(), read_everybody=True)


def _whose(session: AwsSession, user: KnownUser, surroundings: Surroundings) -> Absence | Unread:
    try:
        return whose_name(session, user, surroundings)
    except READ_ERRORS as error:
        return unread(error, Part.IAM_USER, GET, user.unique_id)


def _login_profile(session: AwsSession, user: KnownUser, surroundings: Surroundings) -> CredentialsOfUser | Unread:
    kind = CredentialKind.LOGIN_PROFILE
    try:
        profile = structure(session.read(LOGIN_PROFILE, UserName=user.user_name), "LoginProfile")
        found: tuple[ListedCredential, ...] = (ListedCredential("", "", moment(profile, "CreateDate")),)
    except READ_ERRORS as error:
        if code_of(error) != NO_SUCH_ENTITY:
            return unread(error, Part.OTHER_CREDENTIALS, LOGIN_PROFILE, user.unique_id)
        # There is such a user, as iam:GetUser says before and after: so it is the login profile that is not there.
        found = ()
    return CredentialsOfUser(user.unique_id, kind, found, surroundings.clock())


def _listed(session: AwsSession, user: KnownUser, asked: CredentialList, surroundings: Surroundings) -> list[Piece]:
    try:
        found = [
            _credential(metadata, asked)
            for page in iam_pages(session, asked.action, UserName=user.user_name)
            for metadata in structures(page, asked.member, required=True)
        ]
    except READ_ERRORS as error:
        return [unread(error, Part.OTHER_CREDENTIALS, asked.action, user.unique_id)]
    return [CredentialsOfUser(user.unique_id, asked.kind, tuple(found), surroundings.clock())]


def _credential(metadata: Answer, asked: CredentialList) -> ListedCredential:
    return ListedCredential(
        text(metadata, asked.credential_id),
        optional_text(metadata, "Status"),
        optional_moment(metadata, asked.created_at),
        optional_text(metadata, "ServiceName"),
    )


def _role(session: AwsSession, role: NamedRole, surroundings: Surroundings) -> DescribedRole | Unread:
    try:
        found = structure(session.read(ROLE, RoleName=role.role_name), "Role")
        if text(found, "RoleId") != role.unique_id:
            reason = f"The name {role.role_name} belongs to another IAM role now; the next sync says what became of it."
            return Unread(Part.REPLACEMENT_ROLES, reason, ROLE, subject=role.unique_id)
        return _described(found, surroundings)
    except READ_ERRORS as error:
        if code_of(error) == NO_SUCH_ENTITY:
            reason = f"AWS no longer knows the IAM role {role.role_name}; the next sync proves it."
            return Unread(Part.REPLACEMENT_ROLES, reason, ROLE, NO_SUCH_ENTITY, role.unique_id)
        return unread(error, Part.REPLACEMENT_ROLES, ROLE, role.unique_id)


def _described(found: Answer, surroundings: Surroundings) -> DescribedRole:
    trust_policy, trust_policy_text = parse_policy(found.get("AssumeRolePolicyDocument"))
    last_used = optional_structure(found, "RoleLastUsed")
    return DescribedRole(
        unique_id=text(found, "RoleId"),
        role_name=text(found, "RoleName"),
        trust_policy=trust_policy,
        trust_policy_text=trust_policy_text,
        last_used_at=optional_moment(last_used, "LastUsedDate"),
        last_used_region=optional_text(last_used, "Region"),
        read_at=surroundings.clock(),
    )

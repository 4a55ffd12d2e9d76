"""What one reading of an AWS account holds: frozen, plain, and honest about what could not be read.

`collect` yields these pieces in the order it reads them, so that a first sync can publish users before key ids.
Names follow AWS's own (IAM API 2010-05-08, EKS API 2017-11-01). Every `read_at` is when the answer arrived.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal


class Part(StrEnum):
    """The parts of an account that can be read, or stay unread, on their own."""

    IDENTITY = "identity"
    AUTHORIZATION_DETAILS = "authorization_details"
    CREDENTIAL_REPORT = "credential_report"
    ACCESS_KEYS = "access_keys"
    ACCESS_KEY_LAST_USED = "access_key_last_used"
    ABSENCES = "absences"
    POD_IDENTITY = "pod_identity"
    EKS_CLUSTERS = "eks_clusters"
    IAM_USER = "iam_user"
    OTHER_CREDENTIALS = "other_credentials"
    REPLACEMENT_ROLES = "replacement_roles"


@dataclass(frozen=True, slots=True)
class Unread:
    """We could not ask, or AWS would not say: never a fact about what exists.

    `subject` narrows the gap (a user's unique ID, a region, a cluster); empty means the whole part.
    `error_code` is AWS's (`AccessDenied`, `Throttling`) or the client's (`ConnectTimeoutError`).
    """

    part: Part
    reason: str
    action: str = ""
    error_code: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """The answer of sts:GetCallerIdentity, checked against the account that was expected."""

    account_id: str
    arn: str
    long_lived: bool
    read_at: datetime


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A policy attached by ARN, or an inline one (`arn` empty, `document` set)."""

    name: str
    arn: str = ""
    document: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ListedUser:
    """An IAM user as iam:GetAccountAuthorizationDetails lists it. It carries no keys and no password."""

    unique_id: str
    user_name: str
    arn: str
    path: str
    created_at: datetime
    tags: Mapping[str, str]
    groups: tuple[str, ...]
    attached_policies: tuple[NamedPolicy, ...]
    inline_policies: tuple[NamedPolicy, ...]
    permissions_boundary: str


@dataclass(frozen=True, slots=True)
class ListedRole:
    """An IAM role as iam:GetAccountAuthorizationDetails lists it.

    `last_used_at` None means that AWS recorded no use in its tracking period of 400 days, not "never".
    `trust_policy` is None where AWS's text could not be parsed: unknown, and kept in `trust_policy_text`.
    """

    unique_id: str
    role_name: str
    arn: str
    path: str
    created_at: datetime
    trust_policy: Mapping[str, Any] | None
    trust_policy_text: str
    attached_policies: tuple[NamedPolicy, ...]
    inline_policies: tuple[NamedPolicy, ...]
    permissions_boundary: str
    instance_profiles: tuple[str, ...]
    tags: Mapping[str, str]
    last_used_at: datetime | None
    last_used_region: str

    @property
    def trust(self) -> str:
        """Return the trust policy as text, whether it could be parsed or not."""
        return json.dumps(self.trust_policy) if self.trust_policy else self.trust_policy_text


@dataclass(frozen=True, slots=True)
class Listing:
    """Every page of iam:GetAccountAuthorizationDetails, walked to its end. A half-walked list is Unread instead.

    `began_at`: when its first page was asked for; what it says of one item may be as old as that. None: not known.
    """

    account_id: str
    users: tuple[ListedUser, ...]
    roles: tuple[ListedRole, ...]
    read_at: datetime
    began_at: datetime | None = field(default=None, compare=False)
    pages: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class ReportSlot:
    """One of the two access-key slots of a credential report row. The report names no key ids."""

    active: bool
    created_at: datetime
    last_used_at: datetime | None
    last_used_service: str
    last_used_region: str


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One IAM user in the credential report. `slots` holds only the slots that carry a key."""

    user_name: str
    arn: str
    created_at: datetime
    password_enabled: bool | None
    password_last_used_at: datetime | None
    mfa_active: bool | None
    slots: tuple[ReportSlot, ...]
    additional_credentials: str


@dataclass(frozen=True, slots=True)
class CredentialReport:
    """iam:GetCredentialReport: one report per account, made by AWS at `generated_at`, up to 4 hours old.

    `root_has_access_key` is None where the report does not say.
    """

    rows: Mapping[str, ReportRow]
    root_has_access_key: bool | None
    generated_at: datetime
    read_at: datetime


@dataclass(frozen=True, slots=True)
class LastUsed:
    """AWS's record of use. `at` None: AWS answered and had no date ("no use recorded", which is not "never").

    `source` is "direct" (iam:GetAccessKeyLastUsed; as_of = when it answered) or "report" (as_of = its GeneratedTime).
    """

    at: datetime | None
    service: str
    region: str
    source: Literal["direct", "report"]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class ListedAccessKey:
    """One access key as iam:ListAccessKeys lists it, joined with its last use where that was read."""

    access_key_id: str
    status: str
    created_at: datetime
    last_used: LastUsed | None


@dataclass(frozen=True, slots=True)
class KeysOfUser:
    """A complete iam:ListAccessKeys answer for one IAM user: these keys and no others."""

    unique_id: str
    keys: tuple[ListedAccessKey, ...]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class ReportedUses:
    """Last uses that the credential report gives for known keys which were not asked for directly, by access key ID.

    Only keys which the report can tell apart (creation time and status match exactly one slot) are in it.
    """

    uses: Mapping[str, LastUsed]


@dataclass(frozen=True, slots=True)
class Absence:
    """What iam:GetUser said of a user that the complete listing did not hold under any name.

    `answer`: "no_such_entity" (exactly IAM's NoSuchEntity), "other_unique_id" (the name belongs to another user now),
    "same_unique_id" (it exists after all).
    """

    unique_id: str
    asked_name: str
    answer: Literal["no_such_entity", "other_unique_id", "same_unique_id"]
    found_unique_id: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Association:
    """A *described* EKS Pod Identity association (eks:DescribePodIdentityAssociation)."""

    association_id: str
    association_arn: str
    region: str
    cluster_name: str
    namespace: str
    service_account: str
    role_arn: str
    target_role_arn: str
    external_id: str
    disable_session_tags: bool
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class PodIdentities:
    """Every association of every cluster of every configured region; clusters that could not be read are Unread.

    `listed_ids` are the associations seen, described now or known before; `complete_clusters` are the
    (region, cluster) pairs whose list ended; `clusters_by_region` holds only regions whose ListClusters ended.
    """

    described: tuple[Association, ...]
    listed_ids: frozenset[str]
    complete_clusters: frozenset[tuple[str, str]]
    clusters_by_region: Mapping[str, tuple[str, ...]]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Cluster:
    """A *described* EKS cluster (eks:DescribeCluster). `issuer`: of its OpenID Connect tokens, without https://."""

    region: str
    name: str
    issuer: str


@dataclass(frozen=True, slots=True)
class Clusters:
    """The EKS clusters of the Regions in which a role trusts one; what could not be read is Unread.

    `described`: those that were described now. `names_by_region` holds only Regions whose ListClusters ended.
    """

    described: tuple[Cluster, ...]
    names_by_region: Mapping[str, tuple[str, ...]]
    read_at: datetime


class CredentialKind(StrEnum):
    """What an IAM user may sign in or sign requests with besides access keys."""

    LOGIN_PROFILE = "login_profile"
    MFA_DEVICE = "mfa_device"
    SIGNING_CERTIFICATE = "signing_certificate"
    SSH_PUBLIC_KEY = "ssh_public_key"
    SERVICE_SPECIFIC = "service_specific"


@dataclass(frozen=True, slots=True)
class ListedCredential:
    """One credential other than an access key. `status` as AWS spells it, "" for kinds that have none.

    `credential_id` is "" for a login profile, of which a user has one at most. `service`: what a service-specific
    credential is for.
    """

    credential_id: str
    status: str
    created_at: datetime | None
    service: str = ""


@dataclass(frozen=True, slots=True)
class CredentialsOfUser:
    """A complete answer about one kind of other credentials of one IAM user: these and no others."""

    unique_id: str
    kind: CredentialKind
    credentials: tuple[ListedCredential, ...]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class DescribedRole:
    """An IAM role as iam:GetRole describes it: who may assume it, and its last use. See `ListedRole`."""

    unique_id: str
    role_name: str
    trust_policy: Mapping[str, Any] | None
    trust_policy_text: str
    last_used_at: datetime | None
    last_used_region: str
    read_at: datetime


Piece = (
    Identity
    | Listing
    | CredentialReport
    | KeysOfUser
    | ReportedUses
    | Absence
    | PodIdentities
    | Clusters
    | CredentialsOfUser
    | DescribedRole
    | Unread
)


@dataclass(frozen=True, slots=True)
class KnownUser:
    """What Postgres knows of an IAM user before a run, so that collect asks only where something may have changed.

    `slots_seen`: the report slots when its keys were last read, sorted (created_at, active) pairs; None: never asked.
    `asked_at`: the newest complete iam:ListAccessKeys of this user; `ask_failed`: the last try failed.
    `access_keys`: (access_key_id, created_at, status) of the keys we know. `read_directly`: its next step hangs on it.
    `last_uses`: by access key ID the last use, of each key whose last use was ever read; None: AWS had no date.
    `slots_reported`: the slots in the newest report that was read, as `slots_seen`; None: it had no row of this user.
    `additional_credentials`: what that report said of credentials beyond two, "" where it counted none.
    """

    unique_id: str
    user_name: str
    arn: str
    created_at: datetime
    slots_seen: tuple[tuple[datetime, bool], ...] | None
    asked_at: datetime | None
    ask_failed: bool
    access_keys: tuple[tuple[str, datetime, str], ...]
    read_directly: bool
    last_uses: Mapping[str, datetime | None] = field(default_factory=dict)
    slots_reported: tuple[tuple[datetime, bool], ...] | None = None
    additional_credentials: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What a run needs to know beforehand.

    `users`: those not yet proved gone, by unique ID. `association_ids`: the associations already described.
    `read_everybody`: ask for every user's keys directly (`manage.py sync --direct`). `pods_read_at`: when associations
    were last read without a gap, so that known ones are described again once a day; None: describe them all.
    `clusters`: (region, name) of the clusters whose issuer is known; `clusters_read_at`: likewise. `report_stands`: AWS
    would give the credential report that was read already, so it is not asked for.
    """

    users: Mapping[str, KnownUser]
    association_ids: frozenset[str]
    regions: tuple[str, ...]
    read_everybody: bool = False
    pods_read_at: datetime | None = None
    clusters: frozenset[tuple[str, str]] = frozenset()
    clusters_read_at: datetime | None = None
    report_stands: bool = False

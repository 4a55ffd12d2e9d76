"""Everything the rules may know of one candidate: plain, frozen, and clear about what was not read.

Built from rows by `iamdash.standing.facts`. Times are aware and in UTC. In every `..._as_of`, None means "never read".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from iamdash.rules.owners.teams import USUAL_RULES, OwnershipRule, Teams
from iamdash.rules.route import Route
from iamdash.rules.vendors import VendorFacts
from iamdash.rules.workload import USUAL_ENVIRONMENTS


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The organisation's limits, in whole days or minutes; its rules of ownership and environments, in their order."""

    long_lived_days: int = 90
    grace_days: int = 7
    stuck_days: int = 21
    gone_confirm_minutes: int = 15
    minimum_quiet_days: int = 14
    soak_days: int = 14
    claim_days: int = 90
    claim_warning_days: int = 14
    ownership: tuple[OwnershipRule, ...] = USUAL_RULES
    environments: tuple[tuple[str, ...], ...] = USUAL_ENVIRONMENTS


@dataclass(frozen=True, slots=True)
class Use:
    """One last-used reading: at `at` the key was used, as `source` ("direct" or "report") said as of `as_of`.

    `unread_for`: how long nobody had read the key by then; zero where that is not known. `service`, `region`: as AWS
    names them, for pages.
    """

    at: datetime
    as_of: datetime
    source: str
    unread_for: timedelta = timedelta(0)
    service: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """One access key that was seen and is not known to be gone.

    `last_used_at` None with `last_used_as_of` set: no use recorded. `last_used_as_of` None: unread.
    `uses`: the ledger, oldest first, with the last use of each day (UTC). When `status` was read is `keys_as_of`, for
    all keys of an IAM user together.
    """

    access_key_id: str
    status: str
    status_changed_at: datetime
    created_at: datetime
    last_used_at: datetime | None
    last_used_service: str
    last_used_region: str
    last_used_source: str
    last_used_as_of: datetime | None
    uses: tuple[Use, ...] = ()


class CredentialKind(StrEnum):
    """What an IAM user may hold besides access keys. The values are `aws.snapshot`'s."""

    LOGIN_PROFILE = "login_profile"
    MFA_DEVICE = "mfa_device"
    SIGNING_CERTIFICATE = "signing_certificate"
    SSH_PUBLIC_KEY = "ssh_public_key"
    SERVICE_SPECIFIC = "service_specific"


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """A credential that is no access key and is not known to be gone. AWS keeps no record of when it was last used.

    `status` "" for kinds that have none; `status_since`: since when we have seen it. `credential_id` is "" for a
    console password. `service`: what a service-specific credential is for.
    """

    kind: CredentialKind
    credential_id: str
    status: str
    status_since: datetime
    service: str = ""


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """A policy of the IAM user: attached by its `arn`, or inline (`arn` "") with its `document`; None: not parsed."""

    name: str
    arn: str = ""
    document: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AssociationFacts:
    """A described EKS Pod Identity association that is not gone."""

    cluster_name: str
    region: str
    cluster_account_id: str
    namespace: str
    service_account: str
    role_arn: str
    target_role_arn: str
    external_id: str
    disable_session_tags: bool


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """An EKS cluster that we read, in whichever of our accounts. `issuer`: of its tokens, without https://."""

    issuer: str
    name: str
    aws_account_id: str
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """An IAM role, as a replacement or a suggestion. `trust_policy` None: its text could not be parsed.

    `last_used_at` None: AWS recorded no use in its 400 days (and neither did the ledger). `shared_with`: how many other
    candidates are linked to it. `as_of`: the listing that holds it; None where roles were never read.
    `uses`: the ledger of its last-used readings, oldest first. `clusters`: those whose issuer its trust policy names.
    """

    unique_id: str
    role_name: str
    arn: str
    aws_account_id: str
    created_at: datetime
    trust_policy: Mapping[str, Any] | None
    has_policy: bool
    instance_profiles: tuple[str, ...]
    last_used_at: datetime | None
    first_used_at: datetime | None
    as_of: datetime | None
    gone_at: datetime | None
    associations: tuple[AssociationFacts, ...] = ()
    associations_as_of: datetime | None = None
    uses: tuple[datetime, ...] = ()
    clusters: tuple[ClusterFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplacementFacts:
    """A role linked as replacement. `shared_with`: how many other candidates it is linked to."""

    iam_role: RoleFacts
    linked_at: datetime
    linked_by: str
    shared_with: int


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """The standing claim. `team_slug` and `person_id` let a row point at its owner; no rule reads them.

    `confirmed_at`: when somebody last said so again; None: not since it was claimed.
    """

    team_name: str
    person_name: str
    claimed_at: datetime
    confirmed_at: datetime | None = None
    team_slug: str = ""
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class CandidateFacts:
    """One IAM user and everything said and seen about it.

    `keys_as_of`: the newest complete reading of its keys, direct; None: never read directly. `keys_unread_reason`: why
    the last try to read its keys failed, or "". `report_slots`: (created_at, active) of the keys that the credential
    report shows, which is what can be said before key ids are known; `report_as_of`: its GeneratedTime.
    `account_readable`: the AWS account is in the config; `users_as_of`: the newest complete listing of its users.
    `gone_keys_ended_at`: when the last of the keys that are gone stopped being Active, as far as we saw.
    `cadence`: how often its owner says that its keys are used; None: nobody has said.
    `recreates_candidate`: the number of the candidate under whose name this IAM user was created again, or None.
    `policies`: its own, attached first; what its `groups` allow is not read. `other_credentials_read`: when each kind
    of `other_credentials` was last read completely; a kind that is not in it was never read.
    `exception_until`: when the exception that was approved ends; None: none was, or it was ended.
    `password_last_used_at`, `mfa_active`: as `password_enabled`, by the credential report; None: not known.
    """

    unique_id: str
    user_name: str
    arn: str
    aws_account_id: str
    created_at: datetime
    tags: Mapping[str, str]
    policies: tuple[PolicyFacts, ...]
    password_enabled: bool | None
    access_keys: tuple[KeyFacts, ...]
    keys_as_of: datetime | None
    keys_unread_reason: str
    report_slots: tuple[tuple[datetime, bool], ...]
    report_as_of: datetime | None
    users_as_of: datetime | None
    first_seen_at: datetime
    gone_at: datetime | None
    gone_confirmed_at: datetime | None
    account_readable: bool
    opened_at: datetime | None
    route: Route | None
    route_chosen_at: datetime | None
    claim: ClaimFacts | None
    replacements: tuple[ReplacementFacts, ...]
    closed_at: datetime | None = None
    terraform_hint: bool = False
    known_account_ids: frozenset[str] = frozenset()
    gone_keys_ended_at: datetime | None = None
    recreates_candidate: int | None = None
    cadence: timedelta | None = None
    path: str = "/"
    groups: tuple[str, ...] = ()
    password_last_used_at: datetime | None = None
    mfa_active: bool | None = None
    other_credentials: tuple[CredentialFacts, ...] = ()
    other_credentials_read: Mapping[CredentialKind, datetime] = field(default_factory=dict)
    vendors: tuple[VendorFacts, ...] = ()
    exception_until: datetime | None = None
    teams: Teams = field(default_factory=Teams)

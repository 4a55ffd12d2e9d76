"""The tables, one file per noun family: who signs in, what AWS holds, what people said, what the rules concluded."""

from iamdash.models.candidate import Candidate, Note, Replacement, TrackerLink
from iamdash.models.check import Check, CredentialKind, OtherCredential
from iamdash.models.claim import Claim
from iamdash.models.exception import ExceptionGrant, HowEnded
from iamdash.models.inventory import (
    AccessKey,
    AccessKeyUse,
    EksCluster,
    IamRole,
    IamUser,
    PodIdentityAssociation,
    RoleUse,
    SyncOutcome,
    SyncRun,
)
from iamdash.models.journal import DailyCount, Event
from iamdash.models.list_entry import ListEntry
from iamdash.models.organisation import AwsAccount, Organization, Programme, Vendor
from iamdash.models.people import AccessLevel, Membership, Person, Team
from iamdash.models.saved_view import SavedView
from iamdash.models.standing import Standing
from iamdash.models.workload import Workload

__all__ = [
    "AccessKey",
    "AccessKeyUse",
    "AccessLevel",
    "AwsAccount",
    "Candidate",
    "Check",
    "Claim",
    "CredentialKind",
    "DailyCount",
    "EksCluster",
    "Event",
    "ExceptionGrant",
    "HowEnded",
    "IamRole",
    "IamUser",
    "ListEntry",
    "Membership",
    "Note",
    "Organization",
    "OtherCredential",
    "Person",
    "PodIdentityAssociation",
    "Programme",
    "Replacement",
    "RoleUse",
    "SavedView",
    "Standing",
    "SyncOutcome",
    "SyncRun",
    "Team",
    "TrackerLink",
    "Vendor",
    "Workload",
]

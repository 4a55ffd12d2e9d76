"""Answers of AWS, made by hand: what `collect` would yield, with a believable default for all a test does not name."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from iamdash.aws.snapshot import (
    Association,
    CredentialReport,
    Identity,
    KeysOfUser,
    Known,
    LastUsed,
    ListedAccessKey,
    ListedRole,
    ListedUser,
    Listing,
    NamedPolicy,
    Piece,
    PodIdentities,
    ReportRow,
    ReportSlot,
)
from iamdash.inventory.sync import sync_account
from iamdash.models import AwsAccount, SyncRun
from tests.factories import NOW

ACCOUNT = "111122223333"
LONG_AGO = NOW - timedelta(days=400)


class Answers:
    """A reading whose pieces are known beforehand; an exception among them is raised when its turn comes."""

    def __init__(self, pieces: tuple[Piece | Exception, ...], calls: Mapping[str, int] | None = None) -> None:
        self.given = pieces
        self.calls = calls or {}
        self.throttled = 0
        self.known: Known | None = None

    def __call__(self, aws_account: AwsAccount, *, known: Known, clock: Any, on_progress: Any) -> "Answers":
        self.known = known
        on_progress("Reading", 1, 2)
        return self

    def pieces(self) -> Iterator[Piece]:
        for piece in self.given:
            if isinstance(piece, Exception):
                raise piece
            yield piece


def sync(aws_account: AwsAccount, *pieces: Piece | Exception, at: datetime = NOW, **asked: Any) -> SyncRun:
    """Sync with these answers, after the identity of the expected account."""
    return sync_with(Answers((identity(at=at), *pieces)), aws_account, at=at, **asked)


def sync_with(answers: Answers, aws_account: AwsAccount, *, at: datetime = NOW, **asked: Any) -> SyncRun:
    sync_run = sync_account(aws_account, trigger="schedule", clock=lambda: at, read=answers, **asked)
    assert sync_run is not None
    return SyncRun.objects.get(pk=sync_run.pk)


def identity(*, account_id: str = ACCOUNT, long_lived: bool = False, at: datetime = NOW) -> Identity:
    return Identity(account_id, f"arn:aws:sts::{account_id}:assumed-role/iamdash-reader/iamdash", long_lived, at)


def user(name: str = "uploader", *, unique_id: str = "", account_id: str = ACCOUNT, **other: Any) -> ListedUser:
    defaults: dict[str, Any] = {
        "path": "/",
        "created_at": LONG_AGO,
        "tags": {},
        "groups": (),
        "attached_policies": (),
        "inline_policies": (),
        "permissions_boundary": "",
    }
    return ListedUser(
        unique_id=unique_id or f"AIDA{name.upper()}",
        user_name=name,
        arn=f"arn:aws:iam::{account_id}:user/{name}",
        **defaults | other,
    )


def iam_role(name: str = "uploader-role", **other: Any) -> ListedRole:
    defaults: dict[str, Any] = {
        "unique_id": f"AROA{name.upper()}",
        "path": "/",
        "created_at": LONG_AGO,
        "trust_policy": {"Version": "2012-10-17", "Statement": []},
        "trust_policy_text": "",
        "attached_policies": (NamedPolicy("uploads", f"arn:aws:iam::{ACCOUNT}:policy/uploads"),),
        "inline_policies": (),
        "permissions_boundary": "",
        "instance_profiles": (),
        "tags": {},
        "last_used_at": None,
        "last_used_region": "",
    }
    return ListedRole(role_name=name, arn=f"arn:aws:iam::{ACCOUNT}:role/{name}", **defaults | other)


def listing(*listed: ListedUser | ListedRole, at: datetime = NOW) -> Listing:
    users = tuple(each for each in listed if isinstance(each, ListedUser))
    roles = tuple(each for each in listed if isinstance(each, ListedRole))
    return Listing(ACCOUNT, users, roles, at)


def slot(*, active: bool = True, created_at: datetime = LONG_AGO, used_at: datetime | None = None) -> ReportSlot:
    return ReportSlot(active, created_at, used_at, "s3" if used_at else "", "eu-west-1" if used_at else "")


def row(name: str = "uploader", *slots: ReportSlot, **other: Any) -> ReportRow:
    defaults: dict[str, Any] = {
        "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "created_at": LONG_AGO,
        "password_enabled": False,
        "password_last_used_at": None,
        "mfa_active": False,
        "additional_credentials": "",
    }
    return ReportRow(user_name=name, slots=slots, **defaults | other)


def report(
    *rows: ReportRow, generated_at: datetime = NOW - timedelta(hours=1), root_key: bool = False
) -> CredentialReport:
    by_name = {each.user_name: each for each in rows}
    return CredentialReport(by_name, root_key, generated_at, generated_at + timedelta(minutes=30))


def used(at: datetime | None = None, *, source: Any = "direct", as_of: datetime = NOW) -> LastUsed:
    return LastUsed(at, "s3" if at else "N/A", "eu-west-1" if at else "N/A", source, as_of)


def key(
    number: int = 1, *, status: str = "Active", created_at: datetime = LONG_AGO, last: LastUsed | None = None
) -> ListedAccessKey:
    return ListedAccessKey(f"AKIA{number:011d}EXMPL", status, created_at, last)


def keys(of: ListedUser, *listed: ListedAccessKey, at: datetime = NOW) -> KeysOfUser:
    return KeysOfUser(of.unique_id, listed, at)


def association(name: str = "a-1", **other: Any) -> Association:
    defaults: dict[str, Any] = {
        "association_arn": f"arn:aws:eks:eu-west-1:{ACCOUNT}:podidentityassociation/live/{name}",
        "region": "eu-west-1",
        "cluster_name": "live",
        "namespace": "apps",
        "service_account": "uploader",
        "role_arn": f"arn:aws:iam::{ACCOUNT}:role/uploader-role",
        "target_role_arn": "",
        "external_id": "",
        "disable_session_tags": False,
        "created_at": LONG_AGO,
    }
    return Association(association_id=name, **defaults | other)


def pods(*described: Association, listed: tuple[str, ...] = (), at: datetime = NOW, **other: Any) -> PodIdentities:
    defaults: dict[str, Any] = {
        "complete_clusters": frozenset({("eu-west-1", "live")}),
        "clusters_by_region": {"eu-west-1": ("live",)},
    }
    ids = frozenset({each.association_id for each in described} | set(listed))
    return PodIdentities(described, ids, read_at=at, **defaults | other)

"""Pieces of a snapshot with everything that a test does not care about filled in."""

from datetime import datetime, timedelta
from typing import Any

from iamdash.aws.snapshot import CredentialReport, Known, KnownUser, ListedUser, Listing, ReportRow, ReportSlot
from tests.aws.recorded import ACCOUNT, LONG_AGO, NOW

GENERATED_AT = NOW - timedelta(hours=1)


def listed_user(name: str = "mailer", **members: Any) -> ListedUser:
    return ListedUser(
        **{
            "unique_id": f"AIDA{name.upper():0>17}",
            "user_name": name,
            "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
            "path": "/",
            "created_at": LONG_AGO,
            "tags": {},
            "groups": (),
            "attached_policies": (),
            "inline_policies": (),
            "permissions_boundary": "",
            **members,
        }
    )


def known_user(name: str = "mailer", **members: Any) -> KnownUser:
    """A user whose keys were listed a minute ago, with no slot in the report."""
    return KnownUser(
        **{
            "unique_id": f"AIDA{name.upper():0>17}",
            "user_name": name,
            "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
            "created_at": LONG_AGO,
            "slots_seen": (),
            "asked_at": NOW - timedelta(minutes=1),
            "ask_failed": False,
            "access_keys": (),
            "read_directly": False,
            **members,
        }
    )


def known(*users: KnownUser, **members: Any) -> Known:
    by_id = {user.unique_id: user for user in users}
    return Known(**{"users": by_id, "association_ids": frozenset(), "regions": (), **members})


def listing(*users: ListedUser, roles: tuple[Any, ...] = ()) -> Listing:
    return Listing(ACCOUNT, users, roles, NOW)


def slot(created_at: datetime = LONG_AGO, **members: Any) -> ReportSlot:
    return ReportSlot(
        **{
            "active": True,
            "created_at": created_at,
            "last_used_at": None,
            "last_used_service": "",
            "last_used_region": "",
            **members,
        }
    )


def row(name: str = "mailer", *slots: ReportSlot, **members: Any) -> ReportRow:
    return ReportRow(
        **{
            "user_name": name,
            "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
            "created_at": LONG_AGO,
            "password_enabled": False,
            "password_last_used_at": None,
            "mfa_active": False,
            "slots": slots,
            "additional_credentials": "",
            **members,
        }
    )


def report(*rows: ReportRow, generated_at: datetime = GENERATED_AT) -> CredentialReport:
    return CredentialReport({each.user_name: each for each in rows}, False, generated_at, NOW)

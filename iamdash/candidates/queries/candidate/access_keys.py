"""The access keys of one IAM user, as its page shows them: each fact with the call that gave it and when."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from iamdash.candidates.queries.candidate.readings import Readings
from iamdash.candidates.queries.candidate.uses import LAST_USED_SOURCES, KnownUse, known_use
from iamdash.models import AccessKey, IamUser
from iamdash.rules.evidence import Reading
from iamdash.rules.facts import Use
from iamdash.standing.rows import Rows

# A key made in the console with a description leaves a tag: its key is the access key ID, its value the description
# (IAM User Guide, "Managing access keys for IAM users").
DESCRIPTION_TAG = re.compile(r"^AKIA[A-Z0-9]{12,}$")


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One access key. `last_used_at` None and `last_used_as_of` set: AWS has no use on record.

    `last_used_as_of` None: never read, and `not_read` says why. `gone_at`: it is no longer listed.
    """

    access_key_id: str
    status: str
    created_at: datetime
    last_used_at: datetime | None
    service_and_region: str
    last_used_as_of: datetime | None
    last_used_source: str
    from_report: bool
    not_read: str
    description: str
    gone_at: datetime | None
    known_use: KnownUse

    @property
    def tone(self) -> str:
        """Return the colour of its status: an active key is what has to go."""
        return "amber" if self.status == "Active" else ""


@dataclass(frozen=True, slots=True)
class ReportedKey:
    """A key that only the credential report has shown so far: the report names no key IDs."""

    created_at: datetime
    active: bool


@dataclass(frozen=True, slots=True)
class KeyTable:
    """Every key ever seen of an IAM user, those that stand first.

    `as_of`: the newest direct reading (iam:ListAccessKeys). `reported`: what the report of `report_at` shows while the
    keys themselves have never been read. `agreeing_report_at`: the time of a newer report which shows no other keys.
    `unread_reason`: why the last try to read them failed.
    """

    rows: tuple[KeyRow, ...]
    reported: tuple[ReportedKey, ...]
    as_of: datetime | None
    report_at: datetime | None
    agreeing_report_at: datetime | None
    unread_reason: str


def key_table(iam_user: IamUser, fetched: Rows, readings: Readings, *, now: datetime) -> KeyTable:
    """Return the keys of an IAM user, newest first, those that are gone last."""
    newest_first = sorted(fetched.access_keys[iam_user.pk], key=lambda access_key: access_key.created_at, reverse=True)
    rows = [_row(access_key, iam_user, readings, fetched.uses[access_key.pk], now) for access_key in newest_first]
    gap = readings.gap("access_keys")
    return KeyTable(
        rows=tuple(sorted(rows, key=lambda row: row.gone_at is not None)),
        reported=() if rows or readings.keys_as_of else _reported(iam_user),
        as_of=readings.keys_as_of,
        report_at=readings.as_of(Reading.REPORT),
        agreeing_report_at=_agreeing_report_at(iam_user, readings),
        unread_reason=iam_user.keys_unread_reason or (gap.reason if gap else ""),
    )


def descriptions(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the descriptions that tags give of access keys, by access key ID."""
    return {name: value for name, value in tags.items() if DESCRIPTION_TAG.match(name)}


def _row(access_key: AccessKey, iam_user: IamUser, readings: Readings, uses: list[Use], now: datetime) -> KeyRow:
    known = [part for part in (access_key.last_used_service, access_key.last_used_region) if part not in {"", "N/A"}]
    gap = readings.gap("access_key_last_used") or readings.gap("credential_report")
    last_used_as_of = _last_used_as_of(access_key, readings)
    return KeyRow(
        access_key_id=access_key.access_key_id,
        status=access_key.status,
        created_at=access_key.created_at,
        last_used_at=access_key.last_used_at,
        service_and_region=", ".join(known),
        last_used_as_of=last_used_as_of,
        last_used_source=LAST_USED_SOURCES.get(access_key.last_used_source, access_key.last_used_source),
        from_report=access_key.last_used_source == "report",
        not_read=gap.reason if gap else "no sync has asked AWS yet",
        description=iam_user.tags.get(access_key.access_key_id, ""),
        gone_at=access_key.gone_at,
        known_use=known_use(access_key, uses, read_until=last_used_as_of, now=now),
    )


def _last_used_as_of(access_key: AccessKey, readings: Readings) -> datetime | None:
    """Return the newest reading that agrees with the row: one that differed would have changed it."""
    if access_key.last_used_as_of is None or access_key.gone_at:
        return access_key.last_used_as_of
    direct = access_key.last_used_source == "direct"
    agreed_at = readings.uses_as_of.get(access_key.access_key_id) if direct else readings.as_of(Reading.REPORT)
    return max(access_key.last_used_as_of, agreed_at) if agreed_at else access_key.last_used_as_of


def _agreeing_report_at(iam_user: IamUser, readings: Readings) -> datetime | None:
    report_at = readings.as_of(Reading.REPORT)
    newer = report_at is not None and readings.keys_as_of is not None and report_at > readings.keys_as_of
    agrees = iam_user.report_slots is not None and iam_user.report_slots == iam_user.asked_slots
    return report_at if newer and agrees else None


def _reported(iam_user: IamUser) -> tuple[ReportedKey, ...]:
    slots = iam_user.report_slots or []
    return tuple(ReportedKey(datetime.fromisoformat(created_at), active) for created_at, active in slots)

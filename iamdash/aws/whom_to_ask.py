"""Whose access keys to ask for: cost follows what changed, and the credential report shows what did.

A function of what is known and what was just read. It errs towards asking: a question too many costs a call.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from iamdash.aws.snapshot import CredentialReport, Known, KnownUser, ListedUser, ReportRow
from iamdash.aws.spread import due

ANYWAY_AFTER = timedelta(days=7)
# How long AWS keeps a report before it makes a new one. Without one, direct readings are made as often.
REPORT_LASTS = timedelta(hours=4)
NEVER = datetime.min.replace(tzinfo=UTC)

NamedUser = ListedUser | KnownUser


def whom_to_ask(
    users: Iterable[NamedUser], *, known: Known, report: CredentialReport | None, now: datetime
) -> list[NamedUser]:
    """Return those of `users` (of the listing; without one, those known before) whose keys have to be listed."""
    return [user for user in users if _has_to_be_asked(user, known=known, report=report, now=now)]


def row_of(user: NamedUser, report: CredentialReport | None) -> ReportRow | None:
    """Return the report's row about this very user; None: it has none, or that of somebody else of its name."""
    row = report.rows.get(user.user_name) if report else None
    if row is None or row.arn != user.arn or row.created_at != user.created_at:
        return None
    return row


def _has_to_be_asked(user: NamedUser, *, known: Known, report: CredentialReport | None, now: datetime) -> bool:
    before = known.users.get(user.unique_id)
    if known.read_everybody or (before and (before.read_directly or before.ask_failed)):
        return True
    asked_at = before.asked_at if before else None
    if report is None:
        return asked_at is None or now - asked_at >= REPORT_LASTS
    row = row_of(user, report)
    if row is None or row.additional_credentials or _younger_than_its_report(row, report):
        return True
    if asked_at and due(user.unique_id, since=asked_at, now=now, period=ANYWAY_AFTER):
        return True
    return _slots_differ(row, before) or _contradicts(row, before, report) or _used_alike_keys(row, before)


def _younger_than_its_report(row: ReportRow, report: CredentialReport) -> bool:
    """Return whether a key is younger than the report that shows it: nothing that it says of its use is believed."""
    return any(slot.created_at > report.generated_at for slot in row.slots)


def _slots_differ(row: ReportRow, before: KnownUser | None) -> bool:
    """Return whether the slots are not what they were when the keys were last listed. Their order means nothing."""
    slots = sorted((slot.created_at, slot.active) for slot in row.slots)
    if before is None or before.slots_seen is None:
        return bool(slots or (before and before.access_keys))
    return slots != sorted(before.slots_seen)


def _contradicts(row: ReportRow, before: KnownUser | None, report: CredentialReport) -> bool:
    """Return whether the report shows other keys than a direct reading that is older than the report.

    What a key was between two reports (deactivated, and activated again) shows in no slot, but may have been read.
    """
    if before is None or before.asked_at is None or report.generated_at <= before.asked_at:
        return False
    read = sorted((created_at, status == "Active") for _, created_at, status in before.access_keys)
    return read != sorted((slot.created_at, slot.active) for slot in row.slots)


def _used_alike_keys(row: ReportRow, before: KnownUser | None) -> bool:
    """Return whether one of two keys which the report cannot tell apart was used: it does not say which one.

    Uses only move forward, so in order of time each has to be as new as the report says.
    """
    if before is None or len({(slot.created_at, slot.active) for slot in row.slots}) == len(row.slots):
        return False
    if any(key_id not in before.last_uses for key_id, _, _ in before.access_keys):
        return True
    reported = sorted(slot.last_used_at or NEVER for slot in row.slots)
    known = sorted(before.last_uses[key_id] or NEVER for key_id, _, _ in before.access_keys)
    return any(new > old for new, old in zip(reported, known, strict=False))

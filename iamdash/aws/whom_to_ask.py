"""Whose access keys to ask for: cost follows what changed, and the credential report shows what did.

A function of what is known and what was just read. It errs towards asking: a question too many costs a call.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from iamdash.aws.report import LASTS
from iamdash.aws.snapshot import CredentialReport, Known, KnownUser, ListedUser, ReportRow
from iamdash.aws.spread import due

ANYWAY_AFTER = timedelta(days=7)
NEVER = datetime.min.replace(tzinfo=UTC)

NamedUser = ListedUser | KnownUser
# What a report says of one user's keys: when each was created and whether it is active. Their order means nothing.
Slots = list[tuple[datetime, bool]]


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


def slots_of(user: NamedUser, *, known: Known, report: CredentialReport | None) -> Slots | None:
    """Return this very user's slots in the newest report, read now or standing; None: it has no row of this user."""
    if report is not None:
        row = row_of(user, report)
        return sorted((slot.created_at, slot.active) for slot in row.slots) if row else None
    before = known.users.get(user.unique_id)
    if not known.report_stands or before is None or before.slots_reported is None or before.arn != user.arn:
        return None
    return sorted(before.slots_reported)


def _has_to_be_asked(user: NamedUser, *, known: Known, report: CredentialReport | None, now: datetime) -> bool:
    before = known.users.get(user.unique_id)
    if known.read_everybody or (before and (before.read_directly or before.ask_failed)):
        return True
    asked_at = before.asked_at if before else None
    if report is None and not known.report_stands:
        # Direct readings take its place, as often as AWS would make one.
        return asked_at is None or now - asked_at >= LASTS
    slots = slots_of(user, known=known, report=report)
    if slots is None or _slots_differ(slots, before):
        return True
    if asked_at and due(user.unique_id, since=asked_at, now=now, period=ANYWAY_AFTER):
        return True
    row = row_of(user, report)
    if report is None or row is None:
        return bool(before and before.additional_credentials)
    return (
        bool(row.additional_credentials)
        or _younger_than_its_report(row, report)
        or _contradicts(slots, before, report)
        or _used_alike_keys(row, before)
    )


def _younger_than_its_report(row: ReportRow, report: CredentialReport) -> bool:
    """Return whether a key is younger than the report that shows it: nothing that it says of its use is believed."""
    return any(slot.created_at > report.generated_at for slot in row.slots)


def _slots_differ(slots: Slots, before: KnownUser | None) -> bool:
    """Return whether the slots are not what they were when the keys were last listed."""
    if before is None or before.slots_seen is None:
        return bool(slots or (before and before.access_keys))
    return slots != sorted(before.slots_seen)


def _contradicts(slots: Slots, before: KnownUser | None, report: CredentialReport) -> bool:
    """Return whether the report shows other keys than a direct reading that is older than the report.

    What a key was between two reports (deactivated, and activated again) shows in no slot, but may have been read.
    """
    if before is None or before.asked_at is None or report.generated_at <= before.asked_at:
        return False
    return slots != sorted((created_at, status == "Active") for _, created_at, status in before.access_keys)


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

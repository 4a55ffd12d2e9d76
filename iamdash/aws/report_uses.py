"""Last uses from the credential report, for the keys that it can tell apart: it has creation times, but no key IDs."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from iamdash.aws.snapshot import CredentialReport, Known, LastUsed, ReportedUses, ReportRow, ReportSlot
from iamdash.aws.whom_to_ask import NamedUser, row_of

# An access key as ID, creation time and status.
Key = tuple[str, datetime, str]


def reported_uses(users: Iterable[NamedUser], *, known: Known, report: CredentialReport) -> ReportedUses:
    """Return the last uses that the report gives for the known keys of these users."""
    uses: dict[str, LastUsed] = {}
    for user in users:
        before = known.users.get(user.unique_id)
        if before:
            uses |= uses_in_row(before.access_keys, row_of(user, report), report.generated_at)
    return ReportedUses(uses)


def uses_in_row(keys: Iterable[Key], row: ReportRow | None, generated_at: datetime) -> Mapping[str, LastUsed]:
    """Return the last use, by access key ID, of the keys which match exactly one slot that no other key matches.

    A slot is created when the key is, and active when its status is Active. Nothing is believed of a key that is
    younger than the report.
    """
    if row is None:
        return {}
    candidates = {key_id: _matching(created_at, status, row) for key_id, created_at, status in keys}
    claimed = [slot for slots in candidates.values() for slot in slots]
    return {
        key_id: LastUsed(
            slots[0].last_used_at, slots[0].last_used_service, slots[0].last_used_region, "report", generated_at
        )
        for key_id, slots in candidates.items()
        if len(slots) == 1 and claimed.count(slots[0]) == 1 and slots[0].created_at <= generated_at
    }


def _matching(created_at: datetime, status: str, row: ReportRow) -> list[ReportSlot]:
    if status not in {"Active", "Inactive"}:
        return []  # the report knows no third status
    return [slot for slot in row.slots if (slot.created_at, slot.active) == (created_at, status == "Active")]

"""Last uses of access keys: a use is a fact, so readings only ever add; an older one takes nothing back."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from iamdash.aws.snapshot import LastUsed, Part, ReportedUses
from iamdash.inventory.findings import Changes, Findings
from iamdash.inventory.reconcile.differ import save_columns
from iamdash.models import AccessKey, AccessKeyUse, Event, bulk

COLUMNS = ("last_used_at", "last_used_service", "last_used_region", "last_used_source", "last_used_as_of")
# What need not be fetched of an IAM user to say whose key it is.
UNUSED = [f"iam_user__{name}" for name in ("tags", "groups", "attached_policies", "inline_policies", "report_slots")]


def reconcile_reported_uses(reported: ReportedUses, findings: Findings) -> Changes:
    """Take in the last uses that the credential report gives for known keys."""
    keys = AccessKey.objects.filter(
        access_key_id__in=bulk.among_texts(reported.uses), iam_user__aws_account_id=findings.account_id, gone_at=None
    )
    rows = list(keys.select_related("iam_user").defer(*UNUSED))
    events = [event for row in rows for event in told_use(row, reported.uses[row.access_key_id], findings)]
    new_uses = [use for row in rows for use in ledger_rows(row, reported.uses[row.access_key_id], findings)]
    changed = [row for row in rows if take_in(row, reported.uses[row.access_key_id])]
    save_columns(changed, COLUMNS)
    keep(new_uses)
    return Changes(updated=len(changed), events=events, iam_user_ids={row.iam_user_id for row in changed})


def take_in(row: AccessKey, reading: LastUsed) -> bool:
    """Set the last use of a key where the reading knows more than the row; return whether it did.

    The date alone decides: the service and the Region of one use are spelt differently by the report and by
    iam:GetAccessKeyLastUsed. A direct reading that agrees takes the place of the report as the source, once.
    """
    newer = reading.at is not None and (row.last_used_at is None or reading.at > row.last_used_at)
    first = row.last_used_as_of is None
    firmer = reading.at == row.last_used_at and reading.source == "direct" and row.last_used_source != "direct"
    if not (newer or first or firmer):
        return False
    row.last_used_at = reading.at
    row.last_used_service, row.last_used_region = reading.service, reading.region
    row.last_used_source, row.last_used_as_of = reading.source, reading.as_of
    return True


def ledger_rows(row: AccessKey, reading: LastUsed, findings: Findings) -> list[AccessKeyUse]:
    """Return the ledger's line for a use that the row does not show as its last; call it before `take_in`."""
    if reading.at is None or reading.at == row.last_used_at:
        return []
    return [
        bulk.unsaved(
            AccessKeyUse,
            access_key=row,
            last_used_at=reading.at,
            last_used_service=reading.service,
            last_used_region=reading.region,
            source=reading.source,
            as_of=reading.as_of,
            seen_before=_seen_before(row, findings),
        )
    ]


def _seen_before(row: AccessKey, findings: Findings) -> datetime | None:
    """Return the newest reading of the key's last use so far, whether it changed the row or agreed with it."""
    if row.last_used_as_of is None:
        return None
    last_report = findings.sync_run.freshness.get(Part.CREDENTIAL_REPORT)
    known = [row.last_used_as_of, findings.uses_agreed.get(row.access_key_id, row.last_used_as_of)]
    return max([*known, datetime.fromisoformat(last_report)] if last_report else known)


def keep(uses: Iterable[AccessKeyUse]) -> None:
    """Write lines into the ledger; a use that it already holds stays as it was first read."""
    bulk.insert_unknown(list(uses))


def told_use(row: AccessKey, reading: LastUsed, findings: Findings) -> list[Event]:
    """Return a line for the journal where a key is used after a long silence; call it before `take_in`.

    What a busy key does is in the ledger, and would drown everything else in the journal. Where nobody read the key for
    long, there is no silence to speak of: it may have been used all the time.
    """
    silent_from, seen_silent_at = row.last_used_at or row.created_at, _seen_before(row, findings)
    if seen_silent_at is None or reading.at is None:
        return []
    notable = timedelta(days=findings.thresholds.minimum_quiet_days)
    if min(reading.at, seen_silent_at) - silent_from < notable:
        return []
    return [_used_again(row, reading.at, silent_from, reading, findings)]


def _used_again(row: AccessKey, at: datetime, silent_from: datetime, reading: LastUsed, findings: Findings) -> Event:
    days = (at - silent_from).days
    words = f"again after {days} days" if row.last_used_at else f"for the first time, {days} days after its creation"
    return findings.line(
        "access_key.used_again",
        f"Access key {row.access_key_id} of {row.iam_user.user_name} was used {words}.",
        at=reading.as_of,
        unique_id=row.iam_user.unique_id,
        subject=row.access_key_id,
        before={"last_used_at": row.last_used_at.isoformat() if row.last_used_at else None},
        after={"last_used_at": at.isoformat(), "service": reading.service, "region": reading.region},
    )

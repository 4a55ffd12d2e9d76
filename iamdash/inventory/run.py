"""The life of a SyncRun: opened with what the last one knew, kept up to date while it reads, finished in every case."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from iamdash.aws.snapshot import Part, Unread
from iamdash.inventory.findings import Clock, Findings
from iamdash.models import AwsAccount, SyncOutcome, SyncRun

# The part named by a run that ended before its time, whatever it was reading.
WHOLE = "sync"
CUT_SHORT = "This sync was cut short: its worker was stopped, or lost its database."
LOOKED_AT_EVERY = timedelta(seconds=1)
# Without these there is nothing to show of an account, so the run has failed.
ESSENTIAL = frozenset({Part.IDENTITY, Part.AUTHORIZATION_DETAILS})


def newest_finished(aws_account: AwsAccount) -> SyncRun | None:
    """Return the run that carries how fresh the account's readings are; None: it was never synced."""
    finished = SyncRun.objects.filter(aws_account=aws_account, finished_at__isnull=False)
    return finished.order_by("-started_at", "-pk").first()


def open_run(aws_account: AwsAccount, *, trigger: str, asked_by: str, now: datetime) -> SyncRun:
    """Open a run, closing first what was cut short. Call it with the account's lock held.

    The new run carries what the last one knew, so that even a run that fails forgets nothing.
    """
    left_open = SyncRun.objects.filter(aws_account=aws_account, outcome=SyncOutcome.RUNNING)
    left_open.update(
        outcome=SyncOutcome.FAILED, finished_at=now, progress={}, unread=[{"part": WHOLE, "reason": CUT_SHORT}]
    )
    last = newest_finished(aws_account) or SyncRun()
    return SyncRun.objects.create(
        aws_account=aws_account,
        trigger=trigger,
        asked_by=asked_by,
        started_at=now,
        freshness=last.freshness,
        agreed_directly=last.agreed_directly,
        uses_agreed_directly=last.uses_agreed_directly,
        root_has_access_key=last.root_has_access_key,
        progress={"doing": "Opening a session", "done": 0, "total": None},
    )


def finish(findings: Findings, *, calls: Mapping[str, int], throttled: int, now: datetime) -> None:
    """Write what the run found into its row."""
    run = findings.sync_run
    run.outcome = outcome(findings)
    run.finished_at = now
    run.unread = [as_json(gap) for gap in findings.unread]
    if findings.broke_off:
        run.unread.append({"part": WHOLE, "reason": findings.broke_off})
    run.freshness = newest(run.freshness, findings.parts_read())
    run.agreed_directly = {key: at.isoformat() for key, at in findings.agreed.items()}
    run.uses_agreed_directly = {key: at.isoformat() for key, at in findings.uses_agreed.items()}
    run.calls, run.throttled = dict(sorted(calls.items())), throttled
    changes = findings.changes
    run.changes = {"created": changes.created, "updated": changes.updated, "gone": changes.gone}
    run.progress = {}
    if findings.root_has_access_key is not None:
        run.root_has_access_key = findings.root_has_access_key
    if findings.identity is not None:
        run.caller_arn, run.long_lived_credential = findings.identity.arn, findings.identity.long_lived
    run.save()


def newest(before: Mapping[str, str], now_read: Mapping[str, datetime]) -> dict[str, str]:
    """Return the freshness of each part; a report may be older than the one before, and makes nothing older."""
    moments = {part: datetime.fromisoformat(at) for part, at in before.items()}
    moments |= {part: max(at, moments.get(part, at)) for part, at in now_read.items()}
    return {part: at.isoformat() for part, at in moments.items()}


def outcome(findings: Findings) -> SyncOutcome:
    """Return complete (no gap), partial, or failed: who answers, or who exists, could not be read."""
    unread_essentials = any(gap.part in ESSENTIAL for gap in findings.unread)
    if findings.identity is None or findings.listed is None or unread_essentials or findings.broke_off:
        return SyncOutcome.FAILED
    return SyncOutcome.PARTIAL if findings.unread else SyncOutcome.COMPLETE


def as_json(gap: Unread) -> dict[str, Any]:
    """Return a gap as `SyncRun.unread` holds it."""
    return {
        "part": gap.part.value,
        "reason": gap.reason,
        "action": gap.action,
        "error_code": gap.error_code,
        "subject": gap.subject,
    }


class Progress:
    """Keeps `SyncRun.progress` up to date, no oftener than anybody looks."""

    def __init__(self, sync_run: SyncRun, clock: Clock) -> None:
        self.sync_run = sync_run
        self.clock = clock
        self.written_at = sync_run.started_at

    def __call__(self, doing: str, done: int, total: int | None) -> None:
        """Take in what is being read now, and how far it is; `total` None: nobody knows."""
        now = self.clock()
        if now - self.written_at < LOOKED_AT_EVERY:
            return
        self.written_at = now
        progress = {"doing": doing, "done": done, "total": total}
        SyncRun.objects.filter(pk=self.sync_run.pk, outcome=SyncOutcome.RUNNING).update(progress=progress)

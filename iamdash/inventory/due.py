"""Which AWS accounts it is time to sync, asked of Postgres: a schedule that is lost loses nothing."""

from datetime import datetime, timedelta

from django.conf import settings

from iamdash.inventory import lock
from iamdash.models import AwsAccount, SyncOutcome, SyncRun


def due_accounts(now: datetime) -> list[AwsAccount]:
    """Return the accounts of the config that are due, those that waited longest first.

    Due is what was never synced, what began its last run long enough ago, and what a killed worker left half done.
    """
    running = lock.running()
    newest = {run.aws_account_id: run for run in newest_runs()}
    waiting = [
        (newest.get(aws_account.pk), aws_account)
        for aws_account in AwsAccount.objects.filter(removed_at=None)
        if aws_account.pk not in running
    ]
    waiting.sort(key=lambda each: (each[0] is not None, each[0].started_at if each[0] else now))
    return [aws_account for last, aws_account in waiting if _is_due(last, now)]


def newest_runs() -> list[SyncRun]:
    """Return the newest run of each account, with nothing of it but when it began and how it ended."""
    runs = SyncRun.objects.order_by("aws_account_id", "-started_at", "-pk").distinct("aws_account_id")
    return list(runs.only("aws_account_id", "started_at", "outcome"))


def _is_due(last: SyncRun | None, now: datetime) -> bool:
    if last is None or last.outcome == SyncOutcome.RUNNING:
        return True
    return last.started_at <= now - timedelta(minutes=settings.SYNC_EVERY_MINUTES)

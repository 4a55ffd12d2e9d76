"""What the frame of every page says about its data: when AWS was last read, and which accounts fell behind."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import OuterRef, Subquery

from iamdash.models import AwsAccount, SyncOutcome, SyncRun


@dataclass(frozen=True, slots=True)
class AccountAge:
    """How the newest finished sync of one AWS account ended, and when one last brought something home."""

    account_id: str
    name: str
    last_outcome: str
    last_good_at: datetime | None
    long_lived_credential: bool


@dataclass(frozen=True, slots=True)
class DataAge:
    """The age of everything on the page.

    `synced_at`: the newest sync of any account that read something; None: there was none yet. `late`: that was longer
    ago than `limit`. `behind`: accounts whose newest sync failed, or whose last good one is older than `limit`.
    `partial`: accounts that were read, but not whole. `long_lived`: a sync ran on a long-lived access key.
    """

    synced_at: datetime | None
    late: bool
    behind: tuple[AccountAge, ...]
    partial: tuple[AccountAge, ...]
    long_lived: bool


def late_after() -> timedelta:
    """Return the age from which data counts as late: two syncs should have come by then, and a third is under way."""
    return timedelta(minutes=max(3 * settings.SYNC_EVERY_MINUTES, 30))


def behind(*, now: datetime) -> dict[str, datetime]:
    """Return the accounts whose rows are older than they should be, with when they were last read. One query.

    Lists mark the rows of these; the frame says why.
    """
    limit = late_after()
    return {
        account.account_id: account.last_good_at
        for account in _accounts()
        if account.last_good_at and _is_behind(account, now=now, limit=limit)
    }


def data_age(*, now: datetime, limit: timedelta) -> DataAge:
    """Return the age of the data of every account that is still read, in one query."""
    accounts = _accounts()
    good = [account.last_good_at for account in accounts if account.last_good_at]
    synced_at = max(good, default=None)
    return DataAge(
        synced_at=synced_at,
        late=synced_at is None or now - synced_at > limit,
        behind=tuple(account for account in accounts if _is_behind(account, now=now, limit=limit)),
        partial=tuple(account for account in accounts if account.last_outcome == SyncOutcome.PARTIAL),
        long_lived=any(account.long_lived_credential for account in accounts),
    )


def _accounts() -> list[AccountAge]:
    finished = SyncRun.objects.filter(aws_account=OuterRef("pk"), finished_at__isnull=False).order_by("-started_at")
    good = finished.filter(outcome__in=[SyncOutcome.COMPLETE, SyncOutcome.PARTIAL])
    rows = (
        AwsAccount.objects.filter(removed_at=None)
        .annotate(
            last_outcome=Subquery(finished.values("outcome")[:1]),
            long_lived=Subquery(finished.values("long_lived_credential")[:1]),
            last_good_at=Subquery(good.values("finished_at")[:1]),
        )
        .values_list("account_id", "name", "last_outcome", "last_good_at", "long_lived")
    )
    return [
        AccountAge(account_id, name, outcome or "", good_at, bool(long_lived))
        for account_id, name, outcome, good_at, long_lived in rows
    ]


def _is_behind(account: AccountAge, *, now: datetime, limit: timedelta) -> bool:
    if account.last_outcome == SyncOutcome.FAILED:
        return True
    return account.last_good_at is not None and now - account.last_good_at > limit

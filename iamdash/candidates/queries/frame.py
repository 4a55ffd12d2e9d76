"""What the frame of every page says about its data: when AWS was last read, and which accounts fell behind."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from iamdash.candidates.queries.compiled import Compiled
from iamdash.models import SyncOutcome
from iamdash.standing.freshness import late_after

# Asked for by every page, so one look at each account and no more: an older run only where the newest has failed.
AGE_OF_EACH = Compiled("""
    SELECT account.account_id, account.name, coalesce(newest.outcome, ''),
        CASE WHEN newest.outcome <> 'failed' THEN newest.finished_at ELSE (
            SELECT finished_at FROM iamdash_syncrun
            WHERE aws_account_id = account.account_id AND outcome IN ('complete', 'partial')
            ORDER BY started_at DESC LIMIT 1
        ) END,
        coalesce(newest.long_lived_credential, false), coalesce(newest.root_has_access_key, false),
        account.removed_at IS NULL
    FROM iamdash_awsaccount AS account
    LEFT JOIN LATERAL (
        SELECT outcome, finished_at, long_lived_credential, root_has_access_key FROM iamdash_syncrun
        WHERE aws_account_id = account.account_id AND finished_at IS NOT NULL
        ORDER BY started_at DESC LIMIT 1
    ) AS newest ON true
    ORDER BY account.name
""")


@dataclass(frozen=True, slots=True)
class AccountAge:
    """How the newest finished sync of one AWS account ended, and when one last brought something home.

    `is_read`: it still is, by the schedule.
    """

    account_id: str
    name: str
    last_outcome: str
    last_good_at: datetime | None
    long_lived_credential: bool
    root_has_access_key: bool
    is_read: bool


@dataclass(frozen=True, slots=True)
class DataAge:
    """The age of everything on the page.

    `synced_at`: the newest sync of any account that read something; None: there was none yet. `late`: that was longer
    ago than it may be. `behind`: accounts whose newest sync failed, or whose last good one is older than that.
    `partial`: accounts that were read, but not whole. `long_lived`: a sync ran on a long-lived access key.
    """

    synced_at: datetime | None
    late: bool
    behind: tuple[AccountAge, ...]
    partial: tuple[AccountAge, ...]
    long_lived: bool


def account_ages() -> tuple[AccountAge, ...]:
    """Return how old the data of every AWS account is, by name; of those no longer read too. One query."""
    return tuple(AccountAge(*row) for row in AGE_OF_EACH.ask())


def behind(accounts: Iterable[AccountAge], *, now: datetime) -> dict[str, datetime]:
    """Return the accounts whose rows are older than they should be, with when they were last read.

    Lists mark the rows of these; the frame says why.
    """
    limit = late_after()
    return {
        account.account_id: account.last_good_at
        for account in accounts
        if account.is_read and account.last_good_at and _is_behind(account, now=now, limit=limit)
    }


def data_age(ages: Iterable[AccountAge], *, now: datetime) -> DataAge:
    """Return the age of the data of every account that is still read."""
    limit = late_after()
    accounts = [account for account in ages if account.is_read]
    good = [account.last_good_at for account in accounts if account.last_good_at]
    synced_at = max(good, default=None)
    return DataAge(
        synced_at=synced_at,
        late=synced_at is None or now - synced_at > limit,
        behind=tuple(account for account in accounts if _is_behind(account, now=now, limit=limit)),
        partial=tuple(account for account in accounts if account.last_outcome == SyncOutcome.PARTIAL),
        long_lived=any(account.long_lived_credential for account in accounts),
    )


def _is_behind(account: AccountAge, *, now: datetime, limit: timedelta) -> bool:
    if account.last_outcome == SyncOutcome.FAILED:
        return True
    return account.last_good_at is not None and now - account.last_good_at > limit

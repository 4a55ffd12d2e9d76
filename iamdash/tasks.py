"""What workers do: each task finds its row, reads the clock and makes one call. The schedule is in celery.py."""

from django.core.cache import cache
from django.utils import timezone

from iamdash.candidates import lapses
from iamdash.celery import app
from iamdash.inventory.check import run_check
from iamdash.inventory.discovery import discover_if_due
from iamdash.inventory.due import due_accounts
from iamdash.inventory.sync import sync_account as sync_one
from iamdash.models import AwsAccount, Check
from iamdash.models.check import ENDS_WITHIN
from iamdash.standing.assess import assess_due as assess_what_is_due
from iamdash.standing.daily import count_day as count_one_day

# Celery has no types of its own: hence the ignored decorators below.
# An order that no worker has taken after so many seconds is given again; a lost one would otherwise wait for ever.
ORDER_LASTS = 30 * 60
LOOKS_AGAIN_AFTER = 1
# Seconds that a check which takes too long has left to record that.
TO_SAY_SO = 10


@app.task  # type: ignore[untyped-decorator]
def sync_due_accounts() -> None:
    """Order a sync of every account that is due, unless it has been ordered and waits for a worker."""
    for aws_account in due_accounts(timezone.now()):
        if cache.add(_order(aws_account.pk), "waiting", timeout=ORDER_LASTS):
            sync_account.apply_async(kwargs={"account_id": aws_account.pk, "trigger": "schedule"})


@app.task  # type: ignore[untyped-decorator]
def sync_account(*, account_id: str, trigger: str, asked_by: str = "") -> None:
    """Sync one account. Running it twice is harmless: the second finds the lock taken, or nothing changed."""
    cache.delete(_order(account_id))
    aws_account = AwsAccount.objects.get(pk=account_id)
    sync_one(aws_account, trigger=trigger, asked_by=asked_by, clock=timezone.now)


@app.task  # type: ignore[untyped-decorator]
def discover_accounts() -> None:
    """Ask AWS Organizations for accounts, where the config says so and an hour has passed."""
    discover_if_due(timezone.now())


@app.task(  # type: ignore[untyped-decorator]
    soft_time_limit=ENDS_WITHIN.total_seconds() - TO_SAY_SO, time_limit=ENDS_WITHIN.total_seconds()
)
def check_now(*, number: int) -> None:
    """Make a check that somebody asked for; while another of the same IAM user runs, look again in a moment."""
    if not run_check(Check.objects.get(pk=number), clock=timezone.now):
        check_now.apply_async(kwargs={"number": number}, countdown=LOOKS_AGAIN_AFTER)


@app.task  # type: ignore[untyped-decorator]
def assess_due() -> None:
    """Re-assess what the passing of time has changed."""
    assess_what_is_due(timezone.now())


@app.task  # type: ignore[untyped-decorator]
def end_what_lapsed() -> None:
    """Put on record which claims nobody has confirmed in time, and which exceptions are over."""
    now = timezone.now()
    lapses.end_lapsed_claims(now)
    lapses.end_expired_exceptions(now)


@app.task  # type: ignore[untyped-decorator]
def count_day() -> None:
    """Keep today's counts, which the burn-down draws; each run of a day replaces the one before."""
    now = timezone.now()
    count_one_day(timezone.localdate(now), now)


def _order(account_id: str) -> str:
    return f"sync-ordered:{account_id}"

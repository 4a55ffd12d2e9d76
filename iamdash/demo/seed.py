"""Gives the demo its history: sixty days of AWS, syncs and paperwork, and twelve months of invented counts.

The sixty days are played through the real parts, with their clocks set back; what daily syncs would have kept of
each key's uses is filled in.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import connection

from iamdash.demo import deeds, invented_counts
from iamdash.demo.invented_uses import Ledger
from iamdash.demo.organisation.accounts import ACCOUNTS, ENVIRONMENTS, INTEGRATION, STAGING, TOOLS, Account
from iamdash.demo.organisation.hands import Hands
from iamdash.demo.organisation.story import STORY
from iamdash.inventory.sync import sync_account
from iamdash.models import AwsAccount, Event, SyncRun
from iamdash.models.journal import record
from iamdash.standing.assess import assess_due
from iamdash.standing.daily import count_day

# When iamdash is said to have looked at AWS, in days before the first start, and at which accounts: few looks, because
# somebody waits, but one before and one after whatever story.py tells. The last one is now.
LOOKS: tuple[tuple[float, tuple[Account, ...]], ...] = (
    (60, ACCOUNTS),
    (36, ENVIRONMENTS),
    (28, (STAGING, INTEGRATION, TOOLS)),
    (18.5, (STAGING, INTEGRATION, TOOLS)),
    (8, (*ENVIRONMENTS, TOOLS)),
    (4, (STAGING, INTEGRATION, TOOLS)),
    (0, ACCOUNTS),
)
SEEDED = "demo.seeded"

# Told after each step: how many are done, of how many, and how many days ago it was.
Say = Callable[[int, int, int], None]
Step = tuple[datetime, Callable[[datetime], object]]


def is_seeded() -> bool:
    """Return whether the demo has its history already."""
    return Event.objects.filter(kind=SEEDED).exists()


def has_data() -> bool:
    """Return whether anything was synced: then the past can no longer be played."""
    return SyncRun.objects.exists()


def make_people(now: datetime) -> None:
    """Make the demo's people, who were there before the history begins."""
    deeds.make_colleagues(now - timedelta(days=LOOKS[0][0] + 1))


def seed(hands: Hands, *, now: datetime, say: Say) -> None:
    """Play the history up to `now`, telling how far it is. The clock is set right whatever breaks it off."""
    counts = invented_counts.Counts()
    steps = _steps(hands, now, counts)
    with connection.cursor() as cursor:
        # Hundreds of small transactions, none of which has to outlive a power cut.
        cursor.execute("SET synchronous_commit TO off")
    try:
        for number, (at, step) in enumerate(steps, start=1):
            _set_clock(hands, now, at)
            step(at)
            say(number, len(steps), (now - at).days)
    finally:
        hands.control("POST", "clock", offset_seconds=0)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO DEFAULT")
    invented_counts.write(counts, today=now.date())
    count_day(now.date(), now)
    record(at=now, actor="demo", kind=SEEDED, sentence="The invented organisation was given its history.")


def _steps(hands: Hands, now: datetime, counts: invented_counts.Counts) -> list[Step]:
    """Return everything that happens, in order: AWS's changes, people's deeds, and iamdash's looks at AWS."""
    in_aws: list[Step] = [(moment.at(now), partial(moment.deed, hands)) for moment in STORY]
    by_people: list[Step] = list(deeds.deeds(now))
    ledger = Ledger()
    looks: list[Step] = [
        (now - timedelta(days=days_ago), partial(_look, hands, accounts=accounts, counts=counts, ledger=ledger))
        for days_ago, accounts in LOOKS
    ]
    return sorted([*in_aws, *by_people, *looks], key=lambda step: step[0])


def _look(
    hands: Hands, at: datetime, *, accounts: tuple[Account, ...], counts: invented_counts.Counts, ledger: Ledger
) -> None:
    """Sync the accounts as of `at`, and count what stands then."""
    account_ids = [account.account_id for account in accounts]
    ledger.write(hands, account_ids, until=at)
    hands.control("POST", "reports", account_ids=account_ids)
    for aws_account in AwsAccount.objects.filter(pk__in=account_ids):
        sync_account(aws_account, trigger="schedule", clock=_clock_from(at))
    ledger.begin(hands, account_ids, now=at)
    assess_due(at)
    counts.take(at.date())


def _clock_from(at: datetime) -> Callable[[], datetime]:
    """Return a clock that shows `at` now, and goes on from there."""
    began = time.monotonic()
    return lambda: at + timedelta(seconds=time.monotonic() - began)


def _set_clock(hands: Hands, now: datetime, at: datetime) -> None:
    # `now` is when the seeding began; the stand-in counts from its own clock, a few seconds further.
    hands.control("POST", "clock", offset_seconds=(at - now).total_seconds())

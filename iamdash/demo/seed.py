"""Gives the demo its history: sixty days of AWS, syncs and paperwork, and twelve months of invented counts.

The sixty days are played through the real parts, with their clocks set back.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from iamdash.demo import deeds, invented_counts
from iamdash.demo.organisation.accounts import ACCOUNTS
from iamdash.demo.organisation.hands import Hands
from iamdash.demo.organisation.story import STORY
from iamdash.inventory.sync import sync_account
from iamdash.models import AwsAccount, Event, SyncRun
from iamdash.models.journal import record
from iamdash.standing.assess import assess_due
from iamdash.standing.daily import count_day

# When iamdash had looked at AWS, in days before the first start. The last one is now.
SYNCED = (60, 54, 47, 41, 36, 31, 28, 23, 19, 15, 12, 9.5, 8, 5.5, 4, 2, 1, 0)
SEEDED = "demo.seeded"

Say = Callable[[str], None]
Step = tuple[datetime, Callable[[datetime], object]]


def is_seeded() -> bool:
    """Return whether the demo has its history already."""
    return Event.objects.filter(kind=SEEDED).exists()


def has_data() -> bool:
    """Return whether anything was synced: then the past can no longer be played."""
    return SyncRun.objects.exists()


def seed(hands: Hands, *, now: datetime, say: Say) -> None:
    """Play the history up to `now`, telling how far it is. The clock is set right whatever breaks it off."""
    deeds.make_colleagues(now - timedelta(days=SYNCED[0] + 1))
    counts = invented_counts.Counts()
    steps = _steps(hands, now, counts, say)
    try:
        for at, step in steps:
            _set_clock(hands, now, at)
            step(at)
    finally:
        hands.control("POST", "clock", offset_seconds=0)
    invented_counts.write(counts, today=now.date())
    count_day(now.date(), now)
    record(at=now, actor="demo", kind=SEEDED, sentence="The invented organisation was given its history.")


def _steps(hands: Hands, now: datetime, counts: invented_counts.Counts, say: Say) -> list[Step]:
    """Return everything that happens, in order: AWS's changes, people's deeds, and iamdash's looks at AWS."""
    in_aws: list[Step] = [(moment.at(now), _bind(moment.deed, hands)) for moment in STORY]
    by_people: list[Step] = list(deeds.deeds(now))
    looks: list[Step] = [
        (now - timedelta(days=days_ago), lambda at, days_ago=days_ago: _look(hands, at, days_ago, counts, say))
        for days_ago in SYNCED
    ]
    return sorted([*in_aws, *by_people, *looks], key=lambda step: step[0])


def _bind(deed: Callable[[Hands, datetime], None], hands: Hands) -> Callable[[datetime], None]:
    return lambda at: deed(hands, at)


def _look(hands: Hands, at: datetime, days_ago: float, counts: invented_counts.Counts, say: Say) -> None:
    """Sync every account as of `at`, and count what stands then."""
    say("today" if days_ago == 0 else f"{days_ago:g} days ago")
    hands.control("POST", "reports")
    for aws_account in AwsAccount.objects.filter(pk__in=[account.account_id for account in ACCOUNTS]):
        sync_account(aws_account, trigger="schedule", clock=_clock_from(at))
    assess_due(at)
    counts.take(at.date())


def _clock_from(at: datetime) -> Callable[[], datetime]:
    """Return a clock that shows `at` now, and goes on from there."""
    began = time.monotonic()
    return lambda: at + timedelta(seconds=time.monotonic() - began)


def _set_clock(hands: Hands, now: datetime, at: datetime) -> None:
    # `now` is when the seeding began; the stand-in counts from its own clock, a few seconds further.
    hands.control("POST", "clock", offset_seconds=(at - now).total_seconds())

"""A ledger of twelve months, invented: what a reading a day would have said of every access key.

It is written before each of the few looks at AWS that the demo's history has time for, so that the rules find what a
year of syncs would have left them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from iamdash.demo.organisation.hands import Hands
from iamdash.inventory.reconcile.differ import save_columns
from iamdash.inventory.reconcile.uses import COLUMNS
from iamdash.models import AccessKey, AccessKeyUse, IamUser
from iamdash.standing.assess import Cause, assess

A_DAY = timedelta(days=1)
BEFORE_THE_FIRST_LOOK = timedelta(days=365)


@dataclass
class Ledger:
    """Up to when the ledger of each AWS account is written."""

    written_until: dict[str, datetime] = field(default_factory=dict)

    def write(self, hands: Hands, account_ids: list[str], *, until: datetime) -> None:
        """Write what was read since the last time; of keys that no sync has found yet, nothing."""
        for account_id in account_ids:
            keys = AccessKey.objects.filter(iam_user__aws_account=account_id, gone_at=None)
            since = self.written_until.get(account_id)
            if since or keys.exists():
                by_id = {key.access_key_id: key for key in keys}
                moved = _write(hands, by_id, since or until - BEFORE_THE_FIRST_LOOK, until)
                self.written_until[account_id] = until
                assess([key.iam_user_id for key in moved], now=until, cause=Cause.AWS, actor="sync")

    def begin(self, hands: Hands, account_ids: list[str], *, now: datetime) -> None:
        """Write the months before the first look, which has just found the keys."""
        new = [account_id for account_id in account_ids if account_id not in self.written_until]
        self.write(hands, new, until=now)
        concerned = IamUser.objects.filter(aws_account__in=new, candidate__isnull=False)
        assess(concerned.values_list("pk", flat=True), now=now, cause=Cause.CLOCK, actor="clock")


def _write(hands: Hands, keys: dict[str, AccessKey], since: datetime, until: datetime) -> list[AccessKey]:
    """Write the ledger of these keys; return those of which it tells a later use than they had shown."""
    days = [since + A_DAY * number for number in range((until - since) // A_DAY)]
    told = hands.control("GET", "seen-uses", credentials=list(keys), at=[day.isoformat() for day in days])
    rows = {key_id: list(_rows(key, told[key_id])) for key_id, key in keys.items()}
    AccessKeyUse.objects.bulk_create(
        [row for of_key in rows.values() for row in of_key], batch_size=2000, ignore_conflicts=True
    )
    moved = [key for key_id, key in keys.items() if _take_in(key, rows[key_id])]
    save_columns(moved, COLUMNS)
    return moved


def _take_in(key: AccessKey, rows: list[AccessKeyUse]) -> bool:
    """Let the key show the last of these uses, as the sync that read it would have; return whether that is newer."""
    last = max(rows, key=lambda row: row.last_used_at, default=None)
    if last is None or (key.last_used_at is not None and last.last_used_at <= key.last_used_at):
        return False
    key.last_used_at, key.last_used_as_of, key.last_used_source = last.last_used_at, last.as_of, last.source
    key.last_used_service, key.last_used_region = last.last_used_service, last.last_used_region
    return True


def _rows(key: AccessKey, told: list[list[str]]) -> Iterator[AccessKeyUse]:
    for number, (seen_at, at, service, region) in enumerate(told):
        as_of = datetime.fromisoformat(seen_at)
        yield AccessKeyUse(
            access_key=key,
            last_used_at=datetime.fromisoformat(at),
            last_used_service=service,
            last_used_region=region,
            source="report",
            as_of=as_of,
            seen_before=as_of - A_DAY if number else None,
        )

"""How fresh each AWS account is: what the accounts page shows."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db.models import Count, OuterRef, QuerySet, Subquery

from iamdash.inventory import lock
from iamdash.inventory.gaps import Gap, gaps
from iamdash.models import AccessKey, AwsAccount, IamUser, SyncOutcome, SyncRun
from iamdash.rules.keys import ACTIVE


class Status(StrEnum):
    """How an account is doing, in the words that the page shows."""

    UP_TO_DATE = "Up to date"
    SYNCING = "Syncing"
    FAILING = "Failing"
    PARTLY_READ = "Partly read"
    WAITING = "Waiting for its first sync"
    NO_LONGER_READ = "No longer read"


@dataclass(frozen=True, slots=True)
class Running:
    """A sync under way. `total` None: nobody knows how many there will be."""

    doing: str
    done: int
    total: int | None
    started_at: datetime
    asked_by: str


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One AWS account.

    `last_good_at`: the end of the newest sync that listed its users and roles; None: none ever did. `took`, `created`,
    `updated`, `gone`, `gaps`: of the newest finished sync. `report_at`: the credential report's GeneratedTime.
    `root_has_access_key` None: not known. `next_at`: when the schedule will sync it again. `why_not_read`: a sentence,
    "" where it is read.
    """

    account_id: str
    name: str
    environment: str
    role_arn: str
    status: Status
    why_not_read: str
    last_good_at: datetime | None
    last_finished_at: datetime | None
    next_at: datetime | None
    report_at: datetime | None
    took: timedelta | None
    iam_users: int
    active_keys: int
    created: int
    updated: int
    gone: int
    calls: int
    gaps: tuple[Gap, ...]
    root_has_access_key: bool | None
    long_lived_credential: bool
    running: Running | None

    @property
    def changed_nothing(self) -> bool:
        """Return whether the newest finished sync saw no change."""
        return not (self.created or self.updated or self.gone)


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """The whole page. Accounts that are no longer read come last."""

    accounts: tuple[AccountLine, ...]
    now: datetime

    @property
    def running(self) -> tuple[AccountLine, ...]:
        """Return the accounts that are being synced."""
        return tuple(line for line in self.accounts if line.running)

    @property
    def failing(self) -> tuple[AccountLine, ...]:
        """Return the accounts that need somebody: their newest sync failed, or left something unread."""
        return tuple(line for line in self.accounts if line.status in {Status.FAILING, Status.PARTLY_READ})

    @property
    def long_lived_credential(self) -> bool:
        """Return whether iamdash itself runs on a long-lived access key somewhere."""
        return any(line.long_lived_credential for line in self.accounts)


@dataclass(frozen=True, slots=True)
class _Runs:
    newest: SyncRun | None
    finished: SyncRun | None
    good: SyncRun | None
    is_running: bool


def accounts_page(now: datetime) -> AccountsPage:
    """Return the page's data as of `now`. Five queries, however many accounts there are."""
    lines = [line for _aws_account, line in account_lines(AwsAccount.objects.all())]
    return AccountsPage(tuple(sorted(lines, key=lambda line: line.status is Status.NO_LONGER_READ)), now)


def account_lines(aws_accounts: QuerySet[AwsAccount]) -> list[tuple[AwsAccount, AccountLine]]:
    """Return these accounts in their order, each with how it is doing."""
    running = lock.running()
    here = IamUser.objects.filter(aws_account__in=aws_accounts, gone_at=None)
    active = AccessKey.objects.filter(iam_user__aws_account__in=aws_accounts, status=ACTIVE, gone_at=None)
    iam_users, active_keys = _counted(here, "aws_account"), _counted(active, "iam_user__aws_account")
    return [
        (aws_account, _line(aws_account, runs, iam_users.get(aws_account.pk, 0), active_keys.get(aws_account.pk, 0)))
        for aws_account, runs in _with_runs(aws_accounts, running)
    ]


def _with_runs(aws_accounts: QuerySet[AwsAccount], running: Collection[str]) -> Iterator[tuple[AwsAccount, _Runs]]:
    """Yield each account with its newest runs. Two queries."""
    runs = SyncRun.objects.filter(aws_account=OuterRef("pk")).order_by("-started_at", "-pk").values("pk")
    good = runs.filter(outcome__in=[SyncOutcome.COMPLETE, SyncOutcome.PARTIAL])
    numbered = aws_accounts.annotate(
        newest=Subquery(runs[:1]),
        finished=Subquery(runs.exclude(outcome=SyncOutcome.RUNNING)[:1]),
        good=Subquery(good[:1]),
    )
    numbers = {number for each in numbered for number in (each.newest, each.finished, each.good) if number}
    found = SyncRun.objects.defer("agreed_directly", "uses_agreed_directly").in_bulk(numbers)
    for each in numbered:
        newest, finished, last_good = (found.get(number) for number in (each.newest, each.finished, each.good))
        yield each, _Runs(newest, finished, last_good, is_running=each.pk in running)


def _counted(rows: QuerySet[IamUser] | QuerySet[AccessKey], account: str) -> Mapping[str, int]:
    return dict(rows.values_list(account).annotate(Count("pk")).order_by())


def _line(aws_account: AwsAccount, runs: _Runs, iam_users: int, active_keys: int) -> AccountLine:
    last = runs.finished or SyncRun()
    return AccountLine(
        account_id=aws_account.pk,
        name=aws_account.name,
        environment=aws_account.environment,
        role_arn=aws_account.role_arn,
        status=_status(aws_account, runs),
        why_not_read=aws_account.why_not_read,
        last_good_at=runs.good.finished_at if runs.good else None,
        last_finished_at=last.finished_at,
        next_at=_next_at(aws_account, runs),
        report_at=_moment(last.freshness.get("credential_report")),
        took=last.finished_at - last.started_at if last.finished_at else None,
        iam_users=iam_users,
        active_keys=active_keys,
        created=last.changes.get("created", 0),
        updated=last.changes.get("updated", 0),
        gone=last.changes.get("gone", 0),
        calls=sum(last.calls.values()),
        gaps=gaps(last.unread, role_arn=aws_account.role_arn),
        root_has_access_key=last.root_has_access_key,
        long_lived_credential=last.long_lived_credential,
        running=_running(runs),
    )


def _status(aws_account: AwsAccount, runs: _Runs) -> Status:
    if aws_account.removed_at is not None:
        return Status.NO_LONGER_READ
    if runs.is_running:
        return Status.SYNCING
    if runs.finished is None:
        return Status.WAITING
    by_outcome = {SyncOutcome.COMPLETE: Status.UP_TO_DATE, SyncOutcome.PARTIAL: Status.PARTLY_READ}
    return by_outcome.get(SyncOutcome(runs.finished.outcome), Status.FAILING)


def _running(runs: _Runs) -> Running | None:
    run = runs.newest
    if not runs.is_running or run is None or run.outcome != SyncOutcome.RUNNING:
        return None
    progress = run.progress
    return Running(
        progress.get("doing", ""), progress.get("done", 0), progress.get("total"), run.started_at, run.asked_by
    )


def _next_at(aws_account: AwsAccount, runs: _Runs) -> datetime | None:
    if aws_account.removed_at is not None or runs.newest is None or runs.is_running:
        return None
    return runs.newest.started_at + timedelta(minutes=settings.SYNC_EVERY_MINUTES)


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None

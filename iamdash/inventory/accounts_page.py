"""The AWS accounts: what their page shows, how fresh each of them is among it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import connection
from django.db.models import Count, QuerySet

from iamdash.database.kept import one_look, unless_unchanged
from iamdash.database.prepared import planned_once
from iamdash.inventory import lock
from iamdash.inventory.gaps import Gap, gaps
from iamdash.models import AccessKey, AwsAccount, IamUser, SyncOutcome
from iamdash.rules.keys import ACTIVE
from iamdash.standing.freshness import late_after

# The newest run of each account, the newest that ended, and when one last brought something home: the few columns of
# them that are shown, as runs carry much more. An older run is looked for only where the newest has failed.
RUNS_OF_EACH = """
    SELECT account.account_id, newest.started_at, newest.outcome, newest.asked_by, newest.progress,
        finished.started_at, finished.finished_at, finished.outcome,
        finished.freshness ->> 'credential_report',
        coalesce((finished.changes ->> 'created')::int, 0), coalesce((finished.changes ->> 'updated')::int, 0),
        coalesce((finished.changes ->> 'gone')::int, 0),
        (SELECT coalesce(sum(number::int), 0)::int FROM jsonb_each_text(finished.calls) AS each (action, number)),
        nullif(finished.unread, '[]'), finished.root_has_access_key, finished.long_lived_credential,
        CASE WHEN finished.outcome <> 'failed' THEN finished.finished_at ELSE (
            SELECT finished_at FROM iamdash_syncrun
            WHERE aws_account_id = account.account_id AND outcome IN ('complete', 'partial')
            ORDER BY started_at DESC, id DESC LIMIT 1
        ) END
    FROM unnest(%s::text[]) AS account (account_id)
    CROSS JOIN LATERAL (
        SELECT * FROM iamdash_syncrun WHERE aws_account_id = account.account_id
        ORDER BY started_at DESC, id DESC LIMIT 1
    ) AS newest
    LEFT JOIN LATERAL (
        SELECT * FROM iamdash_syncrun WHERE aws_account_id = account.account_id AND finished_at IS NOT NULL
        ORDER BY started_at DESC, id DESC LIMIT 1
    ) AS finished ON true
"""


class Status(StrEnum):
    """How an account is doing, in the words that the page shows."""

    UP_TO_DATE = "Up to date"
    OUT_OF_DATE = "Out of date"
    SYNCING = "Syncing"
    FAILING = "Failing"
    PARTLY_READ = "Partly read"
    WAITING = "Waiting for its first sync"
    NO_LONGER_READ = "No longer read"


BY_OUTCOME: dict[str, Status] = {
    SyncOutcome.COMPLETE: Status.UP_TO_DATE,
    SyncOutcome.PARTIAL: Status.PARTLY_READ,
}


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
    `has_failed`: that sync brought nothing home. `root_has_access_key` None: not known. `next_at`: when the schedule
    will sync it again. `why_not_read`: a sentence, "" where it is read.
    """

    account_id: str
    name: str
    environment: str
    role_arn: str
    status: Status
    why_not_read: str
    last_good_at: datetime | None
    last_finished_at: datetime | None
    has_failed: bool
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
    def is_read(self) -> bool:
        """Return whether syncs still read it."""
        return self.status is not Status.NO_LONGER_READ

    @property
    def was_read(self) -> bool:
        """Return whether anything of it was ever read. Where nothing was, its counts are not 0 but unread."""
        return self.last_good_at is not None or self.iam_users > 0


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
    def with_root_keys(self) -> tuple[AccountLine, ...]:
        """Return the accounts whose root user has an access key."""
        return tuple(line for line in self.accounts if line.root_has_access_key)

    @property
    def long_lived_credential(self) -> bool:
        """Return whether iamdash itself runs on a long-lived access key somewhere."""
        return any(line.long_lived_credential for line in self.accounts)


@dataclass(frozen=True, slots=True)
class _Runs:
    """What is shown of the newest runs of an account: of any, of the newest finished one, and of the newest good one.

    `progress`, `unread`: as the run has them, in JSON; None: there is no such run, or nothing was left unread.
    """

    started_at: datetime | None = None
    outcome: str | None = None
    asked_by: str | None = None
    progress: str | None = None
    finished_started_at: datetime | None = None
    finished_at: datetime | None = None
    finished_outcome: str | None = None
    report_at: str | None = None
    created: int = 0
    updated: int = 0
    gone: int = 0
    calls: int = 0
    unread: str | None = None
    root_has_access_key: bool | None = None
    long_lived_credential: bool | None = None
    good_at: datetime | None = None


NO_RUNS = _Runs()


def accounts_page(now: datetime) -> AccountsPage:
    """Return the page's data as of `now`. Five queries, however many accounts there are."""
    lines = [line for _aws_account, line in account_lines(now=now)]
    return AccountsPage(tuple(sorted(lines, key=lambda line: not line.is_read)), now)


def account_lines(account_id: str = "", *, now: datetime) -> list[tuple[AwsAccount, AccountLine]]:
    """Return every account in their order, or the one, each with how it is doing."""
    one, of_one = ({"pk": account_id}, {"aws_account": account_id}) if account_id else ({}, {})
    found = list(AwsAccount.objects.filter(**one))
    running = lock.running()
    # A sync writes what came of it before it gives its lock back: what is at hand may be older than that.
    with one_look():
        runs = _newest_runs([each.pk for each in found])
    iam_users = _counted(IamUser.objects.filter(gone_at=None, **of_one))
    active_keys = _counted(AccessKey.objects.filter(status=ACTIVE, gone_at=None, **of_one))
    return [
        (
            each,
            _line(
                each,
                runs.get(each.pk, NO_RUNS),
                is_running=each.pk in running,
                iam_users=iam_users.get(each.pk, 0),
                active_keys=active_keys.get(each.pk, 0),
                now=now,
            ),
        )
        for each in found
    ]


def _newest_runs(account_ids: list[str]) -> Mapping[str, _Runs]:
    newest = unless_unchanged(planned_once, RUNS_OF_EACH, [account_ids])
    return {account_id: _Runs(*runs) for account_id, *runs in newest.rows}


def _counted(rows: QuerySet[IamUser] | QuerySet[AccessKey]) -> Mapping[str, int]:
    counted = rows.values_list("aws_account").annotate(number=Count("*")).order_by()
    return dict(unless_unchanged(connection.cursor, *counted.query.sql_with_params()).rows)


def _line(
    aws_account: AwsAccount, runs: _Runs, *, is_running: bool, iam_users: int, active_keys: int, now: datetime
) -> AccountLine:
    return AccountLine(
        account_id=aws_account.pk,
        name=aws_account.name,
        environment=aws_account.environment,
        role_arn=aws_account.role_arn,
        status=_status(aws_account, runs, is_running=is_running, now=now),
        why_not_read=aws_account.why_not_read,
        last_good_at=runs.good_at,
        last_finished_at=runs.finished_at,
        has_failed=runs.finished_outcome == SyncOutcome.FAILED,
        next_at=_next_at(aws_account, runs, is_running=is_running),
        report_at=datetime.fromisoformat(runs.report_at) if runs.report_at else None,
        took=runs.finished_at - runs.finished_started_at if runs.finished_at and runs.finished_started_at else None,
        iam_users=iam_users,
        active_keys=active_keys,
        created=runs.created,
        updated=runs.updated,
        gone=runs.gone,
        calls=runs.calls,
        gaps=gaps(json.loads(runs.unread), role_arn=aws_account.role_arn) if runs.unread else (),
        root_has_access_key=runs.root_has_access_key,
        long_lived_credential=bool(runs.long_lived_credential),
        running=_running(runs) if is_running else None,
    )


def _status(aws_account: AwsAccount, runs: _Runs, *, is_running: bool, now: datetime) -> Status:
    if aws_account.removed_at is not None:
        return Status.NO_LONGER_READ
    if is_running:
        return Status.SYNCING
    if runs.finished_outcome is None:
        return Status.WAITING
    status = BY_OUTCOME.get(runs.finished_outcome, Status.FAILING)
    ceased = status is Status.UP_TO_DATE and runs.good_at is not None and now - runs.good_at > late_after()
    # Syncs that ceased without failing: the frame of every page says so too.
    return Status.OUT_OF_DATE if ceased else status


def _running(runs: _Runs) -> Running | None:
    if runs.started_at is None or runs.outcome != SyncOutcome.RUNNING:
        return None
    progress = json.loads(runs.progress or "{}")
    return Running(
        progress.get("doing", ""), progress.get("done", 0), progress.get("total"), runs.started_at, runs.asked_by or ""
    )


def _next_at(aws_account: AwsAccount, runs: _Runs, *, is_running: bool) -> datetime | None:
    if aws_account.removed_at is not None or runs.started_at is None or is_running:
        return None
    return runs.started_at + timedelta(minutes=settings.SYNC_EVERY_MINUTES)

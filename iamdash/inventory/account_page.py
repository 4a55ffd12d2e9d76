"""One AWS account: how it stands, how fresh each part of it is, its newest syncs, and what it has to grant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from iamdash.aws.snapshot import Part
from iamdash.inventory.accounts_page import AccountLine, account_lines
from iamdash.inventory.gaps import WORDS, Gap, gaps
from iamdash.inventory.reader_role import ReaderRole, reader_role
from iamdash.models import Standing, SyncOutcome, SyncRun

RUNS_SHOWN = 30
# Each part that has an age of its own, with the call that tells it.
SOURCES = {
    Part.AUTHORIZATION_DETAILS: "iam:GetAccountAuthorizationDetails",
    Part.CREDENTIAL_REPORT: "iam:GetCredentialReport",
    Part.ACCESS_KEYS: "iam:ListAccessKeys",
    Part.ACCESS_KEY_LAST_USED: "iam:GetAccessKeyLastUsed",
    Part.ABSENCES: "iam:GetUser",
    Part.POD_IDENTITY: "eks:DescribePodIdentityAssociation",
    Part.EKS_CLUSTERS: "eks:DescribeCluster",
}
TRIGGERS = {"schedule": "Schedule", "person": "Asked for", "command": "Command line", "demo": "Demo"}


@dataclass(frozen=True, slots=True)
class PartReading:
    """One part of the account. `read_at` None: never read to the end; `gaps`: why the newest sync could not read it."""

    words: str
    source: str
    read_at: datetime | None
    made_by_aws: bool
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class RunLine:
    """One sync. `outcome`: its word; `took` None: it is running. `calls`: by action, the most frequent first."""

    number: int
    started_at: datetime
    trigger: str
    asked_by: str
    took: timedelta | None
    outcome: SyncOutcome
    calls: tuple[tuple[str, int], ...]
    throttled: int
    created: int
    updated: int
    gone: int
    gaps: tuple[Gap, ...]

    @property
    def has_failed(self) -> bool:
        """Return whether it brought nothing home."""
        return self.outcome is SyncOutcome.FAILED

    @property
    def calls_in_all(self) -> int:
        """Return how many requests left, each retry counted."""
        return sum(count for _action, count in self.calls)


@dataclass(frozen=True, slots=True)
class AccountPage:
    """The whole page. `caller_arn`: who AWS last said that iamdash is there; "" where it never did."""

    line: AccountLine
    parts: tuple[PartReading, ...]
    runs: tuple[RunLine, ...]
    reader_role: ReaderRole
    caller_arn: str
    open_candidates: int


def account_page(account_id: str, *, now: datetime) -> AccountPage | None:
    """Return the page's data; None where there is no such account. Seven queries."""
    found = account_lines(account_id, now=now)
    if not found:
        return None
    ((aws_account, line),) = found
    runs = _newest_runs(account_id)
    finished = next((run for run in runs if run.outcome != SyncOutcome.RUNNING), SyncRun())
    return AccountPage(
        line=line,
        parts=_parts(finished.freshness, line.gaps),
        runs=tuple(_run(run, aws_account.role_arn) for run in runs),
        reader_role=reader_role(aws_account),
        caller_arn=next((run.caller_arn for run in runs if run.caller_arn), ""),
        open_candidates=Standing.objects.filter(aws_account=account_id, is_open=True).count(),
    )


def _newest_runs(account_id: str) -> list[SyncRun]:
    runs = SyncRun.objects.filter(aws_account=account_id).order_by("-started_at", "-pk")
    return list(runs.defer("agreed_directly", "uses_agreed_directly")[:RUNS_SHOWN])


def _parts(freshness: Mapping[str, str], unread: tuple[Gap, ...]) -> tuple[PartReading, ...]:
    """Return the parts; without a session in the account none of them was read."""
    return tuple(
        PartReading(
            words=WORDS[part],
            source=source,
            read_at=datetime.fromisoformat(at) if (at := freshness.get(part)) else None,
            made_by_aws=part is Part.CREDENTIAL_REPORT,
            gaps=tuple(gap for gap in unread if gap.part in {part, Part.IDENTITY}),
        )
        for part, source in SOURCES.items()
    )


def _run(run: SyncRun, role_arn: str) -> RunLine:
    return RunLine(
        number=run.pk,
        started_at=run.started_at,
        trigger=TRIGGERS.get(run.trigger, run.trigger),
        asked_by=run.asked_by,
        took=run.finished_at - run.started_at if run.finished_at else None,
        outcome=SyncOutcome(run.outcome),
        calls=tuple(sorted(run.calls.items(), key=lambda call: (-call[1], call[0]))),
        throttled=run.throttled,
        created=run.changes.get("created", 0),
        updated=run.changes.get("updated", 0),
        gone=run.changes.get("gone", 0),
        gaps=gaps(run.unread, role_arn=role_arn),
    )

"""`manage.py sync`: bring the rows of AWS accounts up to date, in the foreground."""

import argparse
import json
import time
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from iamdash.inventory.gaps import gaps
from iamdash.inventory.sync import LockLostError, sync_account
from iamdash.models import AwsAccount, SyncOutcome, SyncRun

BUSY = "Another sync of this account is running and has not ended."
WENT_AWAY = "The database went away in the middle of a sync. What had been written stays; run the command again."
TRY_AGAIN_SECONDS = 0.5


class Command(BaseCommand):
    help = (
        "Read AWS accounts and bring the rows up to date. Shows progress on standard error. Exit code 1 if an account "
        "failed (it could not be reached, or its users and roles could not be listed), 0 otherwise."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take which accounts, how thoroughly, and how to print."""
        parser.add_argument(
            "--account", metavar="ID", action="append", default=[], help="only this account; may be given several times"
        )
        parser.add_argument(
            "--direct", action="store_true", help="ask for the keys of every user, changed or not: slow, and firm"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
        parser.add_argument(
            "--wait",
            metavar="SECONDS",
            type=float,
            default=1800,
            help="how long to wait where a worker is syncing the same account (default: %(default)s)",
        )

    def handle(self, *_args: Any, account: list[str], direct: bool, wait: float, **options: Any) -> None:
        """Sync one account after the other and say what came of it."""
        try:
            chosen = _chosen(account)
        except (OperationalError, ProgrammingError) as error:
            raise CommandError(_database_problem(error)) from error
        try:
            results = [self._sync(aws_account, direct=direct, wait=wait) for aws_account in chosen]
        except (LockLostError, InterfaceError, OperationalError) as error:
            raise CommandError(WENT_AWAY) from error
        if options["json"]:
            self.stdout.write(json.dumps({"accounts": [_as_json(*result) for result in results]}, indent=2))
        else:
            for aws_account, sync_run in results:
                self._say(aws_account, sync_run)
        if any(sync_run is None or sync_run.outcome == SyncOutcome.FAILED for _, sync_run in results):
            raise SystemExit(1)

    def _sync(self, aws_account: AwsAccount, *, direct: bool, wait: float) -> tuple[AwsAccount, SyncRun | None]:
        console = Console(stderr=True)
        columns = (TextColumn("{task.fields[account]}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(
            *columns, TextColumn("{task.description}"), console=console, disable=not console.is_terminal
        ) as bar:
            shown = bar.add_task("Waiting", total=None, account=aws_account.name)

            def show(doing: str, done: int, total: int | None) -> None:
                bar.update(shown, description=doing, completed=done, total=total)

            give_up_at = time.monotonic() + wait
            told = False
            while True:
                sync_run = sync_account(
                    aws_account, trigger="command", clock=timezone.now, read_everybody=direct, on_progress=show
                )
                if sync_run is not None or time.monotonic() >= give_up_at:
                    return aws_account, sync_run
                if not told:
                    console.print(f"{aws_account.pk}: another sync of this account is running; waiting for it to end.")
                    told = True
                time.sleep(TRY_AGAIN_SECONDS)

    def _say(self, aws_account: AwsAccount, sync_run: SyncRun | None) -> None:
        name = f"{aws_account.name} ({aws_account.pk})"
        if sync_run is None:
            self.stdout.write(f"{name}: not synced. {BUSY}")
            return
        changes = ", ".join(f"{count} {word}" for word, count in sync_run.changes.items() if count) or "no changes"
        outcome = SyncOutcome(sync_run.outcome).label.lower()
        self.stdout.write(f"{name}: {outcome} in {_seconds(sync_run):.1f} s, {changes}")
        for action, count in sync_run.calls.items():
            self.stdout.write(f"  {count:>6} {action}")
        if sync_run.throttled:
            self.stdout.write(f"  AWS asked to slow down {sync_run.throttled} times")
        for gap in gaps(sync_run.unread, role_arn=aws_account.role_arn):
            times = f" ({gap.subjects} times)" if gap.subjects > 1 else ""
            self.stdout.write(f"  Could not read {gap.words}{times}: {gap.reason} {gap.how_to_fix}".rstrip())


def _chosen(account_ids: list[str]) -> list[AwsAccount]:
    """Return the accounts to sync. Raises CommandError where there are none, or one is not in the config."""
    accounts = {aws_account.pk: aws_account for aws_account in AwsAccount.objects.filter(removed_at=None)}
    if not accounts:
        raise CommandError("No AWS account is known yet: name them in iamdash.toml and run manage.py load_config.")
    if unknown := [account_id for account_id in account_ids if account_id not in accounts]:
        there_are = "\n".join(f"  {aws_account.pk} {aws_account.name}" for aws_account in accounts.values())
        raise CommandError(f"{', '.join(unknown)}: no such AWS account in the config. There are:\n{there_are}")
    return [accounts[account_id] for account_id in dict.fromkeys(account_ids)] or list(accounts.values())


def _database_problem(error: Exception) -> str:
    if isinstance(error, ProgrammingError):
        return "The database has no tables yet: run manage.py migrate."
    return f"The database that DATABASE_URL names cannot be reached: {str(error).splitlines()[0]}"


def _as_json(aws_account: AwsAccount, sync_run: SyncRun | None) -> dict[str, Any]:
    if sync_run is None:
        sync_run = SyncRun(outcome=SyncOutcome.FAILED, unread=[{"part": "sync", "reason": BUSY}])
    return {
        "account_id": aws_account.pk,
        "outcome": str(sync_run.outcome),
        "seconds": round(_seconds(sync_run), 3),
        "calls": sync_run.calls,
        "throttled": sync_run.throttled,
        "unread": _unread(sync_run.unread),
        "changes": {word: sync_run.changes.get(word, 0) for word in ("created", "updated", "gone")},
    }


def _unread(gaps: list[Mapping[str, str]]) -> list[dict[str, str]]:
    # What could not be read of many users for one reason is one line.
    told = dict.fromkeys((gap["part"], gap["reason"]) for gap in gaps)
    return [{"part": part, "reason": reason} for part, reason in told]


def _seconds(sync_run: SyncRun) -> float:
    if sync_run.finished_at is None:
        return 0.0
    return (sync_run.finished_at - sync_run.started_at).total_seconds()

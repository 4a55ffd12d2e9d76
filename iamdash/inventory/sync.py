"""One AWS account, from its answers to our rows: lock, read, reconcile piece by piece, record the run."""

import gc
import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from django.db import transaction

from iamdash.aws.progress import OnProgress
from iamdash.aws.snapshot import Absence, KeysOfUser, Known, Piece, Unread
from iamdash.inventory.findings import Clock, Findings
from iamdash.inventory.known import known
from iamdash.inventory.lock import held_here, one_sync_of, take_turns_writing
from iamdash.inventory.reading import AccountReading
from iamdash.inventory.reconcile.pieces import reconcile
from iamdash.inventory.run import Progress, finish, open_run
from iamdash.inventory.vet import vet
from iamdash.models import AwsAccount, IamUser, Replacement, SyncRun
from iamdash.standing.assess import Cause, assess
from iamdash.standing.thresholds import thresholds

logger = logging.getLogger(__name__)
# Answers that come one for each IAM user are written together: as many as come in the time that somebody who looks
# at the page would wait, and never more than memory should hold.
BATCHED = (KeysOfUser, Absence, Unread)
SECONDS_AT_ONCE = 2.0
AT_ONCE = 250


class Reading(Protocol):
    """An AWS account being read: its pieces as they come, and what they have cost so far."""

    @property
    def calls(self) -> Mapping[str, int]:
        """The number of calls by action, such as {"iam:ListAccessKeys": 12}."""

    @property
    def throttled(self) -> int:
        """How often AWS asked to slow down."""

    def pieces(self) -> Iterator[Piece]:
        """Yield what AWS answers, in the order it is read."""


class Read(Protocol):
    """Opens the reading of an AWS account."""

    def __call__(self, aws_account: AwsAccount, *, known: Known, clock: Clock, on_progress: OnProgress) -> Reading: ...


class LockLostError(Exception):
    """The database connection that held the account's lock is gone, so another sync of it may be running."""


def sync_account(
    aws_account: AwsAccount,
    *,
    trigger: str,
    clock: Clock,
    asked_by: str = "",
    read: Read = AccountReading,
    read_everybody: bool = False,
    on_progress: OnProgress | None = None,
) -> SyncRun | None:
    """Bring one AWS account's rows up to date; return the finished run.

    None: another sync of it is running, or the account was taken out of the config and is read no more. Nothing that
    AWS answers raises: it is in the run, in words. `on_progress` is told what is read, how many of it are done, and of
    how many (None: nobody knows). Raises LockLostError or django.db.Error where the database itself went away; the
    next sync then closes the run.
    """
    if aws_account.removed_at is not None:
        return None
    with one_sync_of(aws_account.pk) as ours:
        if not ours:
            return None
        sync_run = open_run(aws_account, trigger=trigger, asked_by=asked_by, now=clock())
        findings = _begin(sync_run, clock)
        reading: Reading | None = None
        try:
            reading = read(
                aws_account,
                known=known(findings, read_everybody=read_everybody),
                clock=clock,
                on_progress=_told_to(Progress(sync_run, clock), on_progress),
            )
            _reconcile_all(reading.pieces(), findings)
        except Exception as error:
            # Whatever it is, the run has to say so, and the other accounts go on.
            logger.exception("The sync of %s broke off", aws_account.pk)
            findings.broke_off = f"The sync broke off, {type(error).__name__}: {error}"
        _end(findings, reading)
        return sync_run


def in_batches(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Yield pieces of one kind together where they come one for each IAM user, and every other piece by itself."""
    batch: list[Piece] = []
    began = time.monotonic()
    for piece in pieces:
        full = len(batch) == AT_ONCE or time.monotonic() - began > SECONDS_AT_ONCE
        if batch and (full or type(piece) is not type(batch[0])):
            yield batch
            batch = []
        if not batch:
            began = time.monotonic()
        batch.append(piece)
        if not isinstance(piece, BATCHED):
            yield batch
            batch = []
    if batch:
        yield batch


def _begin(sync_run: SyncRun, clock: Clock) -> Findings:
    return Findings(
        sync_run,
        thresholds(),
        clock,
        agreed=_moments(sync_run.agreed_directly),
        uses_agreed=_moments(sync_run.uses_agreed_directly),
    )


def _moments(stored: Mapping[str, str]) -> dict[str, datetime]:
    return {key: datetime.fromisoformat(at) for key, at in stored.items()}


def _told_to(first: OnProgress, second: OnProgress | None) -> OnProgress:
    def tell(doing: str, done: int, total: int | None) -> None:
        first(doing, done, total)
        if second is not None:
            second(doing, done, total)

    return tell


def _reconcile_all(pieces: Iterator[Piece], findings: Findings) -> None:
    for batch in in_batches(vet(piece, findings) for piece in pieces):
        reconcile(batch, findings)
        # What is written needs no memory any more while the next piece is read. Rows point at each other: only a
        # collection frees them.
        batch.clear()
        gc.collect(1)
        if findings.refused:
            return


def _end(findings: Findings, reading: Reading | None) -> None:
    """Record the run, and assess in the same transaction whatever its freshness may change."""
    if not held_here(findings.account_id):
        raise LockLostError(f"The database went away while {findings.account_id} was synced.")
    now = findings.clock()
    with transaction.atomic():
        _forget_overtaken(findings)
        calls, throttled = (reading.calls, reading.throttled) if reading else ({}, 0)
        read_before = set(findings.sync_run.freshness)
        finish(findings, calls=calls, throttled=throttled, now=now)
        if set(findings.sync_run.freshness) - read_before:
            findings.assess_again |= _linked(findings.account_id)
        if findings.assess_again:
            assess(findings.assess_again, now=now, cause=Cause.AWS, actor="sync", sync_run=findings.sync_run.pk)


def _forget_overtaken(findings: Findings) -> None:
    """Forget the readings that agreed with keys which a check, older than the reading, has written since."""
    take_turns_writing([findings.account_id])
    written = IamUser.objects.filter(aws_account_id=findings.account_id, keys_read_at__gte=findings.sync_run.started_at)
    for unique_id, read_at in written.values_list("unique_id", "keys_read_at"):
        if read_at and findings.agreed.get(unique_id, read_at) > read_at:
            del findings.agreed[unique_id]


def _linked(account_id: str) -> set[int]:
    """Return the IAM users, of any account, that roles of this one replace: something about roles is known only now."""
    links = Replacement.objects.filter(iam_role__aws_account=account_id, unlinked_at=None)
    return set(links.values_list("candidate__iam_user", flat=True))

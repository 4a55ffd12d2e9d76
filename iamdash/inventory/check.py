"""Check AWS now: one IAM user read directly because somebody asked, also while a sync of its account is running.

A check never proves an IAM user gone: that takes complete listings (see `reconcile.gone`). What it reads is as good as
a sync's reading of the same, and the newer of the two stands.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction

from iamdash.aws.check import NamedRole, check_roles, check_user
from iamdash.aws.errors import READ_ERRORS, unread
from iamdash.aws.identity import identify
from iamdash.aws.progress import Surroundings
from iamdash.aws.session import AwsSession
from iamdash.aws.snapshot import Absence, Identity, KnownUser, Part, Piece, Unread
from iamdash.inventory.findings import Changes, Clock, Findings
from iamdash.inventory.lock import one_check_of, take_turns_writing
from iamdash.inventory.reconcile.pieces import changes_by
from iamdash.inventory.run import WHOLE, as_json, newest_finished
from iamdash.inventory.vet import vet
from iamdash.models import AccessKey, AwsAccount, Check, IamRole, IamUser, Person, SyncRun
from iamdash.models.check import TAKEN_WITHIN
from iamdash.models.journal import record_all
from iamdash.standing.assess import Cause, assess
from iamdash.standing.thresholds import thresholds

logger = logging.getLogger(__name__)
# Somebody is waiting: a call that fails so often, or hangs each time for so long, is left to the next sync. Once the
# reading has taken so long no call leaves, so that it ends, and is written down, well before the task's time is over.
ATTEMPTS = 3
READ_SECONDS = 10
SECONDS_IN_ALL = 60


@dataclass(slots=True)
class Found:
    """What a check has read, by AWS account (the IAM user's first), and what it cost."""

    pieces: dict[str, list[Piece]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)


Read = Callable[[IamUser, Sequence[IamRole], Clock], Found]


def ask_for_check(iam_user: IamUser, *, by: Person, now: datetime) -> Check:
    """Return the check to order: a new one, or the one that was asked for a moment ago and that nobody has begun."""
    waiting = Check.objects.filter(iam_user=iam_user, began_at=None, finished_at=None, asked_at__gt=now - TAKEN_WITHIN)
    return waiting.first() or Check.objects.create(iam_user=iam_user, asked_by=by, asked_at=now)


def give_up(check: Check, reason: str, *, now: datetime) -> None:
    """End a check that could not be made, and say why."""
    check.finished_at, check.unread = now, [{"part": WHOLE, "reason": reason}]
    check.save()


def run_check(check: Check, *, clock: Clock, read: Read | None = None) -> bool:
    """Make the check and record it; return False where another check of the same IAM user is running.

    Nothing that AWS answers raises: it is in the check, in words. A check that has ended is not made again.
    """
    with one_check_of(check.iam_user_id) as ours:
        if not ours:
            return False
        check.refresh_from_db()
        if check.finished_at is not None:
            return True
        check.began_at = clock()
        check.save()
        try:
            iam_user = IamUser.objects.select_related("aws_account").get(pk=check.iam_user_id)
            roles = _replacement_roles(iam_user)
            _take_in((read or read_directly)(iam_user, roles, clock), iam_user, check, clock)
        except Exception as error:
            # Whatever it is, whoever asked has to be told.
            logger.exception("Check %s of an IAM user broke off", check.pk)
            give_up(check, f"The check broke off, {type(error).__name__}: {error}", now=clock())
        return True


def read_directly(iam_user: IamUser, roles: Sequence[IamRole], clock: Clock) -> Found:
    """Read the IAM user in a session of its account, and each replacement role in a session of its own account."""
    found = Found()
    user = _known(iam_user)
    until = time.monotonic() + SECONDS_IN_ALL
    accounts = {iam_user.aws_account_id: iam_user.aws_account} | {row.aws_account_id: row.aws_account for row in roles}
    for account_id, aws_account in accounts.items():
        asked = [NamedRole(row.unique_id, row.role_name) for row in roles if row.aws_account_id == account_id]
        checked = user if account_id == iam_user.aws_account_id else None
        found.pieces[account_id] = list(
            _read_account(aws_account, checked, asked, Surroundings(clock), found, until=until)
        )
    return found


def _read_account(
    aws_account: AwsAccount,
    user: KnownUser | None,
    roles: Sequence[NamedRole],
    surroundings: Surroundings,
    found: Found,
    *,
    until: float,
) -> Iterator[Piece]:
    try:
        session = AwsSession(
            role_arn=aws_account.role_arn,
            external_id=aws_account.external_id,
            allow_long_lived_key=settings.ALLOW_LONG_LIVED_KEY,
            attempts=ATTEMPTS,
            read_seconds=READ_SECONDS,
            until=until,
        )
    except READ_ERRORS as error:
        yield unread(error, Part.IDENTITY, "sts:GetCallerIdentity")
        return
    try:
        identity = identify(session, account_id=aws_account.pk, clock=surroundings.clock)
        yield identity
        if isinstance(identity, Identity):
            if user:
                yield from check_user(session, user, surroundings=surroundings)
            yield from check_roles(session, roles, surroundings=surroundings)
    finally:
        found.calls.update(session.calls.by_action)


def _known(iam_user: IamUser) -> KnownUser:
    keys = AccessKey.objects.filter(iam_user=iam_user, gone_at=None)
    return KnownUser(
        unique_id=iam_user.unique_id,
        user_name=iam_user.user_name,
        arn=iam_user.arn,
        created_at=iam_user.created_at,
        slots_seen=None,
        asked_at=None,
        ask_failed=False,
        access_keys=tuple(keys.values_list("access_key_id", "created_at", "status")),
        read_directly=True,
    )


def _replacement_roles(iam_user: IamUser) -> list[IamRole]:
    """Return the roles to ask for: those linked now, not known to be gone, in accounts that are still read."""
    linked = IamRole.objects.filter(
        replacements__candidate__iam_user=iam_user,
        replacements__unlinked_at=None,
        gone_at=None,
        aws_account__removed_at=None,
    )
    return list(linked.select_related("aws_account").distinct().order_by("pk"))


def _take_in(found: Found, iam_user: IamUser, check: Check, clock: Clock) -> None:
    """Make the rows agree with what was read, assess, and end the check: all of it, or nothing."""
    with transaction.atomic():
        take_turns_writing(found.pieces)
        changes = Changes(iam_user_ids={iam_user.pk})
        gaps: list[Unread] = []
        for account_id, pieces in found.pieces.items():
            findings = _findings(account_id, clock)
            for piece in _believed(pieces, findings):
                if isinstance(piece, Unread):
                    gaps.append(piece)
                else:
                    changes.add(_changes(piece, check, findings))
            # An answer that contradicts what is known is a gap too.
            gaps += findings.unread
        record_all(changes.events)
        assess(changes.iam_user_ids, now=clock(), cause=Cause.AWS, actor="check")
        check.finished_at = clock()
        check.unread = [as_json(gap) for gap in gaps]
        check.calls = dict(sorted(found.calls.items()))
        check.changes = {"created": changes.created, "updated": changes.updated, "gone": changes.gone}
        check.save()


def _findings(account_id: str, clock: Clock) -> Findings:
    last = newest_finished(AwsAccount(pk=account_id)) or SyncRun()
    agreed = {key: datetime.fromisoformat(at) for key, at in last.agreed_directly.items()}
    return Findings(SyncRun(aws_account_id=account_id), thresholds(), clock, agreed=agreed, is_check=True)


def _believed(pieces: Sequence[Piece], findings: Findings) -> Iterator[Piece]:
    """Yield what may be believed: nothing, if the session is not the expected account's."""
    for piece in pieces:
        believed = vet(piece, findings) if isinstance(piece, Identity) else piece
        if isinstance(believed, Identity):
            findings.identity = believed
            continue
        yield believed
        if believed is not piece:
            return


def _changes(piece: Piece, check: Check, findings: Findings) -> Changes:
    if isinstance(piece, Absence):
        check.said = piece.answer
        # Only that it exists is taken from a check; that it does not is for two syncs to prove.
        return changes_by([piece], findings) if piece.answer == "same_unique_id" else Changes()
    return changes_by([piece], findings)

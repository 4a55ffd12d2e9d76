"""How the newest check of an IAM user goes or went, and the credentials that only checks read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import BigIntegerField

from iamdash.candidates.queries.candidate.readings import PARTS
from iamdash.models import Check, CredentialKind, IamUser, OtherCredential
from iamdash.models.check import ENDS_WITHIN, TAKEN_WITHIN
from iamdash.models.question import Asked, Given, Question

NEWEST_CHECK = Question(
    Check.objects.filter(iam_user=Given("iam_user", BigIntegerField()))
    .select_related("asked_by")
    .order_by("-asked_at", "-pk")[:1]
)


class CheckState(StrEnum):
    """How far a check is."""

    WAITING = "waiting"
    NOT_TAKEN = "not_taken"
    ASKING = "asking"
    STOPPED = "stopped"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class CheckLine:
    """The newest check. `found`: what it found, as a sentence, once it has ended; `unread`: (what, why)."""

    state: CheckState
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    found: str
    unread: tuple[tuple[str, str], ...]

    @property
    def goes_on(self) -> bool:
        """Return whether it is worth looking again soon."""
        return self.state in {CheckState.WAITING, CheckState.ASKING}


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """One credential. `name`: its ID and what it is for; "" for a console password."""

    name: str
    status: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class KindOfCredential:
    """One kind of credentials. `read_at`: when AWS last told them all; None: never read."""

    label: str
    read_at: datetime | None
    rows: tuple[CredentialRow, ...]


def checks_of(iam_user: IamUser) -> Asked[Check]:
    """Return the newest check of an IAM user, where there is one."""
    return NEWEST_CHECK.of(iam_user=iam_user.pk)


def newest_check(iam_user: IamUser, checks: Iterable[Check], *, now: datetime) -> CheckLine | None:
    """Return how the newest check goes; None: it was never checked."""
    check = next(iter(checks), None)
    if check is None:
        return None
    return CheckLine(
        state=_state(check, now),
        asked_by=str(check.asked_by),
        asked_at=check.asked_at,
        finished_at=check.finished_at,
        found=_found(check, iam_user),
        unread=tuple((PARTS.get(gap["part"], gap["part"]), gap["reason"]) for gap in check.unread),
    )


def other_credentials(iam_user: IamUser, there: Iterable[OtherCredential]) -> tuple[KindOfCredential, ...]:
    """Return every kind of credentials besides access keys, with those that AWS still has."""
    rows: dict[str, list[CredentialRow]] = {kind: [] for kind in CredentialKind}
    for held in there:
        name = " for ".join(part for part in (held.credential_id, held.service) if part)
        rows[held.kind].append(CredentialRow(name, held.status, held.created_at))
    read = iam_user.other_credentials_read
    return tuple(
        KindOfCredential(kind.label, datetime.fromisoformat(read[kind]) if kind in read else None, tuple(rows[kind]))
        for kind in CredentialKind
    )


def _state(check: Check, now: datetime) -> CheckState:
    if check.finished_at is not None:
        return CheckState.ENDED
    if check.began_at is not None:
        return CheckState.ASKING if now - check.began_at < ENDS_WITHIN else CheckState.STOPPED
    return CheckState.WAITING if now - check.asked_at < TAKEN_WITHIN else CheckState.NOT_TAKEN


def _found(check: Check, iam_user: IamUser) -> str:
    if check.said == "no_such_entity":
        return "AWS no longer knows this user; the next sync proves it."
    if check.said == "other_unique_id":
        words = "belongs to another IAM user now; the next sync says what became of this one."
        return f"The name {iam_user.user_name} {words}"
    if not check.said:
        return ""
    changes = sum(check.changes.values())
    if changes == 0:
        return "Nothing has changed."
    return f"It found {changes} change{'' if changes == 1 else 's'}: the page shows what is."

"""The exception and the block of a candidate, as its page shows them: who decides, until when, what it waits for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from iamdash.models import Candidate, ExceptionGrant
from iamdash.rules.exception import Waiting, blocked_words
from iamdash.rules.sentence import count_days, day_in_words

# So many days before its end an exception is said to end soon, and then, to end within days.
WARNED, LAST_WARNED = timedelta(days=14), timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Flag:
    """Words for a tag, and its tone: amber, red, green, or none.

    `at`: when it will happen; `since`: since when it is so. Set where the words end in that.
    """

    text: str
    tone: str = ""
    at: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExceptionCard:
    """A request for an exception, or the exception in force. `exception`: its number, for the forms."""

    exception: int
    reason: str
    review_url: str
    expires_on: date
    asked_by: str
    asked_by_pk: int
    asked_at: datetime
    approved_by: str
    approved_at: datetime | None
    is_extension: bool
    ending: Flag | None


@dataclass(frozen=True, slots=True)
class Block:
    """What a candidate waits for. `flag` says it with its review date, also once that has passed."""

    waits_for: Waiting
    words: str
    review_on: date
    flag: Flag


@dataclass(frozen=True, slots=True)
class Leave:
    """What excuses a candidate: the exception in force, the request that waits for a lead, the block."""

    standing: ExceptionCard | None
    waiting: ExceptionCard | None
    block: Block | None


def leave_of(candidate: Candidate, exceptions: Iterable[ExceptionGrant], *, now: datetime) -> Leave:
    """Return what excuses the candidate. `exceptions`: that wait or stand; an expired one counts no more."""
    standing = waiting = None
    for grant in exceptions:
        if grant.approved_at is None:
            waiting = _card(grant, None)
        elif grant.expires_on > timezone.localdate(now):
            standing = _card(grant, ending(grant.expires_on, now=now))
    return Leave(standing, waiting, block_of(candidate, now=now))


def block_of(candidate: Candidate, *, now: datetime) -> Block | None:
    """Return what the candidate waits for, or None."""
    if not candidate.blocked_by or candidate.block_review_on is None:
        return None
    flag = block_flag(candidate.blocked_by, candidate.block_review_on, now=now)
    return Block(Waiting(candidate.blocked_by), candidate.blocked_words, candidate.block_review_on, flag)


def block_flag(blocked_by: str, review_on: date, *, now: datetime) -> Flag:
    """Return what is waited for and until when; where that day has come, that somebody has to look again."""
    waits_for = Waiting(blocked_by)
    if review_on <= timezone.localdate(now):
        return Flag(f"Blocked by {waits_for.label.lower()}: to be reviewed since {day_in_words(review_on)}", "red")
    return Flag(blocked_words(waits_for, day_in_words(review_on)), "amber")


def ending(expires_on: date, *, now: datetime) -> Flag | None:
    """Return the warning that an exception ends soon, or None where that is far off."""
    left = expires_on - timezone.localdate(now)
    if left > WARNED:
        return None
    return Flag(f"Exception ends in {count_days(left.days)}", "red" if left <= LAST_WARNED else "amber")


def _card(grant: ExceptionGrant, flag: Flag | None) -> ExceptionCard:
    return ExceptionCard(
        exception=grant.pk,
        reason=grant.reason,
        review_url=grant.review_url,
        expires_on=grant.expires_on,
        asked_by=str(grant.asked_by),
        asked_by_pk=grant.asked_by_id,
        asked_at=grant.asked_at,
        approved_by=str(grant.approved_by or ""),
        approved_at=grant.approved_at,
        is_extension=grant.extends_id is not None,
        ending=flag,
    )

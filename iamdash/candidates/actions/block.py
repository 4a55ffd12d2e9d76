"""Say what a candidate waits for that its owner cannot hasten, and when to look again. It stays open meanwhile."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from iamdash.candidates.actions.change import Line, is_deleted, locked, require, storable, tell
from iamdash.candidates.actions.errors import Refused
from iamdash.models import AccessLevel, Candidate, Person
from iamdash.rules.exception import Waiting, blocked_words
from iamdash.rules.sentence import day_in_words


@transaction.atomic
def block(*, candidate: Candidate, waits_for: Waiting, words: str, review_on: date, by: Person, now: datetime) -> None:
    """Say that it is blocked, by what, and when to look again; said once more, it replaces what was said before.

    Raises NotPermitted, and Refused for a day that is not in the future, or where there is nothing left to wait for.
    """
    require(by, AccessLevel.ENGINEER, "say that a candidate is blocked")
    fresh = locked(candidate)
    if is_deleted(fresh):
        raise Refused("It is proved deleted: it waits for nothing.")
    if review_on <= timezone.localdate(now):
        raise Refused(
            f"{day_in_words(review_on)} is not in the future. Choose a later day to look again.", field="review_on"
        )
    said = (waits_for.value, storable(words, what="The explanation"), review_on)
    if said == (fresh.blocked_by, fresh.blocked_words, fresh.block_review_on):
        return
    before = _as_it_was(fresh)
    fresh.blocked_by, fresh.blocked_words, fresh.block_review_on = said
    fresh.save(update_fields=FIELDS)
    because = f": {said[1]}" if said[1] else "."
    sentence = f"{by} said: {blocked_words(waits_for, day_in_words(review_on))}{because}"
    tell(Line(fresh, "candidate.blocked", sentence, before, _as_it_was(fresh)), by=by, now=now)


@transaction.atomic
def unblock(*, candidate: Candidate, by: Person, now: datetime) -> None:
    """Say that it is blocked no more. Raises NotPermitted, and Refused where it is not blocked."""
    require(by, AccessLevel.ENGINEER, "say that a candidate is no longer blocked")
    fresh = locked(candidate)
    if not fresh.blocked_by:
        raise Refused("It is not blocked, or no longer.")
    before = _as_it_was(fresh)
    fresh.blocked_by, fresh.blocked_words, fresh.block_review_on = "", "", None
    fresh.save(update_fields=FIELDS)
    tell(Line(fresh, "candidate.unblocked", f"{by} said: no longer blocked.", before), by=by, now=now)


FIELDS = ["blocked_by", "blocked_words", "block_review_on"]


def _as_it_was(candidate: Candidate) -> dict[str, str] | None:
    if candidate.block_review_on is None:
        return None
    return {
        "blocked_by": candidate.blocked_by,
        "words": candidate.blocked_words,
        "review_on": candidate.block_review_on.isoformat(),
    }

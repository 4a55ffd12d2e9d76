"""Set or clear the day by which a candidate should be gone."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from iamdash.candidates.actions.change import Line, locked, require, tell
from iamdash.candidates.actions.errors import Refused
from iamdash.models import AccessLevel, Candidate, Person
from iamdash.rules.sentence import day_in_words


@transaction.atomic
def set_due_date(*, candidate: Candidate, due_on: date | None, by: Person, now: datetime) -> None:
    """Set the day, today or later where the organisation is; None clears it. The same day again changes nothing.

    Raises NotPermitted, and Refused for a day in the past.
    """
    require(by, AccessLevel.ENGINEER, "set a due date")
    fresh = locked(candidate)
    if due_on == fresh.due_on:
        return
    if due_on and due_on < timezone.localdate(now):
        sentence = f"{day_in_words(due_on)} is in the past. Choose today or a later day, or leave it empty."
        raise Refused(sentence, field="due_on")
    line = Line(
        fresh,
        "candidate.due_date_set" if due_on else "candidate.due_date_cleared",
        f"{by} set the due date to {day_in_words(due_on)}." if due_on else f"{by} cleared the due date.",
        before={"due_on": fresh.due_on.isoformat()} if fresh.due_on else None,
        after={"due_on": due_on.isoformat()} if due_on else None,
    )
    fresh.due_on = due_on
    fresh.save(update_fields=["due_on"])
    tell(line, by=by, now=now)

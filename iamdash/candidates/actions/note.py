"""Write a note on a candidate; also on one that is closed."""

from datetime import datetime

from django.db import transaction

from iamdash.candidates.actions.change import Line, locked_even_if_closed, require, storable, tell
from iamdash.candidates.actions.errors import Refused
from iamdash.models import AccessLevel, Candidate, Note, Person


@transaction.atomic
def write_note(*, candidate: Candidate, body: str, by: Person, now: datetime) -> Note:
    """Keep somebody's words on a candidate, for ever. Return the note. Raises NotPermitted, and Refused if blank."""
    require(by, AccessLevel.ENGINEER, "write a note")
    words = storable(body, what="The note")
    if not words:
        raise Refused("The note is empty. Write something first.")
    fresh = locked_even_if_closed(candidate)
    note = Note.objects.create(candidate=fresh, body=words, written_at=now, written_by=by)
    line = Line(fresh, "candidate.note_written", f"{by} wrote a note.", after={"note": note.pk})
    tell(line, by=by, now=now)
    return note

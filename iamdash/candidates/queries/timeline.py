"""What has happened to one candidate, newest first: the journal and people's notes in one list."""

from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice

from django.db.models import OuterRef, Q, Subquery

from iamdash.models import Candidate, Event, Note, Person

SHOWN = 12
# A note is told by its own words, not by the journal line that says it was written.
TOLD_ELSEWHERE = ("candidate.note_written",)
# Lines that moved the candidate along the ladder, for a filled dot beside them.
MILESTONES = ("candidate.stage_changed", "candidate.opened", "candidate.closed", "iam_user.gone_confirmed")


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One thing that happened. `note`: what a person wrote, else what the journal says."""

    at: datetime
    actor: str
    sentence: str
    note: bool = False
    milestone: bool = False
    went_back: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """The newest lines; `more`: there are older ones that are not in `lines`."""

    lines: tuple[TimelineLine, ...]
    more: bool


def timeline(candidate: Candidate, *, everything: bool = False) -> Timeline:
    """Return the candidate's newest lines, or every one. Two queries."""
    limit = None if everything else SHOWN + 1
    told = merge(_journal(candidate, limit), _notes(candidate, limit), key=lambda line: line.at, reverse=True)
    lines = tuple(islice(told, limit))
    more = limit is not None and len(lines) == limit
    return Timeline(lines[:SHOWN] if more else lines, more)


def _journal(candidate: Candidate, limit: int | None) -> list[TimelineLine]:
    iam_user = candidate.iam_user
    about_it = Q(candidate_number=candidate.pk) | Q(
        aws_account_id=iam_user.aws_account_id, unique_id=iam_user.unique_id
    )
    # The journal holds e-mail addresses and no keys: it outlives the people in it.
    name = Person.objects.filter(email=OuterRef("actor")).values("full_name")
    events = Event.objects.filter(about_it).exclude(kind__in=TOLD_ELSEWHERE).annotate(actor_name=Subquery(name))
    return [
        TimelineLine(
            at=event.at,
            actor=seen_by(event, event.actor_name),
            sentence=event.sentence,
            milestone=event.kind in MILESTONES,
            went_back=event.kind == "candidate.reopened",
        )
        for event in events.order_by("-at", "-pk")[:limit]
    ]


def _notes(candidate: Candidate, limit: int | None) -> list[TimelineLine]:
    notes = Note.objects.filter(candidate=candidate).select_related("written_by").order_by("-written_at", "-pk")
    return [TimelineLine(note.written_at, str(note.written_by), note.body, note=True) for note in notes[:limit]]


def seen_by(event: Event, actor_name: str | None = None) -> str:
    """Return who a line of the journal is by, as pages say it."""
    if event.actor == "sync":
        return f"Sync {event.sync_run_number}" if event.sync_run_number else "Sync"
    if event.actor == "check":
        return "A check of this user"
    return "The passing of time" if event.actor == "clock" else actor_name or event.actor

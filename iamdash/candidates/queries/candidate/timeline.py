"""What has happened to one candidate, newest first: the journal and people's notes in one list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice

from django.db.models import BigIntegerField, CharField, OuterRef, Q, Subquery

from iamdash.models import Candidate, Event, Note, Person
from iamdash.models.question import Asked, Given, Question

SHOWN = 12
# A note is told by its own words, not by the journal line that says it was written.
TOLD_ELSEWHERE = ("candidate.note_written",)
# Lines that moved the candidate along the ladder, for a filled dot beside them.
MILESTONES = ("candidate.stage_changed", "candidate.opened", "candidate.closed", "iam_user.gone_confirmed")
CANDIDATE = Given("candidate", BigIntegerField())
ABOUT_IT = Q(candidate_number=CANDIDATE) | Q(
    aws_account_id=Given("account", CharField()), unique_id=Given("unique_id", CharField())
)
# The journal holds e-mail addresses and no keys: it outlives the people in it.
ACTOR = Subquery(Person.objects.filter(email=OuterRef("actor")).values("full_name"))
EVERY_LINE = Event.objects.filter(ABOUT_IT).exclude(kind__in=TOLD_ELSEWHERE).annotate(actor_name=ACTOR)
EVENTS, NEWEST_EVENTS = (Question(EVERY_LINE.order_by("-at", "-pk")[:limit]) for limit in (None, SHOWN + 1))
EVERY_NOTE = Note.objects.filter(candidate=CANDIDATE).select_related("written_by").order_by("-written_at", "-pk")
NOTES, NEWEST_NOTES = (Question(EVERY_NOTE[:limit]) for limit in (None, SHOWN + 1))


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


def timeline(events: Iterable[Event], notes: Iterable[Note], *, everything: bool = False) -> Timeline:
    """Return what `events_of` and `notes_of` found as the newest lines, or as every one."""
    limit = None if everything else SHOWN + 1
    told = merge(map(_told, events), map(_noted, notes), key=lambda line: line.at, reverse=True)
    lines = tuple(islice(told, limit))
    more = limit is not None and len(lines) == limit
    return Timeline(lines[:SHOWN] if more else lines, more)


def events_of(candidate: Candidate, *, everything: bool = False) -> Asked[Event]:
    """Return the lines of the journal about a candidate, newest first; as many as a timeline shows, or every one."""
    iam_user = candidate.iam_user
    question = EVENTS if everything else NEWEST_EVENTS
    return question.of(candidate=candidate.pk, account=iam_user.aws_account_id, unique_id=iam_user.unique_id)


def notes_of(candidate: Candidate, *, everything: bool = False) -> Asked[Note]:
    """Return the notes on a candidate, newest first; as many as a timeline shows, or every one."""
    return (NOTES if everything else NEWEST_NOTES).of(candidate=candidate.pk)


def _told(event: Event) -> TimelineLine:
    return TimelineLine(
        at=event.at,
        actor=seen_by(event, event.actor_name),  # type: ignore[attr-defined]  # annotated above
        sentence=event.sentence,
        milestone=event.kind in MILESTONES,
        went_back=event.kind == "candidate.reopened",
    )


def _noted(note: Note) -> TimelineLine:
    return TimelineLine(note.written_at, str(note.written_by), note.body, note=True)


def seen_by(event: Event, actor_name: str | None = None) -> str:
    """Return who a line of the journal is by, as pages say it."""
    if event.actor == "sync":
        return f"Sync {event.sync_run_number}" if event.sync_run_number else "Sync"
    if event.actor == "check":
        return "A check of this user"
    return "The passing of time" if event.actor == "clock" else actor_name or event.actor

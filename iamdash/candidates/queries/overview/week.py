"""What changed in the last seven days, as the journal has it: what went, what came or came back, what people did."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from iamdash.candidates.queries.overview.scope import Scope
from iamdash.models import Event

WEEK = timedelta(days=7)
NAMED = 3
# A reopening by the use of a key is told apart from the others.
USED_AGAIN = "candidate.used_again"
# What a lead wants to hear of, in this order: kind of event, words for one, words for many.
WENT = (
    ("iam_user.gone_confirmed", "IAM user proved deleted", "IAM users proved deleted"),
    ("access_key.deleted", "access key deleted", "access keys deleted"),
    ("access_key.deactivated", "access key deactivated", "access keys deactivated"),
)
CAME = (
    (USED_AGAIN, "candidate used again after its switch-over", "candidates used again after their switch-over"),
    ("candidate.reopened", "candidate reopened", "candidates reopened"),
    ("access_key.reactivated", "access key reactivated", "access keys reactivated"),
    ("access_key.created", "access key created", "access keys created"),
    ("candidate.returned", "candidate back from an exception", "candidates back from an exception"),
    ("candidate.opened", "candidate found", "candidates found"),
)
DONE = (("candidate.claimed", "candidate claimed", "candidates claimed"),)
KINDS = [kind for kinds in (WENT, CAME, DONE) for kind, _one, _many in kinds]


@dataclass(frozen=True, slots=True)
class WeekLine:
    """What happened this week, one kind of event a line, with the newest subjects."""

    count: int
    words: str
    subjects: tuple[str, ...]

    @property
    def more(self) -> int:
        """Return how many subjects are not named."""
        return self.count - len(self.subjects)


@dataclass(frozen=True, slots=True)
class Week:
    """The week's lines: retirements apart from arrivals, and what people took on."""

    went: tuple[WeekLine, ...]
    came: tuple[WeekLine, ...]
    done: tuple[WeekLine, ...]


def week(scope: Scope, *, now: datetime) -> Week:
    """Return what the journal has of the seven days before `now`. One query."""
    subjects: dict[str, list[str]] = defaultdict(list)
    rows = (
        Event.objects.filter(scope.events(), at__gt=now - WEEK, at__lte=now, kind__in=KINDS)
        .order_by("-at", "-pk")
        .values_list("kind", "subject", "after__key_used")
    )
    for kind, subject, key_used in rows:
        subjects[USED_AGAIN if key_used else kind].append(subject)
    return Week(*(_lines(kinds, subjects) for kinds in (WENT, CAME, DONE)))


def _lines(kinds: tuple[tuple[str, str, str], ...], subjects: dict[str, list[str]]) -> tuple[WeekLine, ...]:
    return tuple(
        WeekLine(len(subjects[kind]), one if len(subjects[kind]) == 1 else many, tuple(subjects[kind][:NAMED]))
        for kind, one, many in kinds
        if subjects[kind]
    )

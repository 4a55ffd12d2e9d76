"""Why a candidate was reopened: what AWS took back, and who saw it when, out of the journal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, DateTimeField

from iamdash.candidates.queries.candidate.timeline import seen_by
from iamdash.candidates.queries.candidate_list.filters import STAGES
from iamdash.models import Event, Standing
from iamdash.models.question import Asked, Given, Question, nothing
from iamdash.rules.sentence import Sentence, plain
from iamdash.rules.stage import Stage
from iamdash.standing.answer import evidence_from_json

FALL = Question(
    Event.objects.filter(
        candidate_number=Given("number", BigIntegerField()),
        kind="candidate.reopened",
        at__lte=Given("at", DateTimeField()),
    ).order_by("-at", "-pk")[:1]
)


@dataclass(frozen=True, slots=True)
class Fall:
    """The newest step back of a candidate. `steps`: what had held and was taken back; `because`: what AWS showed."""

    at: datetime
    fell_from: Stage
    steps: frozenset[Stage]
    because: Sentence
    source: str
    seen_by: str


def falls_of(standing: Standing) -> Asked[Event]:
    """Return the line of the step back that a candidate has not made good, where there is one."""
    if standing.reopened_at is None:
        return nothing()
    return FALL.of(number=standing.pk, at=standing.reopened_at)


def fall_of(standing: Standing, lines: Iterable[Event]) -> Fall | None:
    """Return the step back that a candidate has not made good; None: there is none. `lines`: see `falls_of`."""
    if standing.reopened_at is None or standing.fell_from is None:
        return None
    line = next(iter(lines), None)
    after = (line.after if line else None) or {}
    evidence = evidence_from_json(after["because"]) if "because" in after else None
    return Fall(
        at=standing.reopened_at,
        fell_from=Stage(standing.fell_from),
        steps=frozenset({Stage(standing.fell_from), *(STAGES[slug] for slug in after.get("lost", ()))}),
        because=evidence.sentence if evidence else Sentence(plain(line.sentence if line else "")),
        source=evidence.source if evidence else "",
        seen_by=seen_by(line) if line else "",
    )

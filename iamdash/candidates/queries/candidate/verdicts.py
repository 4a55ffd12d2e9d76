"""Both verdicts of one candidate as its page shows them: the answer, and what each requirement rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from iamdash.candidates.queries.candidate.readings import Readings
from iamdash.models import Standing
from iamdash.rules.evidence import Requirement, Verdict
from iamdash.rules.sentence import Sentence
from iamdash.rules.stage import Stage
from iamdash.standing.answer import requirements_from_json

# An answer: its word on the page, and the colour of its tag.
WORDS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.YES: ("Yes", "green"),
    Verdict.NOT_YET: ("Not yet", "amber"),
    Verdict.UNKNOWN: ("Unknown", ""),
    Verdict.CANNOT_SEE: ("Cannot see", ""),
}


@dataclass(frozen=True, slots=True)
class RequirementLine:
    """One thing that is asked for; its sentence has its date. `as_of`: how old the reading is; None: not known here."""

    answer: str
    tone: str
    sentence: Sentence
    source: str
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class VerdictCard:
    """One "safe to …?". `earliest`: when it may be a yes, where a date can be told; `unseen`: what nobody can see.

    `is_next`: it is the one that matters at this stage, and stands open. `could_be_sooner`: the wait is that long only
    because nobody has said how often a key is used.
    """

    slug: str
    title: str
    answer: str
    tone: str
    earliest: datetime | None
    lines: tuple[RequirementLine, ...]
    unseen: tuple[Sentence, ...]
    is_next: bool
    could_be_sooner: bool


def verdict_cards(standing: Standing, readings: Readings) -> tuple[VerdictCard, ...]:
    """Return both verdicts, the one that matters first; none of an IAM user that is proved gone."""
    stage = Stage(standing.stage)
    if stage is Stage.DELETED:
        return ()
    deactivate = _card(
        readings,
        slug="deactivate",
        title="Safe to deactivate?",
        answer=Verdict(standing.safe_to_deactivate),
        earliest=standing.deactivate_from,
        requirements=requirements_from_json(standing.deactivate_requirements),
        is_next=stage is not Stage.DEACTIVATED,
    )
    delete = _card(
        readings,
        slug="delete",
        title="Safe to delete?",
        answer=Verdict(standing.safe_to_delete),
        earliest=standing.delete_from,
        requirements=requirements_from_json(standing.delete_requirements),
        is_next=stage is Stage.DEACTIVATED,
    )
    return (delete, deactivate) if stage is Stage.DEACTIVATED else (deactivate, delete)


def _card(
    readings: Readings,
    *,
    slug: str,
    title: str,
    answer: Verdict,
    earliest: datetime | None,
    requirements: tuple[Requirement, ...],
    is_next: bool,
) -> VerdictCard:
    word, tone = WORDS[answer]
    return VerdictCard(
        slug=slug,
        title=title,
        answer=word,
        tone=tone,
        earliest=earliest,
        lines=tuple(_line(each, readings) for each in requirements if each.answer is not Verdict.CANNOT_SEE),
        unseen=tuple(each.sentence for each in requirements if each.answer is Verdict.CANNOT_SEE),
        is_next=is_next,
        could_be_sooner=any(each.cadence_would_tell for each in requirements),
    )


def _line(requirement: Requirement, readings: Readings) -> RequirementLine:
    word, tone = WORDS[requirement.answer]
    return RequirementLine(
        answer=word,
        tone=tone,
        sentence=requirement.sentence,
        source=requirement.source,
        as_of=readings.as_of(requirement.reading),
    )

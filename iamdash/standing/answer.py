"""The rules' answer as JSON, and back: what `Standing` stores is exactly what the rules said.

Members of enums stay as they are: each is a string or a number, and is written as that.
"""

from datetime import datetime
from typing import Any

from iamdash.rules.evidence import Command, Evidence, Holds, NextStep, Reading, Requirement, Step, Verdict
from iamdash.rules.owners.owner import Hint
from iamdash.rules.owners.teams import Source
from iamdash.rules.sentence import Sentence
from iamdash.rules.stage import Stage

Json = dict[str, Any]


def sentence_to_json(sentence: Sentence) -> Json:
    """Return the words and their moments."""
    return {"text": sentence.text, "moments": {name: at.isoformat() for name, at in sentence.moments.items()}}


def sentence_from_json(stored: Json) -> Sentence:
    """Return what `sentence_to_json` was given."""
    moments = {name: datetime.fromisoformat(at) for name, at in stored["moments"].items()}
    return Sentence(stored["text"], moments)


def steps_to_json(steps: tuple[Step, ...]) -> list[Json]:
    """Return the six steps with their evidence."""
    return [
        {
            "stage": step.stage,
            "holds": step.holds,
            "evidence": [evidence_to_json(evidence) for evidence in step.evidence],
            "reached_at": _moment_to_json(step.reached_at),
        }
        for step in steps
    ]


def steps_from_json(stored: list[Json]) -> tuple[Step, ...]:
    """Return what `steps_to_json` was given."""
    return tuple(
        Step(
            Stage(step["stage"]),
            Holds(step["holds"]),
            tuple(evidence_from_json(evidence) for evidence in step["evidence"]),
            _moment_from_json(step["reached_at"]),
        )
        for step in stored
    )


def requirements_to_json(requirements: tuple[Requirement, ...]) -> list[Json]:
    """Return what a verdict asks for, each with its answer."""
    return [
        {
            "answer": requirement.answer,
            "sentence": sentence_to_json(requirement.sentence),
            "source": requirement.source,
            "reading": requirement.reading,
            "earliest": _moment_to_json(requirement.earliest),
            "cadence_would_tell": requirement.cadence_would_tell,
        }
        for requirement in requirements
    ]


def requirements_from_json(stored: list[Json]) -> tuple[Requirement, ...]:
    """Return what `requirements_to_json` was given, without what `recheck_at` and `wants_reading` say of it all."""
    return tuple(
        Requirement(
            Verdict(requirement["answer"]),
            sentence_from_json(requirement["sentence"]),
            requirement["source"],
            Reading(requirement["reading"]),
            _moment_from_json(requirement["earliest"]),
            cadence_would_tell=requirement["cadence_would_tell"],
        )
        for requirement in stored
    )


def next_step_to_json(step: NextStep | None) -> Json | None:
    """Return the next step with its commands, or None."""
    if step is None:
        return None
    return {
        "kind": step.kind,
        "title": step.title,
        "sentences": [sentence_to_json(sentence) for sentence in step.sentences],
        "commands": [{"title": command.title, "text": command.text, "undo": command.undo} for command in step.commands],
        "not_before": _moment_to_json(step.not_before),
    }


def next_step_from_json(stored: Json | None) -> NextStep | None:
    """Return what `next_step_to_json` was given."""
    if stored is None:
        return None
    return NextStep(
        stored["kind"],
        stored["title"],
        tuple(sentence_from_json(sentence) for sentence in stored["sentences"]),
        tuple(Command(**command) for command in stored["commands"]),
        _moment_from_json(stored["not_before"]),
    )


def hints_to_json(hints: tuple[Hint, ...]) -> list[Json]:
    """Return what speaks for an owner."""
    return [
        {
            "source": hint.source,
            "rule": hint.rule,
            "words": hint.words,
            "team_slug": hint.team_slug,
            "why_not": hint.why_not,
        }
        for hint in hints
    ]


def hints_from_json(stored: list[Json]) -> tuple[Hint, ...]:
    """Return what `hints_to_json` was given."""
    return tuple(Hint(**(hint | {"source": Source(hint["source"])})) for hint in stored)


def evidence_to_json(evidence: Evidence) -> Json:
    """Return one observation."""
    return {
        "holds": evidence.holds,
        "sentence": sentence_to_json(evidence.sentence),
        "source": evidence.source,
        "reading": evidence.reading,
        "cannot_see": evidence.cannot_see,
    }


def evidence_from_json(stored: Json) -> Evidence:
    """Return what `evidence_to_json` was given."""
    return Evidence(
        Holds(stored["holds"]),
        sentence_from_json(stored["sentence"]),
        stored["source"],
        Reading(stored["reading"]),
        stored["cannot_see"],
    )


def _moment_to_json(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _moment_from_json(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None

"""The six steps and the next step of one candidate, each observation with its source and its age."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from iamdash.candidates.queries.candidate.readings import Readings
from iamdash.rules.evidence import Command, Evidence, Holds, NextStep, Reading, Step
from iamdash.rules.sentence import Sentence
from iamdash.rules.stage import Stage

SETTLED = frozenset({Holds.HOLDS, Holds.NOT_NEEDED, Holds.SKIPPED})
# State of a step: its word on the page, and the class that colours its mark.
STATES: Mapping[str, tuple[str, str]] = {
    "holds": ("Done", "done"),
    "next": ("Next", "now"),
    "fails": ("Not yet", "todo"),
    "unknown": ("Unknown", "unknown"),
    "not_needed": ("Not needed", "skipped"),
    "skipped": ("Skipped", "skipped"),
    "reopened": ("Reopened", "reopened"),
}
# Which step each kind of next step leads to; signing off comes after all of them.
TOWARDS: Mapping[str, Stage] = {
    "claim": Stage.CLAIMED,
    "choose_route": Stage.ROLE_READY,
    "link_role": Stage.ROLE_READY,
    "fix_role": Stage.ROLE_READY,
    "switch_over": Stage.SWITCHED_OVER,
    "read_keys": Stage.DEACTIVATED,
    "wait_for_silence": Stage.DEACTIVATED,
    "deactivate": Stage.DEACTIVATED,
    "soak": Stage.DELETED,
    "delete_key": Stage.DELETED,
    "clear": Stage.DELETED,
    "delete_user": Stage.DELETED,
    "confirm_gone": Stage.DELETED,
}
MARKS = {Holds.HOLDS: "Seen", Holds.FAILS: "Not so", Holds.UNKNOWN: "Unknown"}


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One observation. `as_of` None: what people stated (it has no age), or a source that was never read."""

    mark: str
    sentence: Sentence
    source: str
    as_of: datetime | None
    by_people: bool
    cannot_see: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One rung of the ladder. `state` is a word for people, `css` the class of its mark."""

    label: str
    state: str
    css: str
    is_next: bool
    reached_at: datetime | None
    evidence: tuple[EvidenceLine, ...]


@dataclass(frozen=True, slots=True)
class NextStepCard:
    """The one thing to do. `position`: "5 of 6", the step that it leads to; empty where it leads to none."""

    kind: str
    title: str
    position: str
    sentences: tuple[Sentence, ...]
    commands: tuple[Command, ...]
    not_before: datetime | None

    @property
    def acts_on_aws(self) -> bool:
        """Return whether the step is done by running its command."""
        return self.kind in {"deactivate", "delete_key", "delete_user"}

    @property
    def waits_for_aws(self) -> bool:
        """Return whether only AWS can show that the step is done, so that a sync may bring it."""
        return self.kind not in {"claim", "choose_route", "close"}


def ladder(
    next_step: NextStep | None,
    steps: tuple[Step, ...],
    *,
    stage: Stage,
    taken_back: frozenset[Stage],
    readings: Readings,
) -> tuple[NextStepCard | None, tuple[StepLine, ...]]:
    """Return the next step, if there is one, and the six steps. `taken_back`: those that AWS's evidence took back.

    The step that is next is the one that the next step leads to; none is where it leads to none, or to one that is
    settled.
    """
    towards = TOWARDS.get(next_step.kind) if next_step else None
    next_one = next((step.stage for step in steps if step.stage is towards and step.holds not in SETTLED), None)
    lines = tuple(
        _line(step, _state(step, stage=stage, taken_back=taken_back, next_one=next_one), readings, next_one)
        for step in steps
    )
    return (_card(next_step, next_one) if next_step else None), lines


def _line(step: Step, state: str, readings: Readings, next_one: Stage | None) -> StepLine:
    label, css = STATES[state]
    return StepLine(
        label=step.stage.label,
        state=label,
        css=css,
        is_next=step.stage is next_one,
        reached_at=step.reached_at if step.holds is Holds.HOLDS else None,
        evidence=tuple(_evidence_line(evidence, readings) for evidence in step.evidence),
    )


def _card(next_step: NextStep, next_one: Stage | None) -> NextStepCard:
    return NextStepCard(
        kind=next_step.kind,
        title=next_step.title,
        position=f"{next_one} of {len(Stage)}" if next_one else "",
        sentences=next_step.sentences,
        commands=next_step.commands,
        not_before=next_step.not_before,
    )


def _state(step: Step, *, stage: Stage, taken_back: frozenset[Stage], next_one: Stage | None) -> str:
    if step.stage in taken_back and step.stage > stage and step.holds not in SETTLED:
        return "reopened"
    if step.stage is next_one and step.holds is Holds.FAILS:
        return "next"
    return step.holds.value


def _evidence_line(evidence: Evidence, readings: Readings) -> EvidenceLine:
    return EvidenceLine(
        mark=MARKS.get(evidence.holds, ""),
        sentence=evidence.sentence,
        source=evidence.source,
        as_of=readings.as_of(evidence.reading),
        by_people=evidence.reading is Reading.PEOPLE,
        cannot_see=evidence.cannot_see,
    )

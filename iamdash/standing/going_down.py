"""Going down is shown as plainly as going up: what AWS took back, since when, and from which stage."""

from dataclasses import dataclass
from datetime import datetime

from iamdash.models import Standing
from iamdash.rules.evidence import Assessment, Evidence, Holds, Reading
from iamdash.rules.ladder import PROVED_BY_AWS
from iamdash.rules.stage import Stage


@dataclass(frozen=True, slots=True)
class Reopening:
    """The step back that a candidate carries until it has regained the stage it fell from.

    `fell_from` without `reopened_at`: a step that held can no longer be told, and AWS has not said that it fails.
    """

    reopened_at: datetime | None = None
    fell_from: Stage | None = None


def lost_evidence(before: Standing | None, assessment: Assessment) -> tuple[Evidence, ...]:
    """Return the evidence against steps which held before, or held until they came into doubt; empty: nothing was lost.

    What speaks against AWS's own proof comes first: it says most plainly what happened. A step that merely can no
    longer be read is unknown, which is no step back of AWS's; neither is a claim that lapsed.
    """
    if before is None or assessment.stage >= _highest(before):
        return ()
    held = _held(before)
    proofs = [assessment.steps[stage - 1] for stage in PROVED_BY_AWS]
    others = [step for step in assessment.steps if step.stage not in PROVED_BY_AWS]
    against = (each for step in (*proofs, *others) if step.stage in held for each in step.evidence)
    return tuple(each for each in against if each.holds is Holds.FAILS and each.reading is not Reading.PEOPLE)


def claim_ended(before: Standing | None, assessment: Assessment) -> bool:
    """Return whether a claim stood that stands no more: people, or the time that they let pass, took it back."""
    stands = assessment.steps[Stage.CLAIMED - 1].holds is Holds.HOLDS
    return before is not None and Stage.CLAIMED in _held(before) and not stands


def lost_steps(before: Standing, assessment: Assessment) -> tuple[Stage, ...]:
    """Return the steps which held before and do not now."""
    held = _held(before)
    gone = (step.stage for step in assessment.steps if step.holds in {Holds.FAILS, Holds.UNKNOWN})
    return tuple(stage for stage in gone if stage in held)


def reopening(
    before: Standing | None,
    assessment: Assessment,
    *,
    lost: bool = False,
    by_people: bool = False,
    recreated: bool = False,
    now: datetime,
) -> Reopening:
    """Return the step back that the candidate carries after this assessment; it ends when the stage is regained.

    `lost`: AWS took back a step. `by_people`: people lowered the stage, which is nothing to remember. `recreated`: it
    has just become a candidate, under the name of one that was deleted: that deletion is what was taken back.
    """
    if before is None:
        return Reopening(now, Stage.DELETED) if recreated else Reopening()
    if lost:
        return Reopening(now, _highest(before))
    if not by_people and assessment.stage < before.stage:
        return Reopening(before.reopened_at, _highest(before))
    if before.fell_from is None or assessment.stage >= before.fell_from:
        return Reopening()
    return Reopening(before.reopened_at, Stage(before.fell_from))


def _held(before: Standing) -> set[Stage]:
    held = {Stage(step["stage"]) for step in before.steps if step["holds"] == Holds.HOLDS}
    if before.fell_from is not None and before.reopened_at is None:
        held.add(Stage(before.fell_from))
    return held


def _highest(before: Standing) -> Stage:
    return Stage(max(before.stage, before.fell_from or before.stage))

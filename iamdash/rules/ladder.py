"""The ladder: from the evidence of six steps to one stage. Nobody sets a stage; this is the only way to one."""

from dataclasses import replace
from datetime import datetime

from iamdash.rules.evidence import Holds, Step
from iamdash.rules.facts import CandidateFacts, Thresholds
from iamdash.rules.moments import newest
from iamdash.rules.stage import Stage
from iamdash.rules.steps.claim import claimed
from iamdash.rules.steps.deactivated import deactivated
from iamdash.rules.steps.gone import deleted
from iamdash.rules.steps.reason import identified
from iamdash.rules.steps.roles import role_ready
from iamdash.rules.steps.switched import switched_over

# AWS's proof outranks paperwork: these stand even where an earlier step was never recorded.
PROVED_BY_AWS = (Stage.DELETED, Stage.DEACTIVATED)


def steps_of(facts: CandidateFacts, *, thresholds: Thresholds, now: datetime) -> tuple[Step, ...]:
    """Return the six steps in order, each with its evidence; what AWS's proof has overtaken is "skipped"."""
    ready = role_ready(facts)
    steps = (
        identified(facts, thresholds=thresholds, now=now),
        claimed(facts, thresholds=thresholds, now=now),
        ready,
        switched_over(facts, ready, thresholds=thresholds),
        deactivated(facts),
        deleted(facts, thresholds=thresholds),
    )
    stage = stage_of(steps)
    return tuple(_skipped(step) if step.stage < stage else step for step in steps)


def stage_of(steps: tuple[Step, ...]) -> Stage:
    """Return the last step of the unbroken run from step 1, or the later one that AWS's own proof shows."""
    holding = {step.stage for step in steps if step.holds is Holds.HOLDS}
    for stage in PROVED_BY_AWS:
        if stage in holding:
            return stage
    reached = Stage.IDENTIFIED
    for step in steps:
        if step.holds is Holds.HOLDS:
            reached = step.stage
        elif step.holds is not Holds.NOT_NEEDED:
            break
    return reached


def stage_since(steps: tuple[Step, ...], stage: Stage) -> datetime | None:
    """Return since when the candidate has been at `stage`: when the newest step up to it came to hold."""
    return newest([step.reached_at for step in steps if step.stage <= stage])


def _skipped(step: Step) -> Step:
    if step.holds in {Holds.HOLDS, Holds.NOT_NEEDED}:
        return step
    return replace(step, holds=Holds.SKIPPED)

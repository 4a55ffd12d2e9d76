"""The rules' whole answer for one candidate: facts and `now` in, `Assessment` out. The same facts, the same answer."""

from datetime import datetime

from iamdash.rules import next_step as next_steps
from iamdash.rules import reason as reasons
from iamdash.rules import risk as risks
from iamdash.rules.evidence import Assessment, Verdict
from iamdash.rules.facts import CandidateFacts, Thresholds
from iamdash.rules.ladder import stage_of, stage_since, steps_of
from iamdash.rules.moments import after, soonest
from iamdash.rules.stage import Stage


def assess(facts: CandidateFacts, *, thresholds: Thresholds, now: datetime) -> Assessment:
    """Return how far a candidate has come, on what evidence, and what comes next.

    Meant for candidates: opened, or with a reason by `reason_for`. Never raises. The verdicts stay unknown until
    iamdash can judge the waiting time.
    """
    steps = steps_of(facts, thresholds=thresholds, now=now)
    stage = stage_of(steps)
    since = stage_since(steps, stage) or facts.first_seen_at
    is_open = facts.account_readable and stage is not Stage.DELETED
    step = next_steps.next_step(facts, steps=steps, stage=stage, thresholds=thresholds, now=now)
    return Assessment(
        stage=stage,
        stage_since=since,
        readable=facts.account_readable,
        is_open=is_open,
        reason=steps[0].evidence[0].sentence,
        steps=steps,
        next_step=step,
        safe_to_deactivate=Verdict.UNKNOWN,
        safe_to_delete=Verdict.UNKNOWN,
        stuck_from=after(since, days=thresholds.stuck_days) if is_open else None,
        recheck_at=soonest(
            [
                reasons.changes_at(facts, thresholds=thresholds, now=now),
                step.not_before if step and step.not_before and step.not_before > now else None,
                risks.changes_at(facts, now=now),
            ]
        ),
        risk=None if stage is Stage.DELETED else risks.risk_of(facts, now=now).level,
    )

"""The rules' whole answer for one candidate: facts and `now` in, `Assessment` out. The same facts, the same answer."""

from datetime import datetime

from iamdash.rules import next_step as next_steps
from iamdash.rules import risk as risks
from iamdash.rules.evidence import Assessment
from iamdash.rules.exception import excepted_until
from iamdash.rules.facts import CandidateFacts, Thresholds
from iamdash.rules.kind import kind_of
from iamdash.rules.ladder import stage_of, stage_since, steps_of
from iamdash.rules.moments import after, soonest
from iamdash.rules.owners.ownership import ownership_of
from iamdash.rules.stage import Stage
from iamdash.rules.steps import reason as reasons
from iamdash.rules.steps.claim import lapses_at, without_lapsed_claim
from iamdash.rules.verdicts.safe_to_deactivate import safe_to_deactivate
from iamdash.rules.verdicts.safe_to_delete import safe_to_delete


def assess(facts: CandidateFacts, *, thresholds: Thresholds, now: datetime) -> Assessment:
    """Return how far a candidate has come, on what evidence, and what comes next.

    Meant for candidates: opened, or with a reason by `reason_for`. Never raises.
    """
    steps = steps_of(facts, thresholds=thresholds, now=now)
    stage = stage_of(steps)
    claim_lapses_at = lapses_at(facts, thresholds=thresholds)
    facts = without_lapsed_claim(facts, thresholds=thresholds, now=now)
    since = stage_since(steps, stage) or facts.first_seen_at
    exception_until = excepted_until(facts, now=now)
    is_open = facts.account_readable and stage is not Stage.DELETED and exception_until is None
    deactivating = safe_to_deactivate(facts, now=now, thresholds=thresholds)
    deleting = safe_to_delete(facts, now=now, thresholds=thresholds)
    step = next_steps.next_step(
        facts, steps=steps, stage=stage, safe_to_delete=deleting, thresholds=thresholds, now=now
    )
    return Assessment(
        stage=stage,
        stage_since=since,
        readable=facts.account_readable,
        is_open=is_open,
        exception_until=exception_until,
        reason=steps[0].evidence[0].sentence,
        steps=steps,
        next_step=step,
        safe_to_deactivate=deactivating,
        safe_to_delete=deleting,
        stuck_from=after(since, days=thresholds.stuck_days) if is_open else None,
        recheck_at=soonest(
            [
                reasons.changes_at(facts, thresholds=thresholds, now=now),
                risks.changes_at(facts, now=now),
                deactivating.changes_at,
                deleting.changes_at,
                claim_lapses_at if facts.claim else None,
                exception_until,
            ]
        ),
        claim_lapses_at=claim_lapses_at if facts.claim else None,
        risk=None if stage is Stage.DELETED else risks.risk_of(facts, now=now).level,
        ownership=ownership_of(facts, rules=thresholds.ownership),
        kind=kind_of(facts).kind,
    )

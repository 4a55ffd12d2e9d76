"""One assessment as the columns of `Standing`."""

from datetime import datetime
from typing import Any

from iamdash.models import Standing, bulk
from iamdash.rules.evidence import Assessment, Holds
from iamdash.rules.facts import CandidateFacts, ClaimFacts, Thresholds
from iamdash.rules.keys import active_keys, inactive_keys, only_report_knows
from iamdash.rules.moments import after, newest, span_of
from iamdash.rules.stage import Stage
from iamdash.standing.answer import (
    hints_to_json,
    next_step_to_json,
    requirements_to_json,
    sentence_to_json,
    steps_to_json,
)
from iamdash.standing.going_down import Reopening

COLUMNS = [field.attname for field in Standing._meta.concrete_fields if not field.primary_key]


def row(
    candidate_id: int,
    facts: CandidateFacts,
    assessment: Assessment,
    *,
    thresholds: Thresholds,
    step_back: Reopening,
) -> Standing:
    """Return the row, unsaved. `step_back` depends on what was stored before (see `going_down`)."""
    return bulk.unsaved(
        Standing,
        candidate_id=candidate_id,
        aws_account_id=facts.aws_account_id,
        opened_at=facts.opened_at,
        route=facts.route.value if facts.route else "",
        stage=assessment.stage.value,
        stage_since=assessment.stage_since,
        readable=assessment.readable,
        is_open=assessment.is_open,
        exception_until=assessment.exception_until,
        reason=sentence_to_json(assessment.reason),
        steps=steps_to_json(assessment.steps),
        next_step=next_step_to_json(assessment.next_step),
        safe_to_deactivate=assessment.safe_to_deactivate.answer.value,
        safe_to_delete=assessment.safe_to_delete.answer.value,
        deactivate_requirements=requirements_to_json(assessment.safe_to_deactivate.requirements),
        delete_requirements=requirements_to_json(assessment.safe_to_delete.requirements),
        deactivate_from=assessment.safe_to_deactivate.earliest,
        delete_from=assessment.safe_to_delete.earliest,
        wants_reading=assessment.safe_to_deactivate.wants_reading or assessment.safe_to_delete.wants_reading,
        **_claim_columns(facts.claim if _stands(assessment) else None),
        likely_team_id=assessment.ownership.team_slug or None,
        ownership=hints_to_json(assessment.ownership.hints),
        claim_warned_at=_warned_at(assessment, thresholds),
        claim_lapses_at=assessment.claim_lapses_at,
        stuck_from=_stuck_from(assessment, thresholds, step_back.reopened_at),
        reopened_at=step_back.reopened_at,
        fell_from=step_back.fell_from.value if step_back.fell_from else None,
        recheck_at=assessment.recheck_at,
        risk=assessment.risk.value if assessment.risk else None,
        kind=assessment.kind.value,
        **_key_columns(facts),
    )


def differing(stored: Standing, computed: Standing, *, now: datetime) -> list[str]:
    """Return the columns in which two rows of one candidate differ.

    A stored `recheck_at` that is still to come may be too early: each direct reading moves it by a little, and to look
    once more then is cheaper than to write the row in every sync.
    """
    found = [column for column in COLUMNS if getattr(stored, column) != getattr(computed, column)]
    if found == ["recheck_at"] and stored.recheck_at is not None:
        too_early = computed.recheck_at is None or stored.recheck_at < computed.recheck_at
        return [] if too_early and stored.recheck_at > now else found
    return found


def _stands(assessment: Assessment) -> bool:
    return assessment.steps[Stage.CLAIMED - 1].holds is Holds.HOLDS


def _claim_columns(claim: ClaimFacts | None) -> dict[str, Any]:
    return {
        "owner_team_id": claim.team_slug if claim else None,
        "owner_person_id": claim.person_id if claim else None,
    }


def _warned_at(assessment: Assessment, thresholds: Thresholds) -> datetime | None:
    lapses_at = assessment.claim_lapses_at
    return lapses_at - span_of(days=thresholds.claim_warning_days) if lapses_at else None


def _stuck_from(assessment: Assessment, thresholds: Thresholds, reopened_at: datetime | None) -> datetime | None:
    """Return when it will have been too long in its stage; a reopened candidate starts to count again."""
    if assessment.stuck_from is None or reopened_at is None:
        return assessment.stuck_from
    return max(assessment.stuck_from, after(reopened_at, days=thresholds.stuck_days))


def _key_columns(facts: CandidateFacts) -> dict[str, Any]:
    if only_report_knows(facts):
        active = sum(active for _created_at, active in facts.report_slots)
        return {
            "active_keys": active,
            "inactive_keys": len(facts.report_slots) - active,
            "oldest_key_created_at": min((created_at for created_at, _active in facts.report_slots), default=None),
            "use_unread": bool(facts.report_slots),
        }
    used = [key for key in facts.access_keys if key.last_used_at is not None]
    last = max(used, key=lambda key: (key.last_used_at, key.access_key_id), default=None)
    return {
        "active_keys": len(active_keys(facts)),
        "inactive_keys": len(inactive_keys(facts)),
        "oldest_key_created_at": min((key.created_at for key in facts.access_keys), default=None),
        "last_used_at": newest([key.last_used_at for key in used]),
        "last_used_service": last.last_used_service if last else "",
        "last_used_region": last.last_used_region if last else "",
        "use_unread": any(key.last_used_as_of is None for key in facts.access_keys),
    }

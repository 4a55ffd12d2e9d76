"""The journal's lines about a candidate that came up or moved, each a sentence that people can read."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from iamdash.models import Candidate, bulk
from iamdash.models.journal import Event
from iamdash.rules.evidence import Assessment, Evidence, Holds
from iamdash.rules.facts import CandidateFacts
from iamdash.rules.sentence import Sentence
from iamdash.rules.stage import Stage
from iamdash.standing.answer import evidence_to_json, steps_to_json


@dataclass(frozen=True, slots=True)
class Line:
    """Writes about one candidate, on one occasion."""

    candidate: Candidate
    facts: CandidateFacts
    at: datetime
    actor: str
    sync_run: int | None

    def opened(self, assessment: Assessment) -> Event:
        """Return the line of an IAM user that has become a candidate: reopened, if it was one under an earlier ID."""
        name, number, why = self.facts.user_name, self.facts.recreates_candidate, self._words(assessment.reason)
        evidence = assessment.steps[0].evidence[0]
        after = {
            **_reached(assessment, Stage.IDENTIFIED, Stage(assessment.stage)),
            "because": evidence_to_json(evidence),
        }
        if number is None:
            return self._event("candidate.opened", f"{name} became a candidate: {why}", None, after)
        words = f"{name}, created again under the name of candidate {number}, became a candidate: {why}"
        before = {"stage": Stage.DELETED.slug, "candidate": number}
        after |= {"recreates_candidate": number, "lost": [Stage.DELETED.slug]}
        return self._event("candidate.reopened", words, before, after)

    def moved(self, stage_before: Stage, assessment: Assessment) -> Event:
        """Return the line of a candidate that rose, or whose stage fell because somebody said so or nobody can say."""
        why = _turning_point(assessment, stage_before)
        words = f"{self._path(stage_before, assessment, 'went')}: {self._words(why.sentence)}"
        after = {
            **_reached(assessment, Stage(min(stage_before + 1, Stage.DELETED)), assessment.stage),
            "because": evidence_to_json(why),
        }
        return self._event("candidate.stage_changed", words, {"stage": stage_before.slug, **self._sign_off()}, after)

    def reopened(
        self, fell_from: Stage, steps: tuple[Stage, ...], assessment: Assessment, lost: tuple[Evidence, ...]
    ) -> Event:
        """Return the line of a candidate of which AWS took `steps` back. `lost`: what speaks against them."""
        words = f"{self._path(fell_from, assessment, 'was reopened,')}: {self._words(lost[0].sentence)}"
        after = {
            "stage": assessment.stage.slug,
            "because": evidence_to_json(lost[0]),
            "lost": [stage.slug for stage in steps],
            "key_used": self._tells_of_a_use(lost),
        }
        return self._event("candidate.reopened", words, {"stage": fell_from.slug, **self._sign_off()}, after)

    def _path(self, stage_before: Stage, assessment: Assessment, verb: str) -> str:
        return f"{self.facts.user_name} {verb} from {stage_before.label} to {assessment.stage.label}"

    def _tells_of_a_use(self, lost: tuple[Evidence, ...]) -> bool:
        moments = {moment for evidence in lost for moment in evidence.sentence.moments.values()}
        return any(key.last_used_at in moments for key in self.facts.access_keys)

    def _sign_off(self) -> dict[str, Any]:
        """Return who had closed the candidate, for the line that outlives the sign-off."""
        if self.candidate.closed_by is None or self.candidate.closed_at is None:
            return {}
        return {
            "closed_by": self.candidate.closed_by.email,
            "closed_at": self.candidate.closed_at.isoformat(),
            "close_note": self.candidate.close_note,
        }

    def _words(self, sentence: Sentence) -> str:
        return sentence.for_the_record(at=self.at, zone=UTC)

    def _event(self, kind: str, sentence: str, before: dict[str, Any] | None, after: dict[str, Any]) -> Event:
        return bulk.unsaved(
            Event,
            at=self.at,
            actor=self.actor,
            kind=kind,
            sentence=sentence,
            aws_account_id=self.facts.aws_account_id,
            unique_id=self.facts.unique_id,
            subject=self.facts.user_name,
            candidate_number=self.candidate.pk,
            sync_run_number=self.sync_run,
            before=before,
            after=after,
        )


def _reached(assessment: Assessment, first: Stage, last: Stage) -> dict[str, Any]:
    """Return the stage, and the evidence of the steps from `first` to `last` as it was when they were reached."""
    steps = tuple(step for step in assessment.steps if first <= step.stage <= last)
    return {"stage": assessment.stage.slug, "steps": steps_to_json(steps)}


def _turning_point(assessment: Assessment, stage_before: Stage) -> Evidence:
    """Return the evidence that explains a move: of the stage reached, or what says no more of the one that was left."""
    if assessment.stage > stage_before:
        return assessment.steps[assessment.stage - 1].evidence[0]
    left = reversed(assessment.steps[assessment.stage : stage_before])
    against = (each for step in left for each in step.evidence if each.holds in {Holds.FAILS, Holds.UNKNOWN})
    return next(against, assessment.steps[stage_before - 1].evidence[0])

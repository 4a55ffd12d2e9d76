"""The journal's lines about a candidate that came up or moved, each a sentence that people can read."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from iamdash.models import Candidate
from iamdash.models.journal import Event
from iamdash.rules.evidence import Assessment, Evidence, Holds
from iamdash.rules.facts import CandidateFacts
from iamdash.rules.sentence import Sentence
from iamdash.rules.stage import Stage


@dataclass(frozen=True, slots=True)
class Line:
    """Writes about one candidate, on one occasion."""

    candidate: Candidate
    facts: CandidateFacts
    at: datetime
    actor: str
    sync_run: int | None

    def opened(self, assessment: Assessment) -> Event:
        """Return the line of an IAM user that has become a candidate."""
        began = f"{self.facts.user_name} became a candidate"
        after: dict[str, Any] = {"stage": assessment.stage.slug}
        if self.facts.recreates_candidate:
            number = self.facts.recreates_candidate
            began = f"{self.facts.user_name}, created again under the name of candidate {number}, became a candidate"
            after["recreates_candidate"] = number
        return self._event("candidate.opened", f"{began}: {self._words(assessment.reason)}", None, after)

    def moved(self, stage_before: Stage, assessment: Assessment, lost: Evidence | None) -> Event:
        """Return the line of a candidate whose stage changed; `lost` is what AWS took back, if it did."""
        path = f"from {stage_before.label} to {assessment.stage.label}"
        before, after = {"stage": stage_before.slug, **self._sign_off()}, {"stage": assessment.stage.slug}
        if lost is not None:
            words = f"{self.facts.user_name} was reopened, {path}: {self._words(lost.sentence)}"
            return self._event("candidate.reopened", words, before, after)
        why = _turning_point(assessment, stage_before)
        words = f"{self.facts.user_name} went {path}: {self._words(why.sentence)}"
        return self._event("candidate.stage_changed", words, before, after)

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
        return sentence.render(now=self.at, zone=UTC)

    def _event(self, kind: str, sentence: str, before: dict[str, Any] | None, after: dict[str, Any]) -> Event:
        return Event(
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


def _turning_point(assessment: Assessment, stage_before: Stage) -> Evidence:
    """Return the evidence that explains a move: of the stage reached, or what says no more of the one that was left."""
    if assessment.stage > stage_before:
        return assessment.steps[assessment.stage - 1].evidence[0]
    left = reversed(assessment.steps[assessment.stage : stage_before])
    against = (each for step in left for each in step.evidence if each.holds in {Holds.FAILS, Holds.UNKNOWN})
    return next(against, assessment.steps[stage_before - 1].evidence[0])

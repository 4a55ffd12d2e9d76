"""The one thing to do next."""

from iamdash.rules.evidence import NextStep
from iamdash.rules.facts import CandidateFacts
from iamdash.rules.sentence import Sentence
from iamdash.rules.stage import Stage


def next_step(facts: CandidateFacts, *, stage: Stage) -> NextStep | None:
    """Return the one thing to do next; None where nothing is left to do."""
    if not facts.account_readable or facts.closed_at is not None:
        return None
    if facts.claim is None and stage is not Stage.DELETED:
        return NextStep("claim", "Claim it", (Sentence("Say which team this belongs to, and who answers for it."),))
    return None

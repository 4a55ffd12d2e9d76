"""Step 4: the new role does the work, and every key is silent."""

from iamdash.rules.evidence import Evidence, Holds, Reading, Step
from iamdash.rules.facts import CandidateFacts
from iamdash.rules.sentence import Sentence
from iamdash.rules.stage import Stage


def switched_over(facts: CandidateFacts) -> Step:
    """Return step 4."""
    holds, words = Holds.UNKNOWN, "Whether the role does the work has not been judged."
    if facts.route is not None and not facts.route.needs_role:
        holds, words = Holds.NOT_NEEDED, "This route needs no role."
    return Step(Stage.SWITCHED_OVER, holds, (Evidence(holds, Sentence(words), "iamdash", Reading.PEOPLE),), None)

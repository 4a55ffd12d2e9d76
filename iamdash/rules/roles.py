"""Step 3: every replacement role of the route is ready."""

from iamdash.rules.evidence import Evidence, Holds, Reading, Step
from iamdash.rules.facts import CandidateFacts
from iamdash.rules.sentence import Sentence
from iamdash.rules.stage import Stage


def role_ready(facts: CandidateFacts) -> Step:
    """Return step 3."""
    holds, words = Holds.UNKNOWN, "Whether the role is ready has not been judged."
    if facts.route is None:
        holds, words = Holds.FAILS, "No route is chosen."
    elif not facts.route.needs_role:
        holds, words = Holds.NOT_NEEDED, "This route needs no role."
    elif not facts.replacements:
        holds, words = Holds.FAILS, "No replacement role is linked."
    return Step(Stage.ROLE_READY, holds, (Evidence(holds, Sentence(words), "iamdash", Reading.PEOPLE),), None)

"""The preflight of iam:DeleteUser as the page of a candidate shows it: once no key is Active, and while it is there."""

from datetime import datetime

from iamdash.rules.evidence import NextStep
from iamdash.rules.facts import CandidateFacts
from iamdash.rules.preflight import Preflight, preflight
from iamdash.rules.stage import Stage
from iamdash.standing.thresholds import thresholds

# The next steps that delete something: where one comes, the soak of a key is over.
DELETES = frozenset({"delete_key", "clear", "delete_user"})


def preflight_of(facts: CandidateFacts, *, stage: Stage, next_step: NextStep | None, now: datetime) -> Preflight | None:
    """Return what blocks iam:DeleteUser; None before stage Deactivated, and after a proof that the user is gone.

    One query.
    """
    if stage is not Stage.DEACTIVATED or facts.gone_at is not None or not facts.account_readable:
        return None
    may_delete = next_step is not None and next_step.kind in DELETES
    return preflight(facts, may_delete=may_delete, thresholds=thresholds(), now=now)

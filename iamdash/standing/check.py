"""Does every stored answer equal what the rules say of today's rows? A difference is a bug, and is named."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from iamdash.models import Candidate, Standing
from iamdash.rules.assess import assess as judge
from iamdash.rules.facts import CandidateFacts, Thresholds
from iamdash.standing.due import due_iam_users
from iamdash.standing.facts import facts_of
from iamdash.standing.going_down import reopening
from iamdash.standing.row import differing, row
from iamdash.standing.thresholds import thresholds

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """One candidate whose stored answer is not what the rules say. `columns`: where; empty if nothing is stored."""

    candidate_number: int
    user_name: str
    aws_account_id: str
    columns: tuple[str, ...]


def differences(now: datetime) -> Iterator[Difference]:
    """Yield every difference, by candidate number; those that are due anyway (see `due`) are left to `assess_due`."""
    limits = thresholds()
    due = set(due_iam_users(limits, now))
    candidates = list(Candidate.objects.exclude(iam_user__in=due).select_related("standing").order_by("pk"))
    for start in range(0, len(candidates), AT_ONCE):
        chunk = candidates[start : start + AT_ONCE]
        facts = facts_of([candidate.iam_user_id for candidate in chunk])
        for candidate in chunk:
            found = _compare(candidate, facts[candidate.iam_user_id], limits, now)
            if found:
                yield found


def due(now: datetime) -> int:
    """Return how many IAM users wait for `assess_due` at `now`."""
    return len(due_iam_users(thresholds(), now))


def _compare(candidate: Candidate, facts: CandidateFacts, limits: Thresholds, now: datetime) -> Difference | None:
    stored: Standing | None = getattr(candidate, "standing", None)
    columns: list[str] = []
    if stored is not None:
        assessment = judge(facts, thresholds=limits, now=now)
        step_back = reopening(stored, assessment, now=now)
        columns = differing(
            stored, row(candidate.pk, facts, assessment, thresholds=limits, step_back=step_back), now=now
        )
        if not columns:
            return None
    return Difference(candidate.pk, facts.user_name, facts.aws_account_id, tuple(columns))

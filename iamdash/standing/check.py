"""Does every stored answer equal what the rules say of today's rows? A difference is a bug, and is named."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from iamdash.models import Candidate, Standing
from iamdash.rules.assess import assess as judge
from iamdash.rules.facts import CandidateFacts, Thresholds
from iamdash.standing import entries
from iamdash.standing.due import due_iam_users
from iamdash.standing.facts import facts_of
from iamdash.standing.going_down import reopening
from iamdash.standing.row import differing, row
from iamdash.standing.thresholds import thresholds
from iamdash.standing.workloads import misplaced_ones

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """One candidate whose stored answer is not what the rules say. `columns`: where; empty if nothing is stored."""

    candidate_number: int
    user_name: str
    aws_account_id: str
    columns: tuple[str, ...]


def differences(now: datetime) -> Iterator[Difference]:
    """Yield every difference, by candidate number; those that are due anyway are left to `assess_due`."""
    limits = thresholds()
    due = set(due_iam_users(limits, now))
    candidates = list(Candidate.objects.exclude(iam_user__in=due).select_related("standing").order_by("pk"))
    for start in range(0, len(candidates), AT_ONCE):
        chunk = candidates[start : start + AT_ONCE]
        ids = [candidate.iam_user_id for candidate in chunk]
        facts = facts_of(ids)
        entries_differ = entries.differences(ids)
        misplaced = {each.candidate.pk for each in misplaced_ones(ids, limits.environments)}
        for candidate in chunk:
            theirs = facts[candidate.iam_user_id]
            columns = _compare(candidate, theirs, limits, now)
            others = [*entries_differ.get(candidate.pk, []), *(["workload"] if candidate.pk in misplaced else [])]
            if columns is None or columns or others:
                found = () if columns is None else (*columns, *others)
                yield Difference(candidate.pk, theirs.user_name, theirs.aws_account_id, found)


def _compare(candidate: Candidate, facts: CandidateFacts, limits: Thresholds, now: datetime) -> list[str] | None:
    """Return the columns in which the stored answer differs; None where nothing is stored."""
    stored: Standing | None = getattr(candidate, "standing", None)
    if stored is None:
        return None
    assessment = judge(facts, thresholds=limits, now=now)
    step_back = reopening(stored, assessment, now=now)
    return differing(stored, row(candidate.pk, facts, assessment, thresholds=limits, step_back=step_back), now=now)

"""What each rule of ownership does: of how many candidates it says something, for how many it decides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from iamdash.candidates.queries.compiled import Compiled
from iamdash.models import Standing
from iamdash.rules.owners.teams import USUAL_RULES, OwnershipRule

OF_EACH_RULE = Compiled(
    """
    SELECT (hint ->> 'rule')::int,
           count(DISTINCT candidate_id),
           count(DISTINCT candidate_id) FILTER (WHERE hint ->> 'why_not' = ''),
           count(DISTINCT candidate_id) FILTER (WHERE hint ->> 'team_slug' NOT IN ('', likely_team_id))
    FROM iamdash_standing CROSS JOIN jsonb_array_elements(ownership) AS hint
    GROUP BY 1
    """,
    is_often=False,
)


@dataclass(frozen=True, slots=True)
class RuleOfOwnership:
    """A rule in its place, and the number of candidates that it `speaks` of, `decides` for, and is overruled for.

    Overruled: it names another team than the rule that counts for more.
    """

    number: int
    rule: OwnershipRule
    speaks: int
    decides: int
    overruled: int

    @property
    def words(self) -> str:
        """Return what it goes by, as in "tag owner, team"."""
        said = ", ".join(self.rule.keys) or (f"“{self.rule.pattern}”" if self.rule.pattern else "")
        return f"{self.rule.source.label} {said}".strip()


def rules_of_ownership(rules: Sequence[OwnershipRule]) -> tuple[RuleOfOwnership, ...]:
    """Return these rules, which are in the order in which they count, with what they do. One query."""
    counts = {number: tuple(row) for number, *row in OF_EACH_RULE.ask()}
    return tuple(
        RuleOfOwnership(number, rule, *counts.get(number, (0, 0, 0))) for number, rule in enumerate(rules, start=1)
    )


def doubts_about(rules: tuple[RuleOfOwnership, ...]) -> Iterator[str]:
    """Yield what somebody should look at again in the file: rules that take everything or nothing, or disagree."""
    candidates = Standing.objects.count()
    for each in rules:
        name = f"Rule {each.number} of ownership ({each.words})"
        if candidates and each.speaks == 0 and each.rule not in USUAL_RULES:
            yield f"{name} says nothing of any of the {candidates:,} candidates."
        elif candidates > 1 and each.rule.pattern and each.decides == candidates:
            yield f"{name} decides for each of the {candidates:,} candidates: no other rule counts."
        elif each.overruled:
            yield f"{name} names another team than the rule that counts, for {each.overruled:,} candidates."

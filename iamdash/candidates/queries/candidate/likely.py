"""Whose a candidate likely is, for its page: the conclusion, what it rests on, and what else was seen."""

from collections.abc import Iterable
from dataclasses import dataclass

from iamdash.models import Standing, Team
from iamdash.standing.answer import hints_from_json


@dataclass(frozen=True, slots=True)
class Seen:
    """One hint in words: what was seen, the team it names ("" where it names none), why it does not decide."""

    words: str
    team: str
    why_not: str


@dataclass(frozen=True, slots=True)
class Likely:
    """The team that the rules of ownership conclude, "" where they cannot; the hint that decided, and the others."""

    team_slug: str
    team: str
    because: str
    others: tuple[Seen, ...]


def teams_named(standing: Standing) -> set[str]:
    """Return the teams that a standing names, by slug: its owner, and whose it may be."""
    hints = hints_from_json(standing.ownership)
    return {standing.owner_team_id or "", standing.likely_team_id or "", *(hint.team_slug for hint in hints)} - {""}


def likely_of(standing: Standing, teams: Iterable[Team]) -> Likely | None:
    """Return whose it likely is; None where nothing speaks for anybody. `teams`: those that it names."""
    hints = hints_from_json(standing.ownership)
    if not hints:
        return None
    names = {team.pk: team.name for team in teams if team.in_config}
    slug = standing.likely_team_id or ""
    seen = [Seen(hint.words, names.get(hint.team_slug, ""), hint.why_not) for hint in hints]
    if not slug:
        return Likely("", "", "", tuple(seen))
    return Likely(slug, names.get(slug, slug), seen[0].words, tuple(seen[1:]))

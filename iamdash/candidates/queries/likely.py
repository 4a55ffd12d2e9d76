"""Whose a candidate likely is, for its page: the conclusion, what it rests on, and what else was seen."""

from dataclasses import dataclass

from iamdash.models import Standing
from iamdash.rules.teams import Teams
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


def likely_of(standing: Standing, teams: Teams) -> Likely | None:
    """Return whose it likely is; None where nothing speaks for anybody. No query."""
    hints = hints_from_json(standing.ownership)
    if not hints:
        return None
    names = {slug: team.name for slug, team in teams.by_slug.items()}
    slug = standing.likely_team_id or ""
    seen = [Seen(hint.words, names.get(hint.team_slug, ""), hint.why_not) for hint in hints]
    if not slug:
        return Likely("", "", "", tuple(seen))
    return Likely(slug, names.get(slug, slug), seen[0].words, tuple(seen[1:]))

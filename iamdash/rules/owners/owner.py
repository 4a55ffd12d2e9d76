"""Whose a candidate likely is, and what speaks for it: what `ownership` concludes."""

from dataclasses import dataclass

from iamdash.rules.owners.teams import Source


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing that speaks for an owner. `words`: what was seen; `why_not`: why it does not decide, "" where it does.

    `team_slug` "": it names no team of the config. `rule`: its number in the file, from 1.
    """

    source: Source
    rule: int
    words: str
    team_slug: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Ownership:
    """The team that a candidate likely belongs to, "" where nothing says so, and every hint, the deciding one first."""

    team_slug: str = ""
    hints: tuple[Hint, ...] = ()

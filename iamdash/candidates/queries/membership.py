"""The teams that somebody is in, and those that they could join."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from iamdash.models import Membership, Team


@dataclass(frozen=True, slots=True)
class MyTeam:
    """A team that one is in. `may_leave`: the file does not say who is in it, or names it no more."""

    slug: str
    name: str
    may_leave: bool


@dataclass(frozen=True, slots=True)
class MyTeams:
    """What one is in, and can join: (slug, name). `decided`: there are teams whose members the file decides."""

    mine: tuple[MyTeam, ...]
    others: tuple[tuple[str, str], ...]
    decided: bool


def my_teams(person_id: int) -> MyTeams:
    """Return the teams of a person, and the teams of the config that they could join, by name. One query."""
    is_mine = Exists(Membership.objects.filter(team=OuterRef("pk"), person=person_id))
    teams = list(Team.objects.annotate(is_mine=is_mine).order_by("name"))
    return MyTeams(
        mine=tuple(MyTeam(team.slug, team.name, not team.file_names_members) for team in teams if team.is_mine),
        others=tuple(
            (team.slug, team.name)
            for team in teams
            if team.in_config and not team.file_names_members and not team.is_mine
        ),
        decided=any(team.file_names_members for team in teams),
    )

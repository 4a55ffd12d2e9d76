"""The teams and people that a form about one candidate offers."""

from dataclasses import dataclass

from iamdash.models import Membership, Person


@dataclass(frozen=True, slots=True)
class TeamChoice:
    """A team that can answer for a candidate. `people`: (pk, name) of each member who can sign in, by name."""

    slug: str
    name: str
    people: tuple[tuple[int, str], ...]

    def has(self, person: Person) -> bool:
        """Return whether this person is in the team."""
        return any(pk == person.pk for pk, _ in self.people)


def team_choices() -> tuple[TeamChoice, ...]:
    """Return every team that has a member, by name. One query."""
    members: dict[tuple[str, str], list[tuple[int, str]]] = {}
    memberships = Membership.objects.filter(person__is_active=True, team__in_config=True).select_related(
        "team", "person"
    )
    for membership in memberships.order_by("team__name", "person__full_name", "person__email"):
        team = (membership.team.slug, membership.team.name)
        members.setdefault(team, []).append((membership.person.pk, str(membership.person)))
    return tuple(TeamChoice(slug, name, tuple(people)) for (slug, name), people in members.items())

"""The teams and people that a form about one candidate offers."""

from dataclasses import dataclass

from iamdash.models import AccessLevel, Person, Team


@dataclass(frozen=True, slots=True)
class TeamChoice:
    """A team that can answer for a candidate. `people`: (pk, name) of each member who can act, by name."""

    slug: str
    name: str
    people: tuple[tuple[int, str], ...]

    def has(self, person: Person) -> bool:
        """Return whether this person is in the team, and can act."""
        return any(pk == person.pk for pk, _ in self.people)


def team_choices() -> tuple[TeamChoice, ...]:
    """Return every team of the config, by name, also those without a member who can act. One query."""
    people: dict[tuple[str, str], list[tuple[int, str]]] = {}
    rows = Team.objects.filter(in_config=True).values_list(
        "slug",
        "name",
        "members__pk",
        "members__full_name",
        "members__email",
        "members__is_active",
        "members__access_level",
    )
    for slug, name, pk, full_name, email, is_active, level in rows.order_by(
        "name", "members__full_name", "members__email"
    ):
        members = people.setdefault((slug, name), [])
        if is_active and level != AccessLevel.VIEWER:
            members.append((pk, full_name or email))
    return tuple(TeamChoice(slug, name, tuple(members)) for (slug, name), members in people.items())

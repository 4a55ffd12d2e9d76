"""The teams and people that forms offer, and the teams that the list knows by name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from django.db.models import BigIntegerField, BooleanField, ExpressionWrapper, Q

from iamdash.candidates.queries.candidate_list.filters import NO_ONE_TEAM
from iamdash.candidates.queries.compiled import Compiled, compiled
from iamdash.models import AccessLevel, Person, Team
from iamdash.models.question import Given, Question, ask, given_texts

# A select holds no more than somebody will look through; beyond that, names are typed.
MOST_CHOICES = 250
MOST_SUGGESTED = 20
CAN_ACT = Q(members__is_active=True) & ~Q(members__access_level=AccessLevel.VIEWER)
MEMBERS = Question(
    Team.objects.filter(in_config=True)
    .order_by("name", "members__full_name", "members__email")
    .values_list(
        "slug",
        "name",
        "members__pk",
        "members__full_name",
        "members__email",
        ExpressionWrapper(CAN_ACT, BooleanField()),
    )
)
TEAMS_OF = Question(
    Team.objects.filter(in_config=True, members=Given("person", BigIntegerField()))
    .order_by("name")
    .values_list("slug", "name")
)


@dataclass(frozen=True, slots=True)
class TeamNames:
    """Names of teams by their slugs. `are_all`: there are no others; else only those that were asked for."""

    by_slug: Mapping[str, str]
    are_all: bool


def team_names(asked: Collection[str]) -> TeamNames:
    """Return the name of every team, or of those with the slugs `asked` where there are many. One query."""
    found = dict(_names().ask(slugs=list(asked)))
    if len(found) <= MOST_CHOICES:
        return TeamNames(dict(sorted(found.items(), key=lambda team: team[1])), are_all=True)
    return TeamNames({slug: found[slug] for slug in asked if slug in found}, are_all=False)


@cache
def _names() -> Compiled:
    """Return the teams with these slugs, and so many of all as are looked through, and one more."""
    # By their key and sorted by who asks: so many and no more are read, however many there are.
    teams = Team.objects.order_by("pk").values_list("pk", "name")
    first = compiled(teams[: MOST_CHOICES + 1])
    asked = compiled(teams.filter(pk__in=given_texts("slugs")))
    return Compiled(f"({first.sql}) UNION ({asked.sql})", asked.places)


def team_called(name: str) -> str:
    """Return what an address says for a team of this name, however it is capitalised; the name where there is none."""
    special = {words.casefold(): value for value, words in NO_ONE_TEAM.items()} | {"": ""}
    if name.casefold() in special:
        return special[name.casefold()]
    called = Team.objects.filter(Q(name__iexact=name) | Q(pk=name)).order_by("name")
    return called.values_list("pk", flat=True).first() or name


def teams_like(words: str) -> tuple[str, ...]:
    """Return the names of the first teams that have these words in them."""
    alike = Team.objects.filter(name__icontains=words).order_by("name")
    return tuple(alike.values_list("name", flat=True)[:MOST_SUGGESTED])


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
    members = MEMBERS.of()
    ask(members, plan_once=True)
    for slug, name, pk, full_name, email, acts in members:
        theirs = people.setdefault((slug, name), [])
        if acts:
            theirs.append((pk, full_name or email))
    return tuple(TeamChoice(slug, name, tuple(theirs)) for (slug, name), theirs in people.items())


def own_teams(person: Person) -> tuple[TeamChoice, ...]:
    """Return the teams of the config that this person is in, by name, without who else is. One query."""
    theirs = TEAMS_OF.of(person=person.pk)
    ask(theirs, plan_once=True)
    return tuple(TeamChoice(slug, name, ((person.pk, str(person)),)) for slug, name in theirs)

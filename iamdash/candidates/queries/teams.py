"""Teams: how each stands, and for one of them who has what and what is likely theirs."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db.models import CharField, Count, Exists, F, Min, OuterRef, Q, Subquery, Value, Window
from django.db.models.functions import Coalesce, NullIf

from iamdash.candidates.queries.candidate_list.conditions import LIKELY
from iamdash.candidates.queries.candidate_list.filters import Viewer
from iamdash.candidates.queries.compiled import NOW, Compiled, as_one, compiled, number_of
from iamdash.candidates.queries.overview.background import background
from iamdash.candidates.queries.overview.groups import GROUPINGS, Group, groups
from iamdash.candidates.queries.overview.scope import TEAMS, Scope
from iamdash.models import AccessLevel, Membership, Person, Standing, Team
from iamdash.models.question import Given
from iamdash.rules.owners.teams import Source

ON_A_PAGE = 50
MOST_LIKELY = 10
TEAM = Given("team", CharField())


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One team in the table. `slug` empty: what no team has claimed; `likely`: how many others may be theirs."""

    group: Group
    slug: str
    members: int
    likely: int


@dataclass(frozen=True, slots=True)
class TeamList:
    """One page of the table. `unowned_since`: since when the oldest unclaimed candidate waits; None: none does."""

    rows: tuple[TeamRow, ...]
    page: int
    more: int
    unowned_since: datetime | None

    @property
    def is_empty(self) -> bool:
        """Return whether there is no candidate, of a team or of none."""
        return not any(any(row.group.counts) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who answers for candidates of the team, or could."""

    name: str
    email: str
    claimed: int
    stuck: int
    is_member: bool
    pk: int


@dataclass(frozen=True, slots=True)
class LikelyTheirs:
    """An unclaimed candidate that likely belongs to the team, and by what."""

    number: int
    user_name: str
    account_name: str
    because: str


@dataclass(frozen=True, slots=True)
class TeamCard:
    """What a team's page shows beside its overview. `contact_url`: "" where the contact is no address."""

    slug: str
    name: str
    contact: str
    contact_url: str
    in_config: bool
    holders: tuple[Holder, ...]
    likely: tuple[LikelyTheirs, ...]
    likely_count: int


def team_list(*, page: int, viewer: Viewer, now: datetime) -> TeamList:
    """Return one page of all teams with candidates, those with most left first; nobody's come last. Four queries.

    What was retired of them in the last weeks is one more, once a day.
    """
    first = (page - 1) * ON_A_PAGE
    found = groups(GROUPINGS["team"], Scope(), background(Scope(), viewer=viewer), now=now, first=first, most=ON_A_PAGE)
    slugs = [group.value for group in found.rows if group.value]
    beside = {slug: (members, likely) for slug, members, likely in _members_and_likely().ask(teams=slugs)}
    rows = tuple(TeamRow(group, group.value, *beside.get(group.value, (0, 0))) for group in found.rows)
    return TeamList(rows, page, found.more, _unowned().row()["since"])


@cache
def _members_and_likely() -> Compiled:
    likely = Standing.objects.filter(LIKELY, is_open=True, likely_team=OuterRef("pk"))
    numbers = (Subquery(number_of(rows)) for rows in (Membership.objects.filter(team=OuterRef("pk")), likely))
    return compiled(Team.objects.filter(pk__in=TEAMS).values_list("pk", *numbers))


@cache
def _unowned() -> Compiled:
    return compiled(as_one(Standing.objects.filter(is_open=True, owner_team=None), since=Min("stage_since")))


def teams_without_candidates() -> tuple[tuple[str, str], ...]:
    """Return the teams of the config that have claimed nothing: slug and name. One query."""
    return tuple((slug, name) for slug, name in _idle().ask())


@cache
def _idle() -> Compiled:
    claimed = Standing.objects.filter(owner_team=OuterRef("pk"))
    idle = Team.objects.filter(~Exists(claimed), in_config=True).order_by("name")
    return compiled(idle.values_list("slug", "name")[:ON_A_PAGE])


def team_card(team: Team, *, now: datetime) -> TeamCard:
    """Return who has what in a team, and what is likely theirs. Two queries."""
    likely = _likely().ask(team=team.pk)
    return TeamCard(
        slug=team.slug,
        name=team.name,
        contact=team.contact,
        contact_url=_address(team.contact),
        in_config=team.in_config,
        holders=tuple(Holder(*holder) for holder in _holders().ask(team=team.pk, now=now)),
        likely=tuple(
            LikelyTheirs(number, user_name, account_name, Source(json.loads(hints)[0]["source"]).label)
            for number, user_name, account_name, hints, _all in likely
        ),
        likely_count=likely[0][-1] if likely else 0,
    )


@cache
def _likely() -> Compiled:
    theirs = Standing.objects.filter(LIKELY, is_open=True, likely_team=TEAM).annotate(all=Window(Count("pk")))
    columns = ("pk", "candidate__iam_user__user_name", "aws_account__name", "ownership", "all")
    return compiled(theirs.order_by("-risk", "pk").values_list(*columns)[:MOST_LIKELY])


@cache
def _holders() -> Compiled:
    """Return the columns of `Holder`, of whoever is in the team or has claimed for it."""
    claims, members = Standing.objects.filter(is_open=True, owner_team=TEAM), Membership.objects.filter(team=TEAM)
    theirs = claims.filter(owner_person=OuterRef("pk"))
    people = (
        Person.objects.filter(Q(pk__in=members.values("person")) | Q(pk__in=claims.values("owner_person")))
        .annotate(
            name=Coalesce(NullIf("full_name", Value("")), F("email"), output_field=CharField()),
            claimed=Subquery(number_of(theirs)),
            stuck=Subquery(number_of(theirs.filter(stuck_from__lte=NOW))),
            is_member=Exists(members.filter(person=OuterRef("pk"))),
        )
        .order_by("-claimed", "full_name", "email")
    )
    return compiled(people.values_list("name", "email", "claimed", "stuck", "is_member", "pk"))


def _address(contact: str) -> str:
    if contact.startswith(("https://", "http://")):
        return contact
    return f"mailto:{contact}" if "@" in contact.strip("@") else ""


def may_claim_for(team: TeamCard, person: Person) -> bool:
    """Return whether this person can claim in the name of the team."""
    if not team.in_config or not person.may(AccessLevel.ENGINEER):
        return False
    return person.may(AccessLevel.LEAD) or any(each.is_member and each.pk == person.pk for each in team.holders)

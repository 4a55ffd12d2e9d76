"""Teams: how each stands, and for one of them who has what and what is likely theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery, Window
from django.db.models.functions import Coalesce

from iamdash.candidates.queries.filters import LIKELY, Viewer
from iamdash.candidates.queries.overview.background import background
from iamdash.candidates.queries.overview.groups import GROUPINGS, Group, groups
from iamdash.candidates.queries.overview.scope import Scope
from iamdash.models import AccessLevel, Membership, Person, Standing, Team
from iamdash.rules.teams import Source

ON_A_PAGE = 50
MOST_LIKELY = 10


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
    """Return one page of all teams with candidates, those with most left first; nobody's come last. Five queries.

    What was retired of them in the last weeks is one more, once a day.
    """
    first = (page - 1) * ON_A_PAGE
    found = groups(GROUPINGS["team"], Scope(), background(Scope(), viewer=viewer), now=now, first=first, most=ON_A_PAGE)
    slugs = [group.value for group in found.rows if group.value]
    members = _counts(Membership.objects.filter(team__in=slugs).values_list("team").annotate(Count("pk")))
    likely = _counts(
        Standing.objects.filter(LIKELY, is_open=True, likely_team__in=slugs)
        .values_list("likely_team")
        .annotate(Count("pk"))
        .order_by()
    )
    unowned = Standing.objects.filter(is_open=True, owner_team=None).aggregate(since=Min("stage_since"))
    rows = tuple(
        TeamRow(group, group.value, members.get(group.value, 0), likely.get(group.value, 0)) for group in found.rows
    )
    return TeamList(rows, page, found.more, unowned["since"])


def teams_without_candidates() -> tuple[tuple[str, str], ...]:
    """Return the teams of the config that have claimed nothing: slug and name. One query."""
    claimed = Standing.objects.filter(owner_team=OuterRef("pk"))
    idle = Team.objects.filter(~Exists(claimed), in_config=True).order_by("name")
    return tuple(idle.values_list("slug", "name")[:ON_A_PAGE])


def team_card(team: Team, *, now: datetime) -> TeamCard:
    """Return who has what in a team, and what is likely theirs. Two queries."""
    theirs = Standing.objects.filter(LIKELY, is_open=True, likely_team=team).annotate(all=Window(Count("pk")))
    likely = list(
        theirs.order_by("-risk", "pk").values_list(
            "pk", "candidate__iam_user__user_name", "aws_account__name", "ownership", "all"
        )[:MOST_LIKELY]
    )
    return TeamCard(
        slug=team.slug,
        name=team.name,
        contact=team.contact,
        contact_url=_address(team.contact),
        in_config=team.in_config,
        holders=_holders(team, now),
        likely=tuple(
            LikelyTheirs(number, user_name, account_name, Source(hints[0]["source"]).label)
            for number, user_name, account_name, hints, _all in likely
        ),
        likely_count=likely[0][-1] if likely else 0,
    )


def _holders(team: Team, now: datetime) -> tuple[Holder, ...]:
    theirs = Standing.objects.filter(is_open=True, owner_team=team, owner_person=OuterRef("pk"))
    claimed = theirs.order_by().values("owner_person").annotate(number=Count("pk"))
    people = (
        Person.objects.annotate(
            claimed=Coalesce(Subquery(claimed.values("number")), 0),
            stuck=Coalesce(Subquery(claimed.filter(stuck_from__lte=now).values("number")), 0),
            is_member=Exists(Membership.objects.filter(team=team, person=OuterRef("pk"))),
        )
        .filter(
            Q(pk__in=Membership.objects.filter(team=team).values("person"))
            | Q(pk__in=Standing.objects.filter(is_open=True, owner_team=team).values("owner_person"))
        )
        .order_by("-claimed", "full_name", "email")
    )
    return tuple(
        Holder(str(person), person.email, person.claimed, person.stuck, person.is_member, person.pk)
        for person in people
    )


def _counts(rows: object) -> Mapping[str, int]:
    return dict(rows)  # type: ignore[call-overload, no-any-return]  # pairs, as values_list gives them


def _address(contact: str) -> str:
    if contact.startswith(("https://", "http://")):
        return contact
    return f"mailto:{contact}" if "@" in contact.strip("@") else ""


def may_claim_for(team: TeamCard, person: Person) -> bool:
    """Return whether this person can claim in the name of the team."""
    if not team.in_config or not person.may(AccessLevel.ENGINEER):
        return False
    return person.may(AccessLevel.LEAD) or any(each.is_member and each.pk == person.pk for each in team.holders)

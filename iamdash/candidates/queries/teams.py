"""Teams: how each stands, and for one of them who has what and what is likely theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from iamdash.candidates.queries.filters import LIKELY
from iamdash.candidates.queries.overview.groups import GROUPINGS, Group, groups
from iamdash.candidates.queries.overview.scope import Scope
from iamdash.models import AccessLevel, Membership, Person, Programme, Standing, Team
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


def team_list(*, page: int, now: datetime) -> TeamList:
    """Return one page of all teams with candidates, those with most left first; nobody's come last. Seven queries."""
    programme = Programme.objects.filter(pk=1).first() or Programme()
    first = (page - 1) * ON_A_PAGE
    found = groups(GROUPINGS["team"], Scope(), target_on=programme.target_date, now=now, first=first, most=ON_A_PAGE)
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
    claimed = Standing.objects.exclude(owner_team=None).values("owner_team")
    idle = Team.objects.filter(in_config=True).exclude(pk__in=claimed).order_by("name")
    return tuple(idle.values_list("slug", "name")[:ON_A_PAGE])


def team_card(team: Team, *, now: datetime) -> TeamCard:
    """Return who has what in a team, and what is likely theirs. Four queries."""
    theirs = Standing.objects.filter(LIKELY, is_open=True, likely_team=team)
    likely = theirs.select_related("candidate__iam_user__aws_account").order_by("-risk", "pk")[:MOST_LIKELY]
    return TeamCard(
        slug=team.slug,
        name=team.name,
        contact=team.contact,
        contact_url=_address(team.contact),
        in_config=team.in_config,
        holders=_holders(team, now),
        likely=tuple(map(_likely, likely)),
        likely_count=theirs.count(),
    )


def _holders(team: Team, now: datetime) -> tuple[Holder, ...]:
    claims = (
        Standing.objects.filter(is_open=True, owner_team=team)
        .values_list("owner_person")
        .annotate(claimed=Count("pk"), stuck=Count("pk", filter=Q(stuck_from__lte=now)))
        .order_by()
    )
    by_person = {person: (claimed, stuck) for person, claimed, stuck in claims}
    members = set(Membership.objects.filter(team=team).values_list("person", flat=True))
    people = Person.objects.filter(Q(pk__in=by_person) | Q(pk__in=members)).order_by("full_name", "email")
    found = [
        Holder(str(person), person.email, *by_person.get(person.pk, (0, 0)), is_member=person.pk in members)
        for person in people
    ]
    return tuple(sorted(found, key=lambda holder: -holder.claimed))


def _likely(standing: Standing) -> LikelyTheirs:
    iam_user = standing.candidate.iam_user
    because = Source(standing.ownership[0]["source"]).label
    return LikelyTheirs(standing.pk, iam_user.user_name, iam_user.aws_account.name, because)


def _counts(rows: object) -> Mapping[str, int]:
    return dict(rows)  # type: ignore[call-overload, no-any-return]  # pairs, as values_list gives them


def _address(contact: str) -> str:
    if contact.startswith(("https://", "http://")):
        return contact
    return f"mailto:{contact}" if "@" in contact.strip("@") else ""


def may_claim_for(team: Team, person: Person) -> bool:
    """Return whether this person can claim in the name of the team. One query at most."""
    if not team.in_config or not person.may(AccessLevel.ENGINEER):
        return False
    return person.may(AccessLevel.LEAD) or Membership.objects.filter(team=team, person=person).exists()

"""What the page of a candidate shows besides what the rules know of it, as querysets: one round trip reads them all."""

from typing import NamedTuple

from django.db.models import Q, QuerySet

from iamdash.candidates.queries.checks import checks_of
from iamdash.candidates.queries.fall import falls_of
from iamdash.candidates.queries.likely import teams_named
from iamdash.candidates.queries.role_search import named_alike
from iamdash.candidates.queries.timeline import events_of, notes_of
from iamdash.candidates.queries.workload_rows import LaneQuery, lanes_of
from iamdash.models import Candidate, Check, Event, IamRole, IamUser, Note, Person, Team, TrackerLink
from iamdash.rules.stage import Stage


class Beside(NamedTuple):
    """The querysets. `people`, `teams`: those that the candidate itself and its standing name, by key.

    `namesakes`: the IAM user that had its name before, and those that have had it since.
    """

    people: QuerySet[Person]
    teams: QuerySet[Team]
    falls: QuerySet[Event]
    namesakes: QuerySet[IamUser]
    alike: QuerySet[IamRole]
    lanes: LaneQuery
    trackers: QuerySet[TrackerLink]
    events: QuerySet[Event]
    notes: QuerySet[Note]
    checks: QuerySet[Check]


def beside(candidate: Candidate, *, whole_timeline: bool) -> Beside:
    """Return what is to be read of a candidate that came with its IAM user and its standing. No query."""
    standing, iam_user = candidate.standing, candidate.iam_user
    people = {standing.owner_person_id, candidate.route_chosen_by_id, candidate.closed_by_id}
    links = TrackerLink.objects.filter(candidate=candidate, removed_at=None)
    is_deleted = standing.stage == Stage.DELETED
    return Beside(
        people=Person.objects.filter(pk__in=[pk for pk in people if pk]),
        teams=Team.objects.filter(pk__in=teams_named(standing)),
        falls=falls_of(standing),
        namesakes=_namesakes(iam_user),
        alike=IamRole.objects.none() if is_deleted else named_alike(candidate),
        lanes=lanes_of([candidate.workload_id] if candidate.workload_id else []),
        trackers=links.select_related("linked_by").order_by("pk"),
        events=events_of(candidate, everything=whole_timeline),
        notes=notes_of(candidate, everything=whole_timeline),
        checks=checks_of(iam_user),
    )


def _namesakes(iam_user: IamUser) -> QuerySet[IamUser]:
    before = Q(pk=iam_user.predecessor_id) if iam_user.predecessor_id else Q(pk__in=[])
    since = Q(predecessor=iam_user) if iam_user.gone_at else Q(pk__in=[])
    return IamUser.objects.filter(before | since).select_related("candidate").order_by("pk")

"""What the page of a candidate shows besides what the rules know of it: one round trip tells it all."""

from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Q

from iamdash.candidates.queries.candidate.checks import checks_of
from iamdash.candidates.queries.candidate.fall import falls_of
from iamdash.candidates.queries.candidate.likely import teams_named
from iamdash.candidates.queries.candidate.role_search import named_alike
from iamdash.candidates.queries.candidate.timeline import events_of, notes_of
from iamdash.candidates.queries.candidate_list.workload_rows import LANES
from iamdash.models import Candidate, Check, Event, IamRole, IamUser, Note, Person, Team, TrackerLink
from iamdash.models.question import Asked, Given, Question, given_keys, given_texts, nothing
from iamdash.rules.stage import Stage

PEOPLE = Question(Person.objects.filter(pk__in=given_keys("people")))
TEAMS = Question(Team.objects.filter(pk__in=given_texts("teams")))
TRACKERS = Question(
    TrackerLink.objects.filter(candidate=Given("candidate", BigIntegerField()), removed_at=None)
    .select_related("linked_by")
    .order_by("pk")
)
NAMESAKES = Question(
    IamUser.objects.filter(Q(pk=Given("before", BigIntegerField())) | Q(predecessor=Given("gone", BigIntegerField())))
    .select_related("candidate")
    .order_by("pk")
)


class Beside(NamedTuple):
    """The questions. `people`, `teams`: those that the candidate itself and its standing name.

    `namesakes`: the IAM user that had its name before, and those that have had it since it is gone.
    """

    people: Asked[Person]
    teams: Asked[Team]
    falls: Asked[Event]
    namesakes: Asked[IamUser]
    alike: Asked[IamRole]
    lanes: Asked[dict[str, Any]]
    trackers: Asked[TrackerLink]
    events: Asked[Event]
    notes: Asked[Note]
    checks: Asked[Check]


def beside(candidate: Candidate, *, whole_timeline: bool) -> Beside:
    """Return what is to be asked of a candidate that came with its IAM user and its standing. No query."""
    standing, iam_user = candidate.standing, candidate.iam_user
    people = (standing.owner_person_id, candidate.route_chosen_by_id, candidate.closed_by_id)
    return Beside(
        people=PEOPLE.of(people=[pk for pk in people if pk]),
        teams=TEAMS.of(teams=list(teams_named(standing))),
        falls=falls_of(standing),
        namesakes=NAMESAKES.of(before=iam_user.predecessor_id, gone=iam_user.pk if iam_user.gone_at else None),
        alike=nothing() if standing.stage == Stage.DELETED else named_alike(candidate),
        lanes=LANES.of(workloads=[candidate.workload_id]),
        trackers=TRACKERS.of(candidate=candidate.pk),
        events=events_of(candidate, everything=whole_timeline),
        notes=notes_of(candidate, everything=whole_timeline),
        checks=checks_of(iam_user),
    )

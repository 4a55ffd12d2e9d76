"""What the page of one candidate shows: an engineer's home for one IAM user that is to be replaced."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField

from iamdash.candidates.queries.candidate.access_keys import KeyTable, key_table
from iamdash.candidates.queries.candidate.beside import beside
from iamdash.candidates.queries.candidate.checks import CheckLine, KindOfCredential, newest_check, other_credentials
from iamdash.candidates.queries.candidate.fall import Fall, fall_of
from iamdash.candidates.queries.candidate.iam_user_facts import IamUserFacts, iam_user_facts
from iamdash.candidates.queries.candidate.ladder import NextStepCard, StepLine, ladder
from iamdash.candidates.queries.candidate.likely import Likely, likely_of
from iamdash.candidates.queries.candidate.page_notices import Notice, page_notices
from iamdash.candidates.queries.candidate.preflight import preflight_of
from iamdash.candidates.queries.candidate.readings import Readings, readings_of
from iamdash.candidates.queries.candidate.replacements import ReplacementRow, replacement_rows
from iamdash.candidates.queries.candidate.role_search import FoundRole, as_found
from iamdash.candidates.queries.candidate.standing_claim import StandingClaim, as_shown
from iamdash.candidates.queries.candidate.timeline import Timeline, timeline
from iamdash.candidates.queries.candidate.verdicts import VerdictCard, verdict_cards
from iamdash.candidates.queries.candidate_list.workload_rows import WorkloadRow, rows_of
from iamdash.candidates.queries.exceptions import Leave, leave_of
from iamdash.models import Candidate, Person, Standing, Team
from iamdash.models.question import Given, Question, ask
from iamdash.rules.facts import CandidateFacts
from iamdash.rules.kind import Likeness, kind_of
from iamdash.rules.preflight import Preflight
from iamdash.rules.risk import Judged, risk_of
from iamdash.rules.route import Route
from iamdash.rules.routes.suggestion import NamedTrust, Suggestion, suggest
from iamdash.rules.sentence import Sentence
from iamdash.rules.silence.cadence import Cadence
from iamdash.rules.special_cases import SpecialCase, special_cases
from iamdash.rules.stage import Stage
from iamdash.standing import answer
from iamdash.standing.facts import facts_of_one
from iamdash.standing.rows import fetch


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for the candidate, as the ownership rule concludes; `person` may be empty."""

    team: str
    team_slug: str
    person: str


@dataclass(frozen=True, slots=True)
class ChosenRoute:
    """The way off the key, who chose it and when."""

    route: Route
    chosen_by: str
    chosen_at: datetime


@dataclass(frozen=True, slots=True)
class Tracker:
    """An issue or pull request in which the work is tracked. `link` is the number that removing it sends."""

    link: int
    url: str
    linked_by: str
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class Closing:
    """The engineer's sign-off."""

    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """The whole page of one candidate, except for what belongs to the reader (forms, choices, suggestions)."""

    number: int
    iam_user: IamUserFacts
    stage: Stage
    stage_since: datetime
    fall: Fall | None
    is_open: bool
    stuck_from: datetime | None
    reason: Sentence
    risk: Judged | None
    likeness: Likeness
    special_cases: tuple[SpecialCase, ...]
    owner: Owner | None
    claim: StandingClaim | None
    likely: Likely | None
    route: ChosenRoute | None
    suggestions: tuple[Suggestion, ...]
    roles_alike: tuple[FoundRole, ...]
    leave: Leave
    workload: WorkloadRow | None
    due_on: date | None
    closing: Closing | None
    next_step: NextStepCard | None
    steps: tuple[StepLine, ...]
    preflight: Preflight | None
    verdicts: tuple[VerdictCard, ...]
    cadence: str
    keys: KeyTable
    other_credentials: tuple[KindOfCredential, ...]
    replacements: tuple[ReplacementRow, ...]
    trackers: tuple[Tracker, ...]
    notices: tuple[Notice, ...]
    check: CheckLine | None
    timeline: Timeline
    readings: Readings

    @property
    def is_deleted(self) -> bool:
        """Return whether the IAM user is proved gone: then the page is a record, and only closing is left."""
        return self.stage is Stage.DELETED

    @property
    def stage_tone(self) -> str:
        """Return the colour of the stage's tag: grey, on the way, at the end."""
        if self.stage is Stage.IDENTIFIED:
            return ""
        return "green" if self.stage >= Stage.DEACTIVATED else "blue"

    @property
    def route_seen(self) -> str:
        """Return what the route form sends back, so that a change in between is noticed."""
        return self.route.route.value if self.route else ""

    @property
    def how_often(self) -> str:
        """Return how often the keys are used, as somebody said; "" where nobody has."""
        return Cadence(self.cadence).label if self.cadence else ""

    @property
    def due_on_seen(self) -> str:
        """Return what the due date form sends back, likewise."""
        return self.due_on.isoformat() if self.due_on else ""


CANDIDATE = Question(
    Candidate.objects.select_related("iam_user__aws_account", "standing").filter(
        pk=Given("number", BigIntegerField()), standing__isnull=False
    )
)


def find_candidate(number: int) -> Candidate:
    """Return the candidate with its IAM user, AWS account and standing. Raises Candidate.DoesNotExist."""
    found = CANDIDATE.of(number=number)
    ask(found, plan_once=True)
    for candidate in found:
        return candidate
    raise Candidate.DoesNotExist


def candidate_page(candidate: Candidate, *, now: datetime, whole_timeline: bool = False) -> CandidatePage:
    """Return the page of a candidate that `find_candidate` found. As many queries whatever its history."""
    iam_user, standing = candidate.iam_user, candidate.standing
    read = beside(candidate, whole_timeline=whole_timeline)
    rows = fetch([iam_user], *read, plan_once=True)
    _name(candidate, read.people, read.teams)
    facts = facts_of_one(iam_user, rows)
    readings = readings_of(iam_user, rows.runs.get(iam_user.aws_account_id))
    stage = Stage(standing.stage)
    alike = as_found(candidate, read.alike)
    fall = fall_of(standing, read.falls)
    next_step, steps = answer.next_step_from_json(standing.next_step), answer.steps_from_json(standing.steps)
    taken_back = fall.steps if fall else frozenset()
    card, lines = ladder(next_step, steps, stage=stage, taken_back=taken_back, readings=readings)
    return CandidatePage(
        number=candidate.pk,
        iam_user=iam_user_facts(iam_user, readings, read.namesakes),
        stage=stage,
        stage_since=standing.stage_since,
        fall=fall,
        is_open=standing.is_open,
        stuck_from=standing.stuck_from,
        reason=answer.sentence_from_json(standing.reason),
        risk=None if stage is Stage.DELETED else risk_of(facts, now=now),
        likeness=kind_of(facts),
        special_cases=special_cases(facts),
        owner=_owner(standing),
        claim=as_shown(rows.claims.get(iam_user.pk), standing, now=now),
        likely=likely_of(standing, read.teams),
        route=chosen_route(candidate),
        suggestions=_suggestions(facts, alike) if standing.is_open else (),
        roles_alike=alike,
        leave=leave_of(candidate, rows.exceptions[iam_user.pk], now=now),
        workload=next(iter(rows_of(read.lanes).values()), None),
        due_on=candidate.due_on,
        closing=_closing(candidate),
        next_step=card,
        steps=lines,
        preflight=preflight_of(facts, stage=stage, next_step=next_step, now=now),
        verdicts=verdict_cards(standing, readings),
        cadence=candidate.cadence,
        keys=key_table(iam_user, rows, readings, now=now),
        other_credentials=other_credentials(iam_user, rows.other_credentials[iam_user.pk]),
        replacements=replacement_rows(iam_user, rows.links),
        trackers=tuple(Tracker(each.pk, each.url, str(each.linked_by), each.linked_at) for each in read.trackers),
        notices=page_notices(iam_user, readings),
        check=newest_check(iam_user, read.checks, now=now),
        timeline=timeline(read.events, read.notes, everything=whole_timeline),
        readings=readings,
    )


def _name(candidate: Candidate, people: Iterable[Person], teams: Iterable[Team]) -> None:
    """Give a candidate and its standing the people and the teams that they name."""
    by_key: dict[object, Any] = {row.pk: row for row in (*people, *teams)}
    standing = candidate.standing
    candidate.route_chosen_by = by_key.get(candidate.route_chosen_by_id)
    candidate.closed_by = by_key.get(candidate.closed_by_id)
    standing.owner_person = by_key.get(standing.owner_person_id)
    standing.owner_team = by_key.get(standing.owner_team_id)


def chosen_route(candidate: Candidate) -> ChosenRoute | None:
    """Return the route that was chosen, if one was."""
    if not candidate.route or candidate.route_chosen_at is None:
        return None
    return ChosenRoute(Route(candidate.route), str(candidate.route_chosen_by), candidate.route_chosen_at)


def _suggestions(facts: CandidateFacts, alike: tuple[FoundRole, ...]) -> tuple[Suggestion, ...]:
    return suggest(facts, alike=tuple(NamedTrust(iam_role.role_name, iam_role.trust_policy) for iam_role in alike))


def _owner(standing: Standing) -> Owner | None:
    team, person = standing.owner_team, standing.owner_person
    if team is None and person is None:
        return None
    return Owner(team.name if team else "", team.slug if team else "", str(person) if person else "")


def _closing(candidate: Candidate) -> Closing | None:
    if candidate.closed_at is None:
        return None
    return Closing(str(candidate.closed_by), candidate.closed_at, candidate.close_note)

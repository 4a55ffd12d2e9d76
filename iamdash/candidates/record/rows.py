"""What the records of some candidates are made of: rows and journal lines, in queries that do not grow with them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from iamdash.models import AccessKey, Candidate, Claim, Event, ExceptionGrant, IamUser, Note, Replacement, SyncRun
from iamdash.models.question import Question, ask, given_keys

THEIRS, OF_THESE = given_keys("iam_users"), given_keys("candidates")
CANDIDATES = Question(
    Candidate.objects.filter(pk__in=OF_THESE, standing__isnull=False).select_related(
        "iam_user__aws_account", "standing", "closed_by"
    )
)
ACCESS_KEYS = Question(AccessKey.objects.filter(iam_user__in=THEIRS))
SUCCESSORS = Question(IamUser.objects.filter(predecessor__in=THEIRS).order_by("created_at"))
CLAIMS = Question(
    Claim.objects.filter(candidate__in=OF_THESE)
    .select_related("team", "person", "ended_by")
    .order_by("claimed_at", "pk")
)
LINKS = Question(
    Replacement.objects.filter(candidate__in=OF_THESE)
    .select_related("iam_role", "linked_by", "unlinked_by")
    .order_by("linked_at", "pk")
)
EXCEPTIONS = Question(
    ExceptionGrant.objects.filter(candidate__in=OF_THESE)
    .select_related("asked_by", "approved_by", "declined_by", "ended_by")
    .order_by("asked_at", "pk")
)
NOTES = Question(Note.objects.filter(candidate__in=OF_THESE).select_related("written_by").order_by("written_at", "pk"))


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything about one candidate, oldest first; `sync_runs`: those that its journal names, by number."""

    candidate: Candidate
    access_keys: Sequence[AccessKey]
    claims: Sequence[Claim]
    replacements: Sequence[Replacement]
    exceptions: Sequence[ExceptionGrant]
    notes: Sequence[Note]
    events: Sequence[Event]
    successors: Sequence[IamUser]
    sync_runs: dict[int, SyncRun]


def fetch(numbers: Sequence[int]) -> list[Rows]:
    """Return the rows of these candidates, in this order; a number that is none is left out. Four round trips."""
    found = CANDIDATES.of(candidates=list(numbers))
    ask(found, plan_once=True)
    candidates = {candidate.pk: candidate for candidate in found}
    here, iam_users = list(candidates.values()), [candidate.iam_user_id for candidate in candidates.values()]
    access_keys, successors = ACCESS_KEYS.of(iam_users=iam_users), SUCCESSORS.of(iam_users=iam_users)
    claims, links = CLAIMS.of(candidates=list(candidates)), LINKS.of(candidates=list(candidates))
    exceptions, notes = EXCEPTIONS.of(candidates=list(candidates)), NOTES.of(candidates=list(candidates))
    ask(access_keys, successors, claims, links, exceptions, notes, plan_once=True)
    keys_of, successors_of = _by("iam_user_id", access_keys), _by("predecessor_id", successors)
    claims_of, links_of = _by("candidate_id", claims), _by("candidate_id", links)
    exceptions_of, notes_of = _by("candidate_id", exceptions), _by("candidate_id", notes)
    events = _events(here)
    numbers_of_runs = {event.sync_run_number for lines in events.values() for event in lines if event.sync_run_number}
    sync_runs = SyncRun.objects.in_bulk(numbers_of_runs)
    return [
        Rows(
            candidate=candidates[number],
            access_keys=keys_of[candidates[number].iam_user_id],
            claims=claims_of[number],
            replacements=links_of[number],
            exceptions=exceptions_of[number],
            notes=notes_of[number],
            events=events[number],
            successors=successors_of[candidates[number].iam_user_id],
            sync_runs=sync_runs,
        )
        for number in numbers
        if number in candidates
    ]


def _events(candidates: Iterable[Candidate]) -> dict[int, list[Event]]:
    """Return the journal by candidate: lines about it by its number, and lines about its IAM user by unique ID."""
    by_number = {candidate.pk: candidate for candidate in candidates}
    by_identity = {
        (candidate.iam_user.aws_account_id, candidate.iam_user.unique_id): candidate.pk for candidate in candidates
    }
    about = Q(candidate_number__in=by_number) | Q(unique_id__in=[unique_id for _account, unique_id in by_identity])
    found: dict[int, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(about).order_by("at", "pk"):
        number = event.candidate_number or by_identity.get((event.aws_account_id, event.unique_id))
        if number in by_number:
            found[number].append(event)
    return found


def _by(attribute: str, rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, attribute)].append(row)
    return found

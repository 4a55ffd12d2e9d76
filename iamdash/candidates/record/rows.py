"""What the records of some candidates are made of: rows and journal lines, in queries that do not grow with them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from iamdash.models import AccessKey, Candidate, Claim, Event, ExceptionGrant, IamUser, Note, Replacement, SyncRun

RELATED = ("iam_user__aws_account", "standing", "closed_by")


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
    """Return the rows of these candidates, in this order; a number that is none is left out. Nine queries."""
    candidates = Candidate.objects.filter(standing__isnull=False).select_related(*RELATED).in_bulk(list(numbers))
    here = list(candidates.values())
    iam_users = [candidate.iam_user_id for candidate in here]
    keys = _by("iam_user_id", AccessKey.objects.filter(iam_user__in=iam_users))
    claims = Claim.objects.filter(candidate__in=here).select_related("team", "person", "ended_by")
    links = Replacement.objects.filter(candidate__in=here).select_related("iam_role", "linked_by", "unlinked_by")
    exceptions = ExceptionGrant.objects.filter(candidate__in=here).select_related(
        "asked_by", "approved_by", "declined_by", "ended_by"
    )
    notes = Note.objects.filter(candidate__in=here).select_related("written_by")
    claims_of = _by("candidate_id", claims.order_by("claimed_at", "pk"))
    links_of = _by("candidate_id", links.order_by("linked_at", "pk"))
    exceptions_of = _by("candidate_id", exceptions.order_by("asked_at", "pk"))
    notes_of = _by("candidate_id", notes.order_by("written_at", "pk"))
    successors = _by("predecessor_id", IamUser.objects.filter(predecessor__in=iam_users).order_by("created_at"))
    events = _events(here)
    numbers_of_runs = {event.sync_run_number for lines in events.values() for event in lines if event.sync_run_number}
    sync_runs = SyncRun.objects.in_bulk(numbers_of_runs)
    return [
        Rows(
            candidate=candidates[number],
            access_keys=keys[candidates[number].iam_user_id],
            claims=claims_of[number],
            replacements=links_of[number],
            exceptions=exceptions_of[number],
            notes=notes_of[number],
            events=events[number],
            successors=successors[candidates[number].iam_user_id],
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

"""Assess: open the candidates that have come up, and store the rules' answer wherever it differs.

Runs inside the transaction of whatever changed the facts, so that stored and computed never part.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from iamdash.models import Candidate, IamUser, Replacement, Standing, bulk
from iamdash.models.journal import Event, record_all
from iamdash.rules.assess import assess as judge
from iamdash.rules.facts import CandidateFacts, Thresholds
from iamdash.rules.stage import Stage
from iamdash.rules.steps.gone import proved_gone
from iamdash.rules.steps.reason import reason_for
from iamdash.standing import entries
from iamdash.standing.due import due_iam_users
from iamdash.standing.facts import facts_of
from iamdash.standing.going_down import claim_ended, lost_evidence, lost_steps, reopening
from iamdash.standing.lines import Line
from iamdash.standing.row import COLUMNS, differing, row
from iamdash.standing.thresholds import thresholds
from iamdash.standing.workloads import group

AT_ONCE = 500


class Cause(StrEnum):
    """What changed: AWS's evidence, what people said, or nothing but the time. A fall by people is no reopening."""

    AWS = "aws"
    PEOPLE = "people"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Occasion:
    """When, why and by whom the answers are looked at again; for the journal."""

    now: datetime
    cause: Cause
    actor: str
    sync_run: int | None


def assess(
    iam_user_ids: Collection[int], *, now: datetime, cause: Cause, actor: str, sync_run: int | None = None
) -> None:
    """Bring the stored answers of these IAM users up to date; open a candidate for each that has become one.

    `actor` and `sync_run` go to the journal as `Event` has them. Call it last, in the transaction that changed the
    facts: it locks the IAM users until that ends, so that two assessments of one candidate follow each other and the
    later one sees what the earlier one changed. Candidates that share a replacement role with these come along.
    """
    with transaction.atomic():
        concerned = lock(iam_user_ids)
        # Only now: whoever changes the limits assesses everybody, and may have been waited for.
        limits, occasion = thresholds(), Occasion(now, cause, actor, sync_run)
        portions = [concerned[start : start + AT_ONCE] for start in range(0, len(concerned), AT_ONCE)]
        for some in portions:
            facts, opened = _open(facts_of(some), limits, occasion)
            _store(facts, opened, limits, occasion)
        # Last, when all are locked: whoever waits for a new workload holds nothing that this still needs.
        group(concerned, limits.environments)
        for some in portions:
            entries.refresh(some)


def assess_due(now: datetime) -> int:
    """Re-assess whatever the passing of time has changed by `now`; return how many IAM users were looked at."""
    due = due_iam_users(thresholds(), now)
    assess(due, now=now, cause=Cause.CLOCK, actor="clock")
    return len(due)


def lock(iam_user_ids: Collection[int]) -> list[int]:
    """Lock these IAM users, and those that share a replacement role with them, to the end of the transaction.

    Return them all, in the one order in which everybody locks them, so that two cannot wait for each other.
    """
    concerned = sorted({*iam_user_ids, *_sharers(iam_user_ids)})
    # Without FOR KEY, so that new keys may be added.
    rows = IamUser.objects.filter(pk__in=bulk.among(concerned)).order_by("pk").select_for_update(no_key=True)
    list(rows.values_list("pk", flat=True))
    return concerned


def _sharers(iam_user_ids: Collection[int]) -> set[int]:
    """Return who is linked to a role that these are, or were, linked to: sharing it is a fact about each of them."""
    theirs = Replacement.objects.filter(candidate__iam_user__in=bulk.among(iam_user_ids))
    shared = Replacement.objects.filter(iam_role__in=theirs.values("iam_role"), unlinked_at=None)
    return set(shared.values_list("candidate__iam_user", flat=True))


def _open(
    facts: dict[int, CandidateFacts], limits: Thresholds, occasion: Occasion
) -> tuple[dict[int, CandidateFacts], dict[int, Candidate]]:
    """Open a candidate for every IAM user that has become one; return the facts of all candidates, and the new ones."""
    known = {pk: each for pk, each in facts.items() if each.opened_at is not None}
    new = {
        pk: replace(each, opened_at=occasion.now)
        for pk, each in facts.items()
        if each.opened_at is None and reason_for(each, thresholds=limits, now=occasion.now) is not None
    }
    rows = [bulk.unsaved(Candidate, iam_user_id=pk, opened_at=occasion.now) for pk in sorted(new)]
    bulk.insert(rows)
    return known | new, {candidate.iam_user_id: candidate for candidate in rows}


def _store(
    facts: dict[int, CandidateFacts], opened: dict[int, Candidate], limits: Thresholds, occasion: Occasion
) -> None:
    """Write what differs from the stored answers, and a line for every candidate that was opened or has moved."""
    candidates = {
        candidate.iam_user_id: candidate
        for candidate in Candidate.objects.filter(iam_user__in=bulk.among(facts)).select_related(
            "standing", "closed_by"
        )
    }
    first: list[Standing] = []
    changed: list[Standing] = []
    events: list[Event] = []
    seen_again: list[Candidate] = []
    for pk in sorted(facts):
        candidate = candidates[pk]
        before: Standing | None = getattr(candidate, "standing", None)
        line = Line(candidate, facts[pk], occasion.now, occasion.actor, occasion.sync_run)
        if candidate.closed_at is not None and not proved_gone(facts[pk]):
            seen_again.append(candidate)
            facts[pk] = replace(facts[pk], closed_at=None)
        assessment = judge(facts[pk], thresholds=limits, now=occasion.now)
        by_people = occasion.cause is Cause.PEOPLE
        lost = () if by_people else lost_evidence(before, assessment)
        step_back = reopening(
            before,
            assessment,
            lost=bool(lost),
            by_people=by_people or claim_ended(before, assessment),
            recreated=pk in opened and facts[pk].recreates_candidate is not None,
            now=occasion.now,
        )
        after = row(candidate.pk, facts[pk], assessment, thresholds=limits, step_back=step_back)
        if before is None:
            first.append(after)
        elif differing(before, after, now=occasion.now):
            changed.append(after)
        if pk in opened:
            events.append(line.opened(assessment))
        elif before is not None and (lost or assessment.stage != before.stage):
            if lost and step_back.fell_from:
                events.append(line.reopened(step_back.fell_from, lost_steps(before, assessment), assessment, lost))
            else:
                events.append(line.moved(Stage(before.stage), assessment))
    _withdraw_close(seen_again)
    bulk.insert(first)
    bulk.save(changed, COLUMNS)
    record_all(events)


def _withdraw_close(candidates: list[Candidate]) -> None:
    """Take back the sign-off of what turned out not to be gone; the line that says so keeps who had signed."""
    numbers = [candidate.pk for candidate in candidates]
    if numbers:
        Candidate.objects.filter(pk__in=numbers).update(closed_at=None, closed_by=None, close_note="")

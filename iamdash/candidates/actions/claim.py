"""Claim, release, hand over, assign: which team and which person answer for a candidate. One claim stands at a time."""

from datetime import datetime

from django.db import transaction

from iamdash.candidates.actions.deciding import (
    accepting,
    assigning,
    claiming,
    confirming,
    declining,
    handing_over,
    releasing,
    taking_over,
    withdrawing,
)
from iamdash.candidates.actions.errors import Refused
from iamdash.candidates.actions.holding import Decision, carry_out, hold
from iamdash.models import Candidate, Claim, Person, Team


@transaction.atomic
def claim(*, candidate: Candidate, team: Team, by: Person, now: datetime) -> Claim:
    """Say "this is ours": `by` answers for the candidate, in the name of `team`. Return the claim that stands.

    An engineer claims for a team that they belong to, a lead for any team. Saying it again changes nothing.
    Raises NotPermitted, AlreadyClaimed, and Refused where there is nothing left to claim.
    """
    return _standing(candidate, claiming(team=team, by=by, now=now), by=by, now=now)


@transaction.atomic
def release(*, candidate: Candidate, by: Person, now: datetime) -> None:
    """End the claim that stands: nobody answers for the candidate any more. It undoes a claim.

    For whoever holds the claim, their team, or a lead. Raises NotPermitted, and Refused where nobody has claimed it.
    """
    _decide(candidate, releasing(by=by), by=by, now=now)


@transaction.atomic
def confirm(*, candidate: Candidate, by: Person, now: datetime) -> Claim:
    """Say "still ours": the claim's days begin anew. Return it. Within a day of the last time nothing changes.

    For whoever holds the claim, their team, or a lead. Raises NotPermitted, and Refused where nobody has claimed it.
    """
    return _standing(candidate, confirming(by=by, now=now), by=by, now=now)


@transaction.atomic
def take_over(*, candidate: Candidate, by: Person, now: datetime) -> Claim:
    """Answer for what somebody has claimed who left: the team, or iamdash. Return the new claim.

    For their team, or a lead. Raises NotPermitted, and Refused where nobody claimed it or whoever did is here.
    """
    return _standing(candidate, taking_over(by=by, now=now), by=by, now=now)


@transaction.atomic
def hand_over(*, candidate: Candidate, team: Team, person: Person, by: Person, now: datetime) -> Claim:
    """Offer the claim that stands to another team or person, who accepts or declines; a new offer replaces the last.

    Return the claim that stands: the same, until it is accepted; `by` themselves need no asking. For whoever holds the
    claim, their team, or a lead. Raises NotPermitted, and Refused where nobody has claimed it or `person` cannot answer
    for `team`.
    """
    return _standing(candidate, handing_over(team=team, person=person, by=by, now=now), by=by, now=now)


@transaction.atomic
def accept_offer(*, candidate: Candidate, by: Person, now: datetime) -> Claim:
    """Take what was offered to `by`. Return the new claim. Raises Refused where it is not offered to them any more."""
    return _standing(candidate, accepting(by=by, now=now), by=by, now=now)


@transaction.atomic
def decline_offer(*, candidate: Candidate, by: Person, now: datetime) -> None:
    """Leave with its holder what was offered to `by`. Raises Refused where it is not offered to them any more."""
    _decide(candidate, declining(by=by), by=by, now=now)


@transaction.atomic
def withdraw_offer(*, candidate: Candidate, by: Person, now: datetime) -> None:
    """Take an offer back. For whoever holds the claim, their team, or a lead. Raises NotPermitted, Refused."""
    _decide(candidate, withdrawing(by=by), by=by, now=now)


@transaction.atomic
def assign(*, candidate: Candidate, team: Team, person: Person, by: Person, now: datetime) -> Claim:
    """Decide who answers for a candidate, whether somebody has claimed it or not. Return the claim that stands.

    For a lead. Assigning whom it has already changes nothing. Raises NotPermitted, and Refused where `person` cannot
    answer for `team` or there is nothing left to claim.
    """
    return _standing(candidate, assigning(team=team, person=person, by=by, now=now), by=by, now=now)


def _standing(candidate: Candidate, decide: Decision, *, by: Person, now: datetime) -> Claim:
    claim_of = _decide(candidate, decide, by=by, now=now)
    if claim_of is None:
        raise Refused("Nobody answers for it any more.")
    return claim_of


def _decide(candidate: Candidate, decide: Decision, *, by: Person, now: datetime) -> Claim | None:
    """Carry the decision out, and return the claim that stands then."""
    [held] = hold([candidate.pk], now=now)
    change = decide(held)
    if change is None:
        return held.claim
    carry_out([change], by=by, now=now)
    return change.begins if change.keeps is None else held.claim

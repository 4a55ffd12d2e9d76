"""What becomes of the claim on one candidate: each function makes the decision that its action takes.

A decision looks at a candidate whose rows are locked; it returns the change, or None where it is so already, and raises
Refused (NotPermitted, AlreadyClaimed) where it cannot be. What holds for every candidate is asked when it is made.
"""

from datetime import datetime, timedelta

from iamdash.candidates.actions.change import refuse_if_closed, require
from iamdash.candidates.actions.errors import AlreadyClaimed, NotPermitted, Refused
from iamdash.candidates.actions.holding import (
    Change,
    Decision,
    Held,
    begin,
    claim_to_end,
    holder,
    may_answer_for,
    refuse_who_cannot_answer,
    teams_of,
)
from iamdash.models import AccessLevel, Claim, Person, Team
from iamdash.rules.sentence import ago

A_DAY = timedelta(days=1)


def claiming(*, team: Team, by: Person, now: datetime) -> Decision:
    """Decide that `by` answers for what nobody has claimed, in the name of `team`."""
    require(by, AccessLevel.ENGINEER, "claim a candidate")
    if not may_answer_for(team, by):
        raise NotPermitted(
            f"You are not a member of {team}. Claim for a team of yours, or ask a lead to assign the candidate."
        )

    def decide(held: Held) -> Change | None:
        refuse_if_closed(held.candidate)
        if held.is_held_by(by, team):
            return None
        if held.claim:
            raise AlreadyClaimed(_who_has_it(held.claim, by, now), claim=held.claim)
        words = f"{by} claimed {held.candidate.iam_user.user_name} for {team}."
        return Change(held, "candidate.claimed", words, begin(held, team, by, now))

    return decide


def releasing(*, by: Person) -> Decision:
    """Decide that nobody answers for it any more."""
    require(by, AccessLevel.ENGINEER, "release a candidate")
    led = teams_of(by)

    def decide(held: Held) -> Change | None:
        claim = claim_to_end(held, by, led, "release it")
        words = f"{by} released {held.candidate.iam_user.user_name}, which {holder(claim)} had claimed."
        return Change(held, "candidate.released", words)

    return decide


def confirming(*, by: Person, now: datetime) -> Decision:
    """Decide that a claim still holds, so that its days begin anew."""
    require(by, AccessLevel.ENGINEER, "confirm a claim")
    theirs = teams_of(by)

    def decide(held: Held) -> Change | None:
        claim = claim_to_end(held, by, theirs, "confirm it")
        if now - claim.confirmed_at < A_DAY:
            return None
        words = f"{by} said that {holder(claim)} still answers for {held.candidate.iam_user.user_name}."
        return Change(held, "candidate.claim_confirmed", words, confirms=True)

    return decide


def taking_over(*, by: Person, now: datetime) -> Decision:
    """Decide that `by` answers for what somebody has claimed who cannot do so any more."""
    require(by, AccessLevel.ENGINEER, "take over a candidate")
    theirs = teams_of(by)

    def decide(held: Held) -> Change | None:
        claim = claim_to_end(held, by, theirs, "take it over")
        if held.is_held_by(by, claim.team):
            return None
        if not claim.why_left:
            raise Refused(f"{holder(claim)} still answers for it. Ask them to hand it over.")
        words = f"{by} took {held.candidate.iam_user.user_name} over from {holder(claim)}, who {claim.why_left}."
        return Change(held, "candidate.taken_over", words, begin(held, claim.team, by, now))

    return decide


def handing_over(*, team: Team, person: Person, by: Person, now: datetime) -> Decision:
    """Decide that a claim that stands passes to `person` of `team`."""
    require(by, AccessLevel.ENGINEER, "hand over a candidate")
    led = teams_of(by)

    def decide(held: Held) -> Change | None:
        claim_to_end(held, by, led, "hand it over")
        if held.is_held_by(person, team):
            return None
        refuse_who_cannot_answer(team, person)
        words = f"{by} handed {held.candidate.iam_user.user_name} over to {person} ({team})."
        return Change(held, "candidate.handed_over", words, begin(held, team, person, now))

    return decide


def assigning(*, team: Team, person: Person, by: Person, now: datetime) -> Decision:
    """Decide that `person` of `team` answers for it, whether somebody has claimed it or not."""
    require(by, AccessLevel.LEAD, "assign a candidate")
    refuse_who_cannot_answer(team, person)

    def decide(held: Held) -> Change | None:
        refuse_if_closed(held.candidate)
        if held.is_held_by(person, team):
            return None
        words = f"{by} assigned {held.candidate.iam_user.user_name} to {person} ({team})."
        return Change(held, "candidate.assigned", words, begin(held, team, person, now))

    return decide


def _who_has_it(claim: Claim, by: Person, now: datetime) -> str:
    since = ago(claim.claimed_at, now=now)
    if claim.person_id == by.pk:
        return f"You claimed it for {claim.team} {since}. Hand it over to change the team."
    return f"{holder(claim)} claimed it {since}. Ask them, or a lead, to hand it over."

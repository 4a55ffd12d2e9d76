"""What becomes of the claim on one candidate: each function makes the decision that its action takes.

A decision looks at a candidate whose rows are locked; it returns the change, or None where it is so already, and raises
Refused (NotPermitted, AlreadyClaimed) where it cannot be. What holds for every candidate is asked when it is made.
"""

from datetime import datetime, timedelta

from iamdash.candidates.actions.change import refuse_if_closed, require
from iamdash.candidates.actions.errors import AlreadyClaimed, NotPermitted, Refused
from iamdash.candidates.actions.holding import (
    NOT_OFFERED,
    Change,
    Decision,
    Held,
    begin,
    claim_to_change,
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
    theirs = teams_of(by)

    def decide(held: Held) -> Change | None:
        claim = claim_to_change(held, by, theirs, "release it")
        words = f"{by} released {held.candidate.iam_user.user_name}, which {holder(claim)} had claimed."
        return Change(held, "candidate.released", words)

    return decide


def confirming(*, by: Person, now: datetime) -> Decision:
    """Decide that a claim still holds, so that its days begin anew."""
    require(by, AccessLevel.ENGINEER, "confirm a claim")
    theirs = teams_of(by)

    def decide(held: Held) -> Change | None:
        claim = claim_to_change(held, by, theirs, "confirm it")
        if claim.why_left and claim.person_id == by.pk:
            raise Refused(
                f"You are no longer in {claim.team}, and cannot answer for it. Hand it over, or release it.",
                in_short="of a team that you left: to be handed over or released",
            )
        if claim.why_left:
            raise Refused(
                f"{claim.person} {claim.why_left}, and cannot answer for it. Take it over, or hand it over.",
                in_short="of somebody who left: to be taken over",
            )
        if now - claim.confirmed_at < A_DAY:
            return None
        who = f"they ({claim.team}) still answer" if claim.person_id == by.pk else f"{holder(claim)} still answers"
        words = f"{by} said that {who} for {held.candidate.iam_user.user_name}."
        return Change(held, "candidate.claim_confirmed", words, keeps={"confirmed_at": now})

    return decide


def taking_over(*, by: Person, now: datetime) -> Decision:
    """Decide that `by` answers for what somebody has claimed who cannot do so any more."""
    require(by, AccessLevel.ENGINEER, "take over a candidate")
    theirs = teams_of(by)

    def decide(held: Held) -> Change | None:
        claim = claim_to_change(held, by, theirs, "take it over")
        if held.is_held_by(by, claim.team):
            return None
        if not claim.why_left:
            raise Refused(f"{holder(claim)} still answers for it. Ask them to hand it over.")
        words = f"{by} took {held.candidate.iam_user.user_name} over from {holder(claim)}, who {claim.why_left}."
        return Change(held, "candidate.taken_over", words, begin(held, claim.team, by, now))

    return decide


def handing_over(*, team: Team, person: Person, by: Person, now: datetime) -> Decision:
    """Decide that a claim that stands is offered to `person` of `team`; `by` themselves have it at once."""
    require(by, AccessLevel.ENGINEER, "hand over a candidate")
    theirs = teams_of(by)

    def decide(held: Held) -> Change | None:
        claim = claim_to_change(held, by, theirs, "hand it over")
        if held.is_held_by(person, team) or (claim.offered_person_id, claim.offered_team_id) == (person.pk, team.pk):
            return None
        refuse_who_cannot_answer(team, person)
        begins, name = begin(held, team, person, now), held.candidate.iam_user.user_name
        if person == by:
            return Change(held, "candidate.handed_over", f"{by} took {name} over from {holder(claim)}.", begins)
        words = f"{by} offered {name} to {holder(begins)}."
        offer = {"offered_team": team, "offered_person": person, "offered_by": by, "offered_at": now}
        return Change(held, "candidate.offered", words, keeps=offer, after={"team": team.pk, "person": person.email})

    return decide


def accepting(*, by: Person, now: datetime) -> Decision:
    """Decide that `by` takes what was offered to them."""
    require(by, AccessLevel.ENGINEER, "accept a candidate")

    def decide(held: Held) -> Change | None:
        claim, team = _offered_to(held, by)
        refuse_who_cannot_answer(team, by)
        begins = begin(held, team, by, now)
        words = f"{by} accepted {held.candidate.iam_user.user_name} from {holder(claim)}, for {team}."
        return Change(held, "candidate.handed_over", words, begins)

    return decide


def declining(*, by: Person) -> Decision:
    """Decide that `by` does not take what was offered to them: the claim stands as it did."""
    require(by, AccessLevel.ENGINEER, "decline a candidate")

    def decide(held: Held) -> Change | None:
        claim, _team = _offered_to(held, by)
        words = f"{by} declined {held.candidate.iam_user.user_name}: {holder(claim)} still answers for it."
        return Change(held, "candidate.offer_declined", words, keeps=NOT_OFFERED)

    return decide


def withdrawing(*, by: Person) -> Decision:
    """Decide that a claim is no longer offered to anybody."""
    require(by, AccessLevel.ENGINEER, "withdraw an offer")
    theirs = teams_of(by)

    def decide(held: Held) -> Change | None:
        claim = claim_to_change(held, by, theirs, "withdraw the offer")
        if claim.offered_person is None:
            raise Refused("It is offered to nobody any more.")
        words = f"{by} withdrew the offer of {held.candidate.iam_user.user_name} to {claim.offered_person}."
        return Change(held, "candidate.offer_withdrawn", words, keeps=NOT_OFFERED)

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


def _offered_to(held: Held, by: Person) -> tuple[Claim, Team]:
    refuse_if_closed(held.candidate)
    claim = held.claim
    if claim is None or claim.offered_team is None or claim.offered_person != by:
        raise Refused("It is not offered to you, or no longer.")
    return claim, claim.offered_team


def _who_has_it(claim: Claim, by: Person, now: datetime) -> str:
    since = ago(claim.claimed_at, now=now)
    if claim.person_id == by.pk:
        return f"You claimed it for {claim.team} {since}. Hand it over to change the team."
    return f"{holder(claim)} claimed it {since}. Ask them, or a lead, to hand it over."

"""The claim that stands on a candidate, as its page shows it: who answers for it, until when, to whom it is offered."""

from dataclasses import dataclass
from datetime import datetime

from iamdash.models import Candidate, Claim, Standing
from iamdash.models.claim import standing_claims


@dataclass(frozen=True, slots=True)
class Offer:
    """To whom the claim is offered; it stands until they accept."""

    person_pk: int
    person: str
    team: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StandingClaim:
    """The claim that stands. `claim` is its number: forms send it back, so that a change in between is noticed.

    `lapses_at`: unless somebody confirms it; None: it does not. `why_left`: why its person can no longer answer for it.
    """

    claim: int
    team_slug: str
    team: str
    person_pk: int
    person: str
    claimed_at: datetime
    confirmed_at: datetime
    lapses_at: datetime | None
    lapses_soon_from: datetime | None
    why_left: str
    offer: Offer | None


def standing_claim(candidate: Candidate, *, now: datetime) -> StandingClaim | None:
    """Return the claim that stands now. One query."""
    return as_shown(standing_claims().filter(candidate=candidate).first(), candidate.standing, now=now)


def as_shown(claim: Claim | None, standing: Standing, *, now: datetime) -> StandingClaim | None:
    """Return a claim as its page shows it; None also for one that has lapsed, though that is not on record yet."""
    if claim is None or (standing.claim_lapses_at and standing.claim_lapses_at <= now):
        return None
    return StandingClaim(
        claim=claim.pk,
        team_slug=claim.team.slug,
        team=claim.team.name,
        person_pk=claim.person.pk,
        person=str(claim.person),
        claimed_at=claim.claimed_at,
        confirmed_at=claim.confirmed_at,
        lapses_at=standing.claim_lapses_at,
        lapses_soon_from=standing.claim_warned_at,
        why_left=claim.why_left,
        offer=_offer(claim),
    )


def _offer(claim: Claim) -> Offer | None:
    if claim.offered_person is None or claim.offered_at is None:
        return None
    person = claim.offered_person
    return Offer(person.pk, str(person), str(claim.offered_team), str(claim.offered_by), claim.offered_at)

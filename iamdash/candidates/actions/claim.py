"""Claim, release, hand over, assign: which team and which person answer for a candidate. One claim stands at a time."""

from datetime import datetime

from django.db import transaction

from iamdash.candidates.actions.change import finish, is_deleted, locked, require
from iamdash.candidates.actions.errors import AlreadyClaimed, NotPermitted, Refused
from iamdash.models import AccessLevel, Candidate, Claim, Person, Team
from iamdash.rules.sentence import ago


@transaction.atomic
def claim(*, candidate: Candidate, team: Team, by: Person, now: datetime) -> Claim:
    """Say "this is ours": `by` answers for the candidate, in the name of `team`. Return the claim that stands.

    An engineer claims for a team that they belong to, a lead for any team. Saying it again changes nothing.
    Raises NotPermitted, AlreadyClaimed, and Refused where there is nothing left to claim.
    """
    require(by, AccessLevel.ENGINEER, "claim a candidate")
    if not _may_answer_for(team, by):
        raise NotPermitted(
            f"You are not a member of {team}. Claim for a team of yours, or ask a lead to assign the candidate."
        )
    fresh = locked(candidate)
    standing_claim = _standing_claim(fresh)
    if standing_claim and (standing_claim.person_id, standing_claim.team_id) == (by.pk, team.pk):
        return standing_claim
    if standing_claim:
        raise AlreadyClaimed(_who_has_it(standing_claim, by, now), claim=standing_claim)
    made = _begin(fresh, team, by, now)
    finish(
        fresh,
        by=by,
        now=now,
        kind="candidate.claimed",
        sentence=f"{by} claimed {fresh.iam_user.user_name} for {team}.",
        after=_as_json(made),
    )
    return made


@transaction.atomic
def release(*, candidate: Candidate, by: Person, now: datetime) -> None:
    """End the claim that stands: nobody answers for the candidate any more. It undoes a claim.

    For whoever holds the claim, their team, or a lead. Raises NotPermitted, and Refused where nobody has claimed it.
    """
    require(by, AccessLevel.ENGINEER, "release a candidate")
    fresh = locked(candidate)
    standing_claim = _claim_to_end(fresh, by, "release it")
    _end(standing_claim, by, now)
    finish(
        fresh,
        by=by,
        now=now,
        kind="candidate.released",
        sentence=f"{by} released {fresh.iam_user.user_name}, which {_holder(standing_claim)} had claimed.",
        before=_as_json(standing_claim),
    )


@transaction.atomic
def hand_over(*, candidate: Candidate, team: Team, person: Person, by: Person, now: datetime) -> Claim:
    """Pass the claim that stands to another team or person. Return the new claim; the same holder changes nothing.

    For whoever holds the claim, their team, or a lead. Raises NotPermitted, and Refused where nobody has claimed it or
    `person` cannot answer for `team`.
    """
    require(by, AccessLevel.ENGINEER, "hand over a candidate")
    fresh = locked(candidate)
    standing_claim = _claim_to_end(fresh, by, "hand it over")
    if (standing_claim.person_id, standing_claim.team_id) == (person.pk, team.pk):
        return standing_claim
    _refuse_who_cannot_answer(team, person)
    _end(standing_claim, by, now)
    made = _begin(fresh, team, person, now)
    finish(
        fresh,
        by=by,
        now=now,
        kind="candidate.handed_over",
        sentence=f"{by} handed {fresh.iam_user.user_name} over to {_holder(made)}.",
        before=_as_json(standing_claim),
        after=_as_json(made),
    )
    return made


@transaction.atomic
def assign(*, candidate: Candidate, team: Team, person: Person, by: Person, now: datetime) -> Claim:
    """Decide who answers for a candidate, whether somebody has claimed it or not. Return the claim that stands.

    For a lead. Assigning whom it has already changes nothing. Raises NotPermitted, and Refused where `person` cannot
    answer for `team` or there is nothing left to claim.
    """
    require(by, AccessLevel.LEAD, "assign a candidate")
    fresh = locked(candidate)
    standing_claim = _standing_claim(fresh)
    if standing_claim and (standing_claim.person_id, standing_claim.team_id) == (person.pk, team.pk):
        return standing_claim
    _refuse_who_cannot_answer(team, person)
    if standing_claim:
        _end(standing_claim, by, now)
    made = _begin(fresh, team, person, now)
    finish(
        fresh,
        by=by,
        now=now,
        kind="candidate.assigned",
        sentence=f"{by} assigned {fresh.iam_user.user_name} to {_holder(made)}.",
        before=_as_json(standing_claim) if standing_claim else None,
        after=_as_json(made),
    )
    return made


def _may_answer_for(team: Team, person: Person) -> bool:
    """Return whether `person` can hold a claim of `team`: an engineer in it, or a lead."""
    if person.may(AccessLevel.LEAD):
        return True
    return person.may(AccessLevel.ENGINEER) and team.members.filter(pk=person.pk).exists()


def _refuse_who_cannot_answer(team: Team, person: Person) -> None:
    if not person.may(AccessLevel.ENGINEER):
        raise Refused(f"{person} cannot change anything here. Choose somebody with engineer access or more.")
    if not _may_answer_for(team, person):
        raise Refused(f"{person} is not a member of {team}. Choose one of its members, or another team.")


def _standing_claim(candidate: Candidate) -> Claim | None:
    return candidate.claims.filter(ended_at=None).select_related("team", "person").first()


def _claim_to_end(candidate: Candidate, by: Person, deed: str) -> Claim:
    standing_claim = _standing_claim(candidate)
    if standing_claim is None:
        raise Refused(f"Nobody has claimed {candidate.iam_user.user_name}. Reload the page to see it as it is.")
    may = by.pk == standing_claim.person_id or _may_answer_for(standing_claim.team, by)
    if not may:
        raise NotPermitted(
            f"{_holder(standing_claim)} answers for it. Ask them, somebody in that team, or a lead to {deed}."
        )
    return standing_claim


def _begin(candidate: Candidate, team: Team, person: Person, now: datetime) -> Claim:
    if not team.in_config:
        raise Refused(f"{team} is no longer a team of this organisation. Choose another team.")
    if is_deleted(candidate):
        raise Refused(f"{candidate.iam_user.user_name} is proved gone from AWS: there is nothing left to claim.")
    return Claim.objects.create(candidate=candidate, team=team, person=person, claimed_at=now)


def _end(standing_claim: Claim, by: Person, now: datetime) -> None:
    standing_claim.ended_at, standing_claim.ended_by = now, by
    standing_claim.save(update_fields=["ended_at", "ended_by"])


def _who_has_it(standing_claim: Claim, by: Person, now: datetime) -> str:
    since = ago(standing_claim.claimed_at, now=now)
    if standing_claim.person_id == by.pk:
        return f"You claimed it for {standing_claim.team} {since}. Hand it over to change the team."
    return f"{_holder(standing_claim)} claimed it {since}. Ask them, or a lead, to hand it over."


def _holder(claim_of: Claim) -> str:
    return f"{claim_of.person} ({claim_of.team})"


def _as_json(claim_of: Claim) -> dict[str, str]:
    return {"team": claim_of.team_id, "person": claim_of.person.email}

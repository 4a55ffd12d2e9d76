"""Who answers for candidates: holding their rows, and carrying out what was decided (`deciding`) on each claim.

The actions on one candidate (`claim`) and on many (`bulk`) are both made of these, so that many are judged exactly as
one is.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from iamdash.candidates.actions.change import Line, finish_all, refuse_if_closed, write_lines
from iamdash.candidates.actions.errors import NotPermitted, Refused
from iamdash.models import AccessLevel, Candidate, Claim, Person, Team
from iamdash.models.claim import standing_claims
from iamdash.rules.moments import after
from iamdash.rules.stage import Stage
from iamdash.standing.assess import lock
from iamdash.standing.thresholds import thresholds

NOT_OFFERED: Mapping[str, Any] = dict.fromkeys(["offered_team", "offered_person", "offered_by", "offered_at"])
KEPT = ["confirmed_at", *NOT_OFFERED]


@dataclass(frozen=True, slots=True)
class Held:
    """A candidate whose rows are locked, and the claim that stands; or one that `lapsed` and was not ended yet."""

    candidate: Candidate
    claim: Claim | None
    lapsed: Claim | None
    is_deleted: bool

    def is_held_by(self, person: Person, team: Team) -> bool:
        """Return whether exactly this person answers for it, in the name of this team."""
        return self.claim is not None and (self.claim.person_id, self.claim.team_id) == (person.pk, team.pk)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one candidate: its claim ends, or `begins` begins, or both; or it goes on as `keeps` says.

    `keeps`: columns of the claim that stands, and their values. `after`: for the journal, where nothing begins.
    """

    held: Held
    kind: str
    sentence: str
    begins: Claim | None = None
    keeps: Mapping[str, Any] | None = None
    after: Mapping[str, str] | None = None


# Returns what to change, or None where it is so already. Raises Refused.
Decision = Callable[[Held], Change | None]


def hold(numbers: Collection[int], *, now: datetime) -> list[Held]:
    """Lock these candidates to the end of the transaction; return them as they are at `now`, by number."""
    lock(list(Candidate.objects.filter(pk__in=numbers).values_list("iam_user", flat=True)))
    candidates = Candidate.objects.filter(pk__in=numbers).order_by("pk").select_for_update(no_key=True, of=("self",))
    standing = standing_claims().filter(candidate__in=numbers)
    claims = {claim.candidate_id: claim for claim in standing}
    deleted = set(Candidate.objects.filter(pk__in=numbers, standing__stage=Stage.DELETED).values_list("pk", flat=True))
    days = thresholds().claim_days
    found = []
    for candidate in candidates.select_related("iam_user", "closed_by"):
        claim = claims.get(candidate.pk)
        is_deleted = candidate.pk in deleted
        if claim and not is_deleted and after(claim.confirmed_at, days=days) <= now:
            found.append(Held(candidate, None, claim, is_deleted))
        else:
            found.append(Held(candidate, claim, None, is_deleted))
    return found


def carry_out(changes: Collection[Change], *, by: Person, now: datetime) -> None:
    """End, begin and confirm the claims, one journal line each, and let the rules answer anew for all at once."""
    lapse([change.held for change in changes], now=now)
    kept, ended = [], []
    for change in changes:
        claim = change.held.claim
        if claim and change.keeps is None:
            ended.append(claim.pk)
        elif claim and change.keeps:
            for column, value in change.keeps.items():
                setattr(claim, column, value)
            kept.append(claim)
    Claim.objects.bulk_update(kept, KEPT)
    Claim.objects.filter(pk__in=ended).update(ended_at=now, ended_by=by, **NOT_OFFERED)
    Claim.objects.bulk_create([change.begins for change in changes if change.begins])
    finish_all([_line(change) for change in changes], actor=by.email, now=now)


def lapse(several: Iterable[Held], *, now: datetime) -> list[Candidate]:
    """End the claims that have lapsed, one journal line each; return the candidates, for the rules to judge anew."""
    lapsed = [(held.candidate, held.lapsed) for held in several if held.lapsed]
    Claim.objects.filter(pk__in=[claim.pk for _, claim in lapsed]).update(ended_at=now, lapsed=True, **NOT_OFFERED)
    write_lines([_lapse_line(candidate, claim) for candidate, claim in lapsed], actor="clock", now=now)
    return [candidate for candidate, _ in lapsed]


def begin(held: Held, team: Team, person: Person, now: datetime) -> Claim:
    """Return a claim, unsaved. Raises Refused where the candidate or the team is past being claimed."""
    if not team.in_config:
        raise Refused(
            f"{team} is no longer a team of this organisation. Choose another team.",
            in_short=f"not for {team}: it is no longer a team",
        )
    if held.is_deleted:
        raise Refused(
            f"{held.candidate.iam_user.user_name} is proved gone from AWS: there is nothing left to claim.",
            in_short="proved gone",
        )
    return Claim(candidate=held.candidate, team=team, person=person, claimed_at=now, confirmed_at=now)


def claim_to_change(held: Held, by: Person, theirs: Collection[str], deed: str) -> Claim:
    """Return the claim that stands, if `by` may change it: they hold it, are in its team (one of `theirs`), or lead."""
    refuse_if_closed(held.candidate)
    claim = held.claim
    if claim is None:
        lapsed = f"The claim of {holder(held.lapsed)} has lapsed. Claim it anew." if held.lapsed else ""
        raise Refused(
            lapsed or f"Nobody has claimed {held.candidate.iam_user.user_name}.", in_short="claimed by nobody"
        )
    if by.pk != claim.person_id and claim.team_id not in theirs and not by.may(AccessLevel.LEAD):
        raise NotPermitted(
            f"{holder(claim)} answers for it. Ask them, somebody in that team, or a lead to {deed}.",
            in_short=f"claimed by {claim.team}, so not yours to change",
        )
    return claim


def teams_of(person: Person) -> frozenset[str]:
    """Return the slugs of the teams in which this person can answer for a candidate."""
    if not person.may(AccessLevel.ENGINEER):
        return frozenset()
    return frozenset(person.teams.values_list("pk", flat=True))


def may_answer_for(team: Team, person: Person) -> bool:
    """Return whether `person` can hold a claim of `team`: an engineer in it, or a lead."""
    return person.may(AccessLevel.LEAD) or team.pk in teams_of(person)


def refuse_who_cannot_answer(team: Team, person: Person) -> None:
    """Raise Refused where `person` cannot hold a claim of `team`."""
    if not person.may(AccessLevel.ENGINEER):
        raise Refused(f"{person} cannot change anything here. Choose somebody with engineer access or more.")
    if not may_answer_for(team, person):
        raise Refused(f"{person} is not a member of {team}. Choose one of its members, or another team.")


def holder(claim: Claim) -> str:
    """Return who answers for it, in words."""
    return f"{claim.person} ({claim.team})"


def _lapse_line(candidate: Candidate, claim: Claim) -> Line:
    words = f"The claim of {holder(claim)} on {candidate.iam_user.user_name} lapsed: nobody had confirmed it."
    return Line(candidate, "candidate.claim_lapsed", words, _as_json(claim))


def _line(change: Change) -> Line:
    before, after = change.held.claim, change.begins
    return Line(
        change.held.candidate,
        change.kind,
        change.sentence,
        _as_json(before) if before else None,
        _as_json(after) if after else change.after,
    )


def _as_json(claim: Claim) -> dict[str, str]:
    return {"team": claim.team_id, "person": claim.person.email}

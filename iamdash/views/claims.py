"""Who answers for a candidate, said on its page: claimed, confirmed, released, handed over, taken over, assigned."""

from django.http import HttpRequest

from iamdash.candidates import actions
from iamdash.candidates.actions.change import locked_even_if_closed
from iamdash.candidates.queries.candidate.standing_claim import standing_claim
from iamdash.candidates.queries.choices import team_choices
from iamdash.models import AccessLevel, Person, Team
from iamdash.rules.sentence import ago
from iamdash.views.access import person_of
from iamdash.views.candidate import claimable
from iamdash.views.candidate_deeds import refuse_if_cadence_changed
from iamdash.views.deed import Said, deed
from iamdash.views.forms import AssignForm, ClaimForm, HandOverForm, PageForm


def _claim_form(request: HttpRequest) -> PageForm:
    return ClaimForm(request.POST, teams=claimable(team_choices(), person_of(request)))


@deed(_claim_form)
def claim(said: Said) -> str:
    """Claim it for a team."""
    team = Team.objects.get(pk=said.words["team"])
    actions.claim(candidate=said.candidate, team=team, by=said.by, now=said.now)
    refuse_if_cadence_changed(said)
    actions.declare_cadence(candidate=said.candidate, cadence=said.words["cadence"], by=said.by, now=said.now)
    return f"{said.candidate.iam_user.user_name} is yours."


@deed(focus="owner")
def release(said: Said) -> str:
    """End the claim."""
    _refuse_if_claim_changed(said)
    actions.release(candidate=said.candidate, by=said.by, now=said.now)
    return f"{said.candidate.iam_user.user_name} is released: nobody answers for it now."


@deed(lambda request: HandOverForm(request.POST, teams=team_choices()), focus="owner")
def hand_over(said: Said) -> str:
    """Offer the claim to another team or person."""
    _refuse_if_claim_changed(said)
    team, person = _team_and_person(said)
    stands = actions.hand_over(candidate=said.candidate, team=team, person=person, by=said.by, now=said.now)
    if stands.person == person and stands.team == team:
        return f"{person} ({team}) answers for {said.candidate.iam_user.user_name} now."
    return f"It is offered to {person} ({team}). Until they accept, nothing changes."


@deed(lambda request: AssignForm(request.POST, teams=team_choices()), focus="owner", level=AccessLevel.LEAD)
def assign(said: Said) -> str:
    """Decide who answers for it."""
    _refuse_if_claim_changed(said)
    team, person = _team_and_person(said)
    actions.assign(candidate=said.candidate, team=team, person=person, by=said.by, now=said.now)
    return f"{said.candidate.iam_user.user_name} is assigned to {person} ({team})."


@deed(focus="owner")
def confirm(said: Said) -> str:
    """Say that it is still theirs."""
    _refuse_if_claim_changed(said)
    actions.confirm(candidate=said.candidate, by=said.by, now=said.now)
    return "Confirmed: the days of the claim begin anew."


@deed(focus="owner")
def take_over(said: Said) -> str:
    """Answer for what somebody has claimed who left."""
    _refuse_if_claim_changed(said)
    actions.take_over(candidate=said.candidate, by=said.by, now=said.now)
    return f"{said.candidate.iam_user.user_name} is yours."


@deed(focus="owner")
def accept_offer(said: Said) -> str:
    """Take what was offered."""
    _refuse_if_claim_changed(said)
    actions.accept_offer(candidate=said.candidate, by=said.by, now=said.now)
    return f"{said.candidate.iam_user.user_name} is yours."


@deed(focus="owner")
def decline_offer(said: Said) -> str:
    """Leave what was offered with its holder."""
    _refuse_if_claim_changed(said)
    actions.decline_offer(candidate=said.candidate, by=said.by, now=said.now)
    stands = standing_claim(said.candidate, now=said.now)
    return f"Declined: {stands.person} ({stands.team}) still answers for it." if stands else "Declined."


@deed(focus="owner")
def withdraw_offer(said: Said) -> str:
    """Take an offer back."""
    _refuse_if_claim_changed(said)
    actions.withdraw_offer(candidate=said.candidate, by=said.by, now=said.now)
    return "The offer is withdrawn."


def _refuse_if_claim_changed(said: Said) -> None:
    """Raise Refused where another claim stands than the page showed."""
    locked_even_if_closed(said.candidate)
    stands = standing_claim(said.candidate, now=said.now)
    if said.has_seen(str(stands.claim) if stands else ""):
        return
    if stands is None:
        raise actions.Refused("Its claim ended while you were looking. Nobody answers for it now.")
    since = ago(stands.claimed_at, now=said.now)
    raise actions.Refused(f"While you were looking, it went to {stands.person} ({stands.team}), {since}.")


def _team_and_person(said: Said) -> tuple[Team, Person]:
    slug, person = said.words["to"]
    return Team.objects.get(pk=slug), Person.objects.get(pk=person)

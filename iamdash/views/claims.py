"""What is done to a claim that stands, on the page of its candidate: confirm it, take it over, answer its offer."""

from iamdash.candidates import actions
from iamdash.candidates.queries.candidate.standing_claim import standing_claim
from iamdash.views.candidate_deeds import Said, deed, refuse_if_claim_changed


@deed(focus="owner")
def confirm(said: Said) -> str:
    """Say that it is still theirs."""
    refuse_if_claim_changed(said)
    actions.confirm(candidate=said.candidate, by=said.by, now=said.now)
    return "Confirmed: the days of the claim begin anew."


@deed(focus="owner")
def take_over(said: Said) -> str:
    """Answer for what somebody has claimed who left."""
    refuse_if_claim_changed(said)
    actions.take_over(candidate=said.candidate, by=said.by, now=said.now)
    return f"{said.candidate.iam_user.user_name} is yours."


@deed(focus="owner")
def accept_offer(said: Said) -> str:
    """Take what was offered."""
    refuse_if_claim_changed(said)
    actions.accept_offer(candidate=said.candidate, by=said.by, now=said.now)
    return f"{said.candidate.iam_user.user_name} is yours."


@deed(focus="owner")
def decline_offer(said: Said) -> str:
    """Leave what was offered with its holder."""
    refuse_if_claim_changed(said)
    actions.decline_offer(candidate=said.candidate, by=said.by, now=said.now)
    stands = standing_claim(said.candidate, now=said.now)
    return f"Declined: {stands.person} ({stands.team}) still answers for it." if stands else "Declined."


@deed(focus="owner")
def withdraw_offer(said: Said) -> str:
    """Take an offer back."""
    refuse_if_claim_changed(said)
    actions.withdraw_offer(candidate=said.candidate, by=said.by, now=said.now)
    return "The offer is withdrawn."

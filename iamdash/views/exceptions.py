"""What excuses a candidate, done on its page: an exception asked for, decided on and ended; a block set and cleared."""

from iamdash.candidates import actions
from iamdash.candidates.actions.change import locked_even_if_closed
from iamdash.models import AccessLevel, ExceptionGrant
from iamdash.rules.sentence import day_in_words
from iamdash.views.deed import Said, deed, posted
from iamdash.views.forms import BlockForm, ExceptionForm

FOCUS = "leave-title"


@deed(posted(ExceptionForm), focus=FOCUS)
def ask_exception(said: Said) -> str:
    """Ask for an exception, or for more time."""
    actions.ask_exception(candidate=said.candidate, by=said.by, now=said.now, **said.words)
    return "Asked: a lead decides on it."


@deed(focus=FOCUS, level=AccessLevel.LEAD)
def approve_exception(said: Said) -> str:
    """Approve what somebody else asked for."""
    grant = _grant(said)
    actions.approve_exception(candidate=said.candidate, exception=grant, by=said.by, now=said.now)
    return f"Approved: it does not count as open until {day_in_words(grant.expires_on)}."


@deed(focus=FOCUS, level=AccessLevel.LEAD)
def decline_exception(said: Said) -> str:
    """Say no."""
    grant = _grant(said)
    actions.decline_exception(candidate=said.candidate, exception=grant, by=said.by, now=said.now)
    if grant.extends and grant.extends.ended_at is None:
        return f"Declined: the exception still ends on {day_in_words(grant.extends.expires_on)}."
    return "Declined: it stays open."


@deed(focus=FOCUS)
def end_exception(said: Said) -> str:
    """End what is in force, or withdraw the request."""
    locked_even_if_closed(said.candidate)
    grant = _grant(said)
    if not said.has_seen("approved" if grant.approved_at else "asked"):
        raise actions.Refused("While you were looking, a lead approved it. End the exception to take that back.")
    actions.end_exception(candidate=said.candidate, exception=grant, by=said.by, now=said.now)
    return "The exception is over: it counts as open again." if grant.approved_at else "The request is withdrawn."


@deed(posted(BlockForm), focus=FOCUS)
def block(said: Said) -> str:
    """Say what it waits for."""
    actions.block(candidate=said.candidate, by=said.by, now=said.now, **said.words)
    return "Noted: it is blocked, and stays open."


@deed(focus=FOCUS)
def unblock(said: Said) -> str:
    """Say that it waits no more."""
    actions.unblock(candidate=said.candidate, by=said.by, now=said.now)
    return "Noted: it is no longer blocked."


def _grant(said: Said) -> ExceptionGrant:
    grant = ExceptionGrant.objects.filter(pk=said.link).first()
    if grant is None:
        raise actions.Refused("There is no such exception.")
    return grant

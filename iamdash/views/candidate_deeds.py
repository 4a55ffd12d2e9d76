"""What people do on the page of a candidate besides saying whose it is: its route, its roles, its facts, its end."""

from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from iamdash import tasks
from iamdash.candidates import actions
from iamdash.candidates.actions.change import locked_even_if_closed
from iamdash.candidates.queries.candidate.page import chosen_route
from iamdash.inventory.check import ask_for_check, give_up
from iamdash.models import Check, IamRole, Replacement, TrackerLink
from iamdash.rules.sentence import ago, day_in_words
from iamdash.views.deed import Said, deed, posted
from iamdash.views.forms import CadenceForm, CloseForm, DueDateForm, LinkRoleForm, NoteForm, RouteForm, TrackerForm

# The way off the key -----------------------------------------------------------------------------------------------


@deed(posted(RouteForm))
def choose_route(said: Said) -> str:
    """Choose the route."""
    _refuse_if_route_changed(said)
    route = said.words["route"]
    actions.choose_route(candidate=said.candidate, route=route, by=said.by, now=said.now)
    return f"The route is {route.label}."


@deed(posted(LinkRoleForm))
def link_role(said: Said) -> str:
    """Link the role that takes over."""
    iam_role = IamRole.objects.filter(pk=said.words["iam_role"]).first()
    if iam_role is None:
        raise actions.Refused("There is no such role here. Search for it again.")
    actions.link_role(candidate=said.candidate, iam_role=iam_role, by=said.by, now=said.now)
    return f"The role {iam_role.role_name} is linked."


@deed(focus="roles-title")
def unlink_role(said: Said) -> str:
    """Take a role back."""
    link = Replacement.objects.filter(pk=said.link).select_related("iam_role").first()
    if link is None:
        raise actions.Refused("That role is not linked to this candidate.")
    actions.unlink_role(candidate=said.candidate, replacement=link, by=said.by, now=said.now)
    return f"The role {link.iam_role.role_name} is no longer linked."


@deed(posted(CadenceForm), focus="facts-title")
def declare_cadence(said: Said) -> str:
    """Say how often the keys are used."""
    cadence = said.words["cadence"]
    refuse_if_cadence_changed(said)
    actions.declare_cadence(candidate=said.candidate, cadence=cadence, by=said.by, now=said.now)
    return "Noted: the waiting time is judged by it." if cadence else "Noted: nobody knows how often it is used."


# Facts that people keep --------------------------------------------------------------------------------------------


@deed(lambda request: DueDateForm(request.POST, today=timezone.localdate()), focus="facts-title")
def set_due_date(said: Said) -> str:
    """Set or clear the due date."""
    due_on = said.words["due_on"]
    _refuse_if_due_date_changed(said)
    actions.set_due_date(candidate=said.candidate, due_on=due_on, by=said.by, now=said.now)
    return f"It is due on {day_in_words(due_on)}." if due_on else "It has no due date now."


@deed(posted(TrackerForm), focus="facts-title")
def link_tracker(said: Said) -> str:
    """Link the issue or pull request in which the work is tracked."""
    actions.link_tracker(candidate=said.candidate, url=said.words["url"], by=said.by, now=said.now)
    return "The link is on the page."


@deed(focus="facts-title")
def remove_tracker(said: Said) -> str:
    """Take such a link away."""
    tracker_link = TrackerLink.objects.filter(pk=said.link).first()
    if tracker_link is None:
        raise actions.Refused("That link does not belong to this candidate.")
    actions.remove_tracker(candidate=said.candidate, tracker_link=tracker_link, by=said.by, now=said.now)
    return "The link is removed."


@deed(posted(NoteForm), focus="timeline-title")
def write_note(said: Said) -> str:
    """Write a note."""
    actions.write_note(candidate=said.candidate, body=said.words["body"], by=said.by, now=said.now)
    return "Your note is on the timeline."


@deed(posted(CloseForm))
def close(said: Said) -> str:
    """Sign it off."""
    actions.close(candidate=said.candidate, note=said.words["note"], by=said.by, now=said.now)
    return f"{said.candidate.iam_user.user_name} is closed."


@deed(focus="check-now")
def check(said: Said) -> str:
    """Have AWS asked about this one IAM user, now."""
    iam_user = said.candidate.iam_user
    if iam_user.aws_account.removed_at is not None:
        raise actions.Refused(f"{iam_user.aws_account.name} is no longer read, so its users cannot be checked.")
    asked = ask_for_check(iam_user, by=said.by, now=said.now)
    transaction.on_commit(lambda: _order(asked))
    return f"AWS is being asked about {iam_user.user_name}."


def _order(asked: Check) -> None:
    try:
        tasks.check_now.apply_async(kwargs={"number": asked.pk})
    except OperationalError:
        give_up(asked, "The check could not be handed to a worker: the broker does not answer.", now=timezone.now())


# Somebody else changed it meanwhile ----------------------------------------------------------------------------------


def _refuse_if_route_changed(said: Said) -> None:
    chosen = chosen_route(locked_even_if_closed(said.candidate))
    if chosen is None or said.has_seen(chosen.route.value):
        return
    since = ago(chosen.chosen_at, now=said.now)
    raise actions.Refused(
        f"While you were looking, {chosen.chosen_by} chose {chosen.route.label}, {since}. Choose again to change that."
    )


def refuse_if_cadence_changed(said: Said) -> None:
    """Raise Refused where somebody else has said how often it is used since the page was shown."""
    cadence = locked_even_if_closed(said.candidate).cadence
    if cadence != (said.words["cadence"] or "") and not said.has_seen(cadence):
        raise actions.Refused("Somebody has just said how often it is used.")


def _refuse_if_due_date_changed(said: Said) -> None:
    due_on = locked_even_if_closed(said.candidate).due_on
    if said.has_seen(due_on.isoformat() if due_on else ""):
        return
    now_it_is = f"set it to {day_in_words(due_on)}" if due_on else "cleared it"
    raise actions.Refused(f"While you were looking, somebody {now_it_is}. Set it again to change that.")

"""Every deed that can be done on the page of a candidate: a form that is posted, an action, and back to the page.

Each function below turns what was said into one call of `candidates.actions` and returns the words that tell it was
done. `deed` makes a view of it: 422 with the form again where it was filled in wrongly, 409 with the page as it truly
is where somebody was faster or AWS says otherwise, 403 where this person may not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from iamdash import tasks
from iamdash.candidates import actions
from iamdash.candidates.actions.change import locked_even_if_closed
from iamdash.candidates.queries.candidate.page import chosen_route
from iamdash.candidates.queries.candidate.standing_claim import standing_claim
from iamdash.candidates.queries.choices import team_choices
from iamdash.inventory.check import ask_for_check, give_up
from iamdash.models import AccessLevel, Candidate, Check, IamRole, Person, Replacement, Team, TrackerLink
from iamdash.rules.sentence import ago
from iamdash.views.access import back_to, person_of, requires
from iamdash.views.candidate import candidate_or_404, claimable, show
from iamdash.views.forms import (
    AssignForm,
    CadenceForm,
    ClaimForm,
    CloseForm,
    DueDateForm,
    HandOverForm,
    LinkRoleForm,
    NoteForm,
    PageForm,
    RouteForm,
    TrackerForm,
)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody asked for: of which candidate, by whom, when, in which words.

    `seen`: what the page showed when the form was made, where a change in between matters; None: not said.
    `link`: the number of the link in the address, where the deed is about one.
    """

    candidate: Candidate
    by: Person
    now: datetime
    words: dict[str, Any]
    seen: str | None
    link: int


Deed = Callable[[Said], str]
MakeForm = Callable[[HttpRequest], PageForm]


def _form(kind: type[PageForm]) -> MakeForm:
    return lambda request: kind(request.POST)


NO_FIELDS = _form(PageForm)


def deed(
    make_form: MakeForm = NO_FIELDS, *, focus: str = "next-step", level: AccessLevel = AccessLevel.ENGINEER
) -> Callable[[Deed], Callable[..., HttpResponseBase]]:
    """Make a view of a deed. `focus`: the id of what to look at once it is done."""

    def decorate(do: Deed) -> Callable[..., HttpResponseBase]:
        @require_POST
        @requires(level)
        @wraps(do)
        def view(request: HttpRequest, number: int, link: int = 0) -> HttpResponse:
            candidate = candidate_or_404(number)
            form = make_form(request)
            if not form.is_valid():
                return show(request, candidate, refused_form=form, status=422)
            said = Said(
                candidate, person_of(request), timezone.now(), form.cleaned_data, request.POST.get("seen"), link
            )
            try:
                with transaction.atomic():
                    done = do(said)
            except actions.NotPermitted as refused:
                raise PermissionDenied(refused.sentence) from refused
            except actions.Refused as refused:
                return _refused(request, number, form, refused)
            return _done(request, number, done, focus)

        return view

    return decorate


def _refused(request: HttpRequest, number: int, form: PageForm, refused: actions.Refused) -> HttpResponse:
    """Answer with the page as it truly is, and what was typed still in its form."""
    truth = candidate_or_404(number)
    if refused.field in form.fields:
        form.add_error(refused.field, refused.sentence)
        return show(request, truth, refused_form=form, status=422)
    return show(request, truth, refused_form=form, refusal=refused.sentence, focus="refusal", status=409)


def _done(request: HttpRequest, number: int, words: str, focus: str) -> HttpResponse:
    if "HX-Request" in request.headers:
        return show(request, candidate_or_404(number), toast=words, focus=focus)
    messages.success(request, words)
    here = reverse("candidate", args=[number])
    return redirect(back_to(request, otherwise=f"{here}#{focus}"))


# Who answers for it ------------------------------------------------------------------------------------------------


def _claim_form(request: HttpRequest) -> PageForm:
    return ClaimForm(request.POST, teams=claimable(team_choices(), person_of(request)))


@deed(_claim_form)
def claim(said: Said) -> str:
    """Claim it for a team."""
    team = Team.objects.get(pk=said.words["team"])
    actions.claim(candidate=said.candidate, team=team, by=said.by, now=said.now)
    actions.declare_cadence(candidate=said.candidate, cadence=said.words["cadence"], by=said.by, now=said.now)
    return f"{said.candidate.iam_user.user_name} is yours."


@deed(focus="owner")
def release(said: Said) -> str:
    """End the claim."""
    refuse_if_claim_changed(said)
    actions.release(candidate=said.candidate, by=said.by, now=said.now)
    return f"{said.candidate.iam_user.user_name} is released: nobody answers for it now."


@deed(lambda request: HandOverForm(request.POST, teams=team_choices()), focus="owner")
def hand_over(said: Said) -> str:
    """Offer the claim to another team or person."""
    refuse_if_claim_changed(said)
    team, person = _team_and_person(said)
    stands = actions.hand_over(candidate=said.candidate, team=team, person=person, by=said.by, now=said.now)
    if stands.person == person and stands.team == team:
        return f"{person} ({team}) answers for {said.candidate.iam_user.user_name} now."
    return f"It is offered to {person} ({team}). Until they accept, nothing changes."


@deed(lambda request: AssignForm(request.POST, teams=team_choices()), focus="owner", level=AccessLevel.LEAD)
def assign(said: Said) -> str:
    """Decide who answers for it."""
    refuse_if_claim_changed(said)
    team, person = _team_and_person(said)
    actions.assign(candidate=said.candidate, team=team, person=person, by=said.by, now=said.now)
    return f"{said.candidate.iam_user.user_name} is assigned to {person} ({team})."


# The way off the key -----------------------------------------------------------------------------------------------


@deed(_form(RouteForm))
def choose_route(said: Said) -> str:
    """Choose the route."""
    _refuse_if_route_changed(said)
    route = said.words["route"]
    actions.choose_route(candidate=said.candidate, route=route, by=said.by, now=said.now)
    return f"The route is {route.label}."


@deed(_form(LinkRoleForm))
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


@deed(_form(CadenceForm), focus="facts-title")
def declare_cadence(said: Said) -> str:
    """Say how often the keys are used."""
    cadence = said.words["cadence"]
    if said.seen is not None and said.candidate.cadence not in {said.seen, cadence or ""}:
        raise actions.Refused("Somebody has just said how often it is used.")
    actions.declare_cadence(candidate=said.candidate, cadence=cadence, by=said.by, now=said.now)
    return "Noted: the waiting time is judged by it." if cadence else "Noted: nobody knows how often it is used."


# Facts that people keep --------------------------------------------------------------------------------------------


@deed(lambda request: DueDateForm(request.POST, today=timezone.localdate()), focus="facts-title")
def set_due_date(said: Said) -> str:
    """Set or clear the due date."""
    due_on = said.words["due_on"]
    _refuse_if_due_date_changed(said)
    actions.set_due_date(candidate=said.candidate, due_on=due_on, by=said.by, now=said.now)
    return f"It is due on {due_on.day} {due_on:%b %Y}." if due_on else "It has no due date now."


@deed(_form(TrackerForm), focus="facts-title")
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


@deed(_form(NoteForm), focus="timeline-title")
def write_note(said: Said) -> str:
    """Write a note."""
    actions.write_note(candidate=said.candidate, body=said.words["body"], by=said.by, now=said.now)
    return "Your note is on the timeline."


@deed(_form(CloseForm))
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


def refuse_if_claim_changed(said: Said) -> None:
    """Raise Refused where another claim stands than the page showed."""
    locked_even_if_closed(said.candidate)
    stands = standing_claim(said.candidate, now=said.now)
    if said.seen is None or said.seen == (str(stands.claim) if stands else ""):
        return
    if stands is None:
        raise actions.Refused("Its claim ended while you were looking. Nobody answers for it now.")
    since = ago(stands.claimed_at, now=said.now)
    raise actions.Refused(f"While you were looking, it went to {stands.person} ({stands.team}), {since}.")


def _refuse_if_route_changed(said: Said) -> None:
    chosen = chosen_route(locked_even_if_closed(said.candidate))
    if chosen is None or said.seen is None or said.seen == chosen.route.value:
        return
    since = ago(chosen.chosen_at, now=said.now)
    raise actions.Refused(
        f"While you were looking, {chosen.chosen_by} chose {chosen.route.label}, {since}. Choose again to change that."
    )


def _refuse_if_due_date_changed(said: Said) -> None:
    due_on = locked_even_if_closed(said.candidate).due_on
    if said.seen is None or said.seen == (due_on.isoformat() if due_on else ""):
        return
    now_it_is = f"set it to {due_on.day} {due_on:%b %Y}" if due_on else "cleared it"
    raise actions.Refused(f"While you were looking, somebody {now_it_is}. Set it again to change that.")


def _team_and_person(said: Said) -> tuple[Team, Person]:
    slug, person = said.words["to"]
    return Team.objects.get(pk=slug), Person.objects.get(pk=person)

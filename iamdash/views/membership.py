"""Which teams one is in: joining, leaving, and being asked once."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from iamdash.candidates import actions
from iamdash.candidates.queries.membership import my_teams
from iamdash.candidates.queries.typed import cleaned
from iamdash.models import Person, Team
from iamdash.views.access import back_to, person_of
from iamdash.views.moment import now_of


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show the teams that one is in, and those that one can join."""
    return _show(request)


@require_POST
def join(request: HttpRequest) -> HttpResponse:
    """Become a member of the chosen team."""
    team = Team.objects.filter(pk=cleaned(request.POST.get("team", ""))).first()
    if team is None:
        return _show(request, refusal="Choose a team of the list.", status=422)
    said = f"You are in {team}."
    return _done(request, lambda by: actions.membership.join(team=team, by=by, now=now_of(request)), said)


@require_POST
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Be a member no more."""
    team = get_object_or_404(Team, pk=slug)
    stands = "What you claimed for it stays yours until you hand it over or release it, or the team takes it over."
    said = f"You are no longer in {team}. {stands}"
    return _done(request, lambda by: actions.membership.leave(team=team, by=by, now=now_of(request)), said)


@require_POST
def later(request: HttpRequest) -> HttpResponse:
    """Be asked no more."""
    actions.membership.answer_later(by=person_of(request))
    return redirect(back_to(request, otherwise="/"))


def _done(request: HttpRequest, do: Callable[[Person], None], said: str) -> HttpResponse:
    try:
        do(person_of(request))
    except actions.Refused as refused:
        return _show(request, refusal=refused.sentence, status=409)
    messages.success(request, said)
    return redirect(back_to(request, otherwise="/my-teams/"))


def _show(request: HttpRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    page = my_teams(person_of(request).pk)
    return render(request, "teams/mine.html", {"page": page, "refusal": refusal}, status=status)

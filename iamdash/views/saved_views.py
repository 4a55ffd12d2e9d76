"""Keeping a list of candidates under a name, and dropping it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from iamdash.candidates import actions
from iamdash.candidates.queries.candidate_list.filters import Filters
from iamdash.candidates.queries.typed import cleaned
from iamdash.models import SavedView, Team
from iamdash.views.access import back_to, person_of


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the list that the form came from."""
    query = Filters.of(QueryDict(request.POST.get("query", "")).dict()).query()
    slug = cleaned(request.POST.get("team", ""))
    team = get_object_or_404(Team, pk=slug) if slug else None
    try:
        view = actions.saved_view.save(query=query, name=request.POST.get("name", ""), team=team, by=person_of(request))
    except actions.NotPermitted as refused:
        raise PermissionDenied(refused.sentence) from refused
    except actions.Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"Kept as “{view}”. It is under Views{f', for {team} too' if team else ''}.")
    return redirect(f"{reverse('candidates')}?{query}")


@require_POST
def drop_view(request: HttpRequest, number: int) -> HttpResponse:
    """Forget a view."""
    view = get_object_or_404(SavedView.objects.select_related("person"), pk=number)
    try:
        actions.saved_view.drop(view=view, by=person_of(request))
    except actions.NotPermitted as refused:
        raise PermissionDenied(refused.sentence) from refused
    messages.success(request, f"“{view}” is dropped.")
    return redirect(back_to(request, otherwise=reverse("candidates")))

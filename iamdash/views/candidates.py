"""The list of candidates, the export of what it shows, and claiming from a row."""

from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from iamdash.candidates import actions
from iamdash.candidates.export import csv_lines
from iamdash.candidates.queries.candidate_list.counts import view_counts
from iamdash.candidates.queries.candidate_list.filters import VIEWS, Filters, Viewer
from iamdash.candidates.queries.candidate_list.found import standings_of
from iamdash.candidates.queries.candidate_list.page import (
    CandidateList,
    candidate_list,
    tabs,
    viewer_of,
)
from iamdash.candidates.queries.candidate_list.rows import CandidateRow, candidate_row
from iamdash.candidates.queries.candidate_list.saved_views import saved_views
from iamdash.candidates.queries.choices import team_called, team_choices
from iamdash.candidates.queries.typed import cleaned, numbers_in
from iamdash.models import AccessLevel, Candidate, Person, Team
from iamdash.views.access import back_to, is_ours, person_of, requires
from iamdash.views.frame import ages_for
from iamdash.views.moment import now_of

PAGE = "candidates/list.html"
FOUND = "candidates/list_found.html"
CHANGED = "candidates/list_changed.html"
CLAIMED, CLAIM_DONE = "candidates/claimed.html", "candidates/claim_done.html"
# What is empty for whoever is in no team.
OF_A_TEAM = {VIEWS["team"], VIEWS["likely"]}


@require_safe
@vary_on_headers("HX-Request")
def candidates(request: HttpRequest) -> HttpResponse:
    """Show the list which the address asks for, under its one canonical address; to htmx, what changes of it."""
    filters = _asked(request)
    is_fragment = "HX-Request" in request.headers
    if not is_fragment and request.META.get("QUERY_STRING", "") != filters.here:
        return redirect(_address(filters))
    return show_list(request, filters)


def _asked(request: HttpRequest) -> Filters:
    """Return what the address asks for; a team that was typed has a field of its own, and is asked for by its name."""
    parameters = request.GET.dict()
    if "team_name" not in parameters:
        return Filters.of(parameters)
    asked = Filters.of(parameters | {"team": parameters["team_name"]})
    return replace(asked, team=team_called(asked.team))


@require_safe
def export_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Send the candidates that the list would show, all pages of them, as CSV."""
    now = now_of(request)
    found = standings_of(Filters.of(request.GET.dict()), viewer=viewer_of(person_of(request).pk), now=now)
    lines = csv_lines(found, now=now, zone=timezone.get_current_timezone())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="candidates-{timezone.localtime(now):%Y-%m-%d}.csv"'
    return response


@require_POST
@requires(AccessLevel.ENGINEER)
def claim_row(request: HttpRequest, number: int) -> HttpResponseBase:
    """Claim a candidate from its row. If somebody has just claimed it: 409, and the row as it is."""
    person, now = person_of(request), now_of(request)
    candidate = _candidate_or_404(number)
    team = get_object_or_404(Team, pk=cleaned(request.POST.get("team", "")))
    try:
        actions.claim(candidate=candidate, team=team, by=person, now=now)
    except actions.NotPermitted as refusal:
        raise PermissionDenied(refusal.sentence) from refusal
    except actions.Refused as refusal:
        return _refused(request, number, refusal.sentence, now=now)
    name = candidate.iam_user.user_name
    said = mark_safe(  # noqa: S308  a template of ours
        render_to_string(CLAIMED, {"user_name": name, "number": number, "asks": not candidate.cadence})
    )
    return _changed(request, number, said, now=now, undo=reverse("candidate-row-release", args=[number]))


@require_POST
@requires(AccessLevel.ENGINEER)
def release_row(request: HttpRequest, number: int) -> HttpResponseBase:
    """Take a claim back, from its row."""
    person, now = person_of(request), now_of(request)
    candidate = _candidate_or_404(number)
    try:
        actions.release(candidate=candidate, by=person, now=now)
    except actions.NotPermitted as refusal:
        raise PermissionDenied(refusal.sentence) from refusal
    except actions.Refused as refusal:
        return _refused(request, number, refusal.sentence, now=now)
    return _changed(request, number, f"{candidate.iam_user.user_name} is unclaimed again.", now=now, undo="")


def _candidate_or_404(number: int) -> Candidate:
    return get_object_or_404(Candidate.objects.select_related("iam_user"), pk=number)


def show_list(request: HttpRequest, filters: Filters, *, status: int = 200) -> HttpResponse:
    """Answer with the list, to htmx with what changes of it."""
    person, now = person_of(request), now_of(request)
    viewer = viewer_of(person.pk)
    page = candidate_list(filters, ages_for(request), viewer=viewer, now=now)
    link = request.build_absolute_uri(_address(filters))
    context = {
        "page": page,
        "tabs": page.tabs,
        "list_address": _address(filters),
        "link": link,
        "now": now,
        "likely": filters.likely,
        "focus": "",
        "fragment": "HX-Request" in request.headers,
        # What was ticked stays so where it was refused.
        "ticked": frozenset(numbers_in(request.POST.getlist("number"))),
        "all_ticked": "all" in request.POST,
    }
    context |= {"empty": _empty(page, viewer)} | _around_rows(person, viewer)
    if "HX-Request" not in request.headers:
        context |= {"saved_views": saved_views(viewer), "viewer_teams": viewer.claim_teams}
        return render(request, PAGE, context, status=status)
    response = render(request, FOUND, context)
    # Typing a word letter by letter is one step of the browser's history, not one for each letter.
    typed = request.headers.get("HX-Trigger-Name") == "q"
    if request.headers.get("HX-Current-URL") != link:
        response["HX-Replace-Url" if typed else "HX-Push-Url"] = _address(filters)
    return response


def _empty(page: CandidateList, viewer: Viewer) -> str:
    """Return why the list is empty, if it is: there is nothing yet, nothing matches, it has no team, or all is done."""
    if page.on_page:
        return ""
    if not page.has_candidates:
        return "nothing-synced" if page.has_accounts else "no-accounts"
    if page.chips:
        return "no-match"
    return "no-team" if page.view_name in OF_A_TEAM and not viewer.team_slugs else "done"


def _changed(request: HttpRequest, number: int, said: str, *, now: datetime, undo: str) -> HttpResponse:
    if "HX-Request" not in request.headers:
        here = back_to(request, otherwise=reverse("candidates"))
        done = render_to_string(CLAIM_DONE, {"said": said, "undo": undo, "next": here}, request) if undo else said
        messages.success(request, mark_safe(done) if undo else said)  # noqa: S308  a template of ours
        return redirect(here)
    row, viewer = _row(request, number, now=now)
    return _render_row(request, row, viewer, said, now=now, undo=undo)


def _refused(request: HttpRequest, number: int, sentence: str, *, now: datetime) -> HttpResponse:
    if "HX-Request" not in request.headers:
        messages.error(request, sentence)
        return show_list(request, filters_behind(request), status=409)
    row, viewer = _row(request, number, now=now)
    return _render_row(request, row, viewer, sentence, now=now, undo="", status=409)


def _row(request: HttpRequest, number: int, *, now: datetime) -> tuple[CandidateRow, Viewer]:
    viewer = viewer_of(person_of(request).pk)
    row = candidate_row(number, viewer=viewer, now=now)
    if row is None:
        raise Http404
    return row, viewer


def _render_row(
    request: HttpRequest, row: CandidateRow, viewer: Viewer, text: str, *, now: datetime, undo: str, status: int = 200
) -> HttpResponse:
    context = {
        "row": row,
        "rows": (row,),
        "ticked": (),
        "now": now,
        "toast": text,
        "undo": undo,
        "fragment": True,
        "tabs": tabs(view_counts(viewer=viewer, now=now), filters_behind(request)),
        # The button that was pressed is gone: the focus goes to what took its place, or to the row that was lost.
        "focus": "name" if status == 409 else "action",
    }
    return render(request, CHANGED, context | _around_rows(person_of(request), viewer), status=status)


def _around_rows(person: Person, viewer: Viewer) -> dict[str, object]:
    """Return where rows lead, in whose name this person can claim them, and to whom they can assign them."""
    may_claim = person.may(AccessLevel.ENGINEER)
    claim_teams = viewer.claim_teams if may_claim else ()
    return {
        # The address of a candidate is this and its number: fifty rows look up one address.
        "candidates_url": reverse("candidates"),
        "may_claim": may_claim,
        "claim_teams": claim_teams,
        "only_team": claim_teams[0][0] if len(claim_teams) == 1 else "",
        "assignees": team_choices() if person.may(AccessLevel.LEAD) else (),
    }


def filters_behind(request: HttpRequest) -> Filters:
    """Return the filters of the list from which a form was sent."""
    came_from = request.headers.get("HX-Current-URL") or request.POST.get("next") or ""
    return Filters.of(QueryDict(urlsplit(came_from).query if is_ours(request, came_from) else "").dict())


def _address(filters: Filters) -> str:
    query = filters.here
    return f"{reverse('candidates')}?{query}" if query else reverse("candidates")

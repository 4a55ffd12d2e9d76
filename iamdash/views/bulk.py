"""Many candidates at once, from the list: those that are ticked, or all that its filters match."""

from collections.abc import Collection
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from iamdash.candidates import actions
from iamdash.candidates.actions.bulk import Report
from iamdash.candidates.queries.candidate_list.filters import Filters
from iamdash.candidates.queries.candidate_list.found import standings_of
from iamdash.candidates.queries.candidate_list.page import viewer_of
from iamdash.candidates.queries.choices import team_choices
from iamdash.candidates.queries.typed import cleaned, numbers_in
from iamdash.models import AccessLevel, Person, Team
from iamdash.views.access import back_to, person_of, requires
from iamdash.views.candidates import filters_behind, show_list
from iamdash.views.forms import AssignForm
from iamdash.views.moment import now_of

# More than that would keep whoever asked waiting for longer than a page may take.
MOST = 2000
DONE = "candidates/bulk_done.html"


@require_POST
@requires(AccessLevel.ENGINEER)
def bulk(request: HttpRequest) -> HttpResponseBase:
    """Claim, assign, confirm or release the candidates that are meant; back at the list, it says what came of it.

    422 with the list where nothing, or too much, was chosen; 409 where the whole of it is refused; 403 where this
    person may not.
    """
    person, now = person_of(request), now_of(request)
    shown = Filters.of(QueryDict(request.POST.get("query", "")).dict())
    numbers = _numbers(request, shown, person, now)
    wrong = _what_is_wrong(numbers)
    if wrong:
        return _refused(request, shown, wrong, status=422)
    try:
        report = _do(request, numbers, person, now)
    except actions.NotPermitted as refusal:
        raise PermissionDenied(refusal.sentence) from refusal
    except actions.Refused as refusal:
        return _refused(request, shown, refusal.sentence, status=409)
    can_be_undone = report.done and request.POST.get("deed") == "claim"
    here = back_to(request, otherwise=reverse("candidates"))
    context = {"said": report.sentence, "claimed_at": now.isoformat() if can_be_undone else "", "next": here}
    level = messages.SUCCESS if report.done else messages.WARNING
    said = mark_safe(render_to_string(DONE, context, request))  # noqa: S308  a template of ours
    messages.add_message(request, level, said)
    return redirect(here)


@require_POST
@requires(AccessLevel.ENGINEER)
def undo_claim(request: HttpRequest) -> HttpResponseBase:
    """Take back what this person claimed at once, as far as they still hold it."""
    try:
        claimed_at = datetime.fromisoformat(request.POST.get("claimed_at", ""))
    except ValueError:
        raise Http404 from None
    if timezone.is_naive(claimed_at):
        raise Http404
    report = actions.bulk.undo_claim(claimed_at=claimed_at, by=person_of(request), now=now_of(request))
    messages.success(request, report.sentence)
    return redirect(back_to(request, otherwise=reverse("candidates")))


def _numbers(request: HttpRequest, shown: Filters, person: Person, now: datetime) -> list[int]:
    """Return the candidates that are ticked, or all that the list matches; one more than MOST where there are more."""
    if request.POST.get("all"):
        found = standings_of(shown, viewer=viewer_of(person.pk), now=now)
        return list(found.values_list("pk", flat=True)[: MOST + 1])
    return numbers_in(request.POST.getlist("number")[: MOST + 1])


def _what_is_wrong(numbers: Collection[int]) -> str:
    if not numbers:
        return "Tick at least one candidate first."
    if len(numbers) > MOST:
        return f"More than {MOST:,} candidates at once are too many. Narrow the list down by a filter first."
    return ""


def _refused(request: HttpRequest, shown: Filters, why: str, *, status: int) -> HttpResponseBase:
    """Answer with the page of the list that was left, its ticks too; from elsewhere, with the first one."""
    messages.error(request, why)
    behind = filters_behind(request)
    return show_list(request, behind if behind.query() == shown.query() else shown, status=status)


def _do(request: HttpRequest, numbers: Collection[int], person: Person, now: datetime) -> Report:
    deed = request.POST.get("deed")
    if deed == "release":
        return actions.bulk.release(numbers=numbers, by=person, now=now)
    if deed == "confirm":
        return actions.bulk.confirm(numbers=numbers, by=person, now=now)
    if deed == "assign":
        form = AssignForm(request.POST, teams=team_choices())
        if not form.is_valid():
            raise actions.Refused("Choose who will answer for them.")
        slug, pk = form.cleaned_data["to"]
        team, to = Team.objects.get(pk=slug), Person.objects.get(pk=pk)
        return actions.bulk.assign(numbers=numbers, team=team, person=to, by=person, now=now)
    if deed != "claim":
        raise actions.Refused("Choose what to do with them: claim, assign, confirm or release.")
    slug = cleaned(request.POST.get("team", ""))
    if not slug:
        raise actions.Refused("Choose the team to claim them for.")
    team = get_object_or_404(Team, pk=slug)
    return actions.bulk.claim(numbers=numbers, team=team, by=person, now=now)

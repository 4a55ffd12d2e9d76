"""The page of a workload: its lanes, and the forms that correct what belongs together."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from iamdash.candidates import actions
from iamdash.candidates.queries.typed import cleaned, number_in, numbers_in
from iamdash.candidates.queries.workload_page import find_workloads, workload_page
from iamdash.models import AccessLevel, Workload
from iamdash.views.access import person_of, requires
from iamdash.views.moment import now_of

PAGE = "workloads/workload.html"


@require_safe
def workload(request: HttpRequest, number: int) -> HttpResponse:
    """Show the page; one that was merged into another leads there."""
    found = _workload_or_404(number)
    if found.merged_into_id:
        return redirect("workload", found.merged_into_id)
    return _show(request, found)


# Does what the form says, and returns the workload to look at then and the words that say so.
Deed = Callable[[HttpRequest, Workload], tuple[Workload, str]]


def _deed(do: Deed) -> Callable[..., HttpResponseBase]:
    """Make a view of a deed: 422 with the page where it was refused, 403 where this person may not."""

    @require_POST
    @requires(AccessLevel.ENGINEER)
    @wraps(do)
    def view(request: HttpRequest, number: int) -> HttpResponse:
        found = _workload_or_404(number)
        try:
            shown, said = do(request, found)
        except actions.NotPermitted as refused:
            raise PermissionDenied(refused.sentence) from refused
        except actions.Refused as refused:
            said_name = {do.__name__: request.POST.get("name", "")}
            return _show(request, _workload_or_404(number), refusal=refused.sentence, said_name=said_name, status=422)
        messages.success(request, said)
        return redirect("workload", shown.pk)

    return view


@_deed
def rename(request: HttpRequest, found: Workload) -> tuple[Workload, str]:
    """Call it something else."""
    name = request.POST.get("name", "")
    actions.workload.rename(workload=found, name=name, by=person_of(request), now=now_of(request))
    return found, "It has its new name."


@_deed
def merge(request: HttpRequest, found: Workload) -> tuple[Workload, str]:
    """Make another one part of it."""
    number = number_in(request.POST.get("other", ""))
    other = None if number is None else Workload.objects.filter(pk=number).first()
    if other is None:
        raise actions.Refused("There is no such workload. Look for it by name once more.")
    actions.workload.merge(workload=found, other=other, by=person_of(request), now=now_of(request))
    return found, f"{other} is part of {found} now."


@_deed
def split(request: HttpRequest, found: Workload) -> tuple[Workload, str]:
    """Make a workload of its own of the candidates that are ticked."""
    numbers = _numbers(request)
    name = request.POST.get("name", "")
    made = actions.workload.split(
        workload=found, numbers=numbers, name=name, by=person_of(request), now=now_of(request)
    )
    return made, f"{made} is a workload of its own now, split off {found}."


def _show(
    request: HttpRequest,
    found: Workload,
    *,
    refusal: str = "",
    said_name: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the page. `said_name`: the name that was typed, by the deed that was refused."""
    page = workload_page(found)
    if page is None:
        raise Http404("No candidate is part of this workload any more.")
    typed = cleaned(request.GET.get("find", ""))
    may_correct = person_of(request).may(AccessLevel.ENGINEER)
    others, more = find_workloads(typed, other_than=found) if typed and may_correct else ((), False)
    context = {
        "page": page,
        "row": page.row,
        "may_correct": may_correct,
        "may_split": may_correct and page.row.candidates > 1,
        "typed": typed,
        "found": others,
        "more_found": more,
        "refusal": refusal,
        "said_name": {"rename": page.row.name, "split": "", **(said_name or {})},
        "ticked": _numbers(request),
        "here": reverse("workload", args=[found.pk]),
    }
    return render(request, PAGE, context, status=status)


def _workload_or_404(number: int) -> Workload:
    return get_object_or_404(Workload, pk=number)


def _numbers(request: HttpRequest) -> list[int]:
    return numbers_in(request.POST.getlist("number"))

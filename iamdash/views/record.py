"""Records for an audit: of one candidate or of all that are deleted, to print and as the audit pack."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from iamdash.candidates.queries.candidate_list.filters import Filters
from iamdash.candidates.queries.candidate_list.found import standings_of
from iamdash.candidates.queries.candidate_list.page import viewer_of
from iamdash.candidates.queries.typed import number_in
from iamdash.candidates.record.audit_pack import audit_pack, deleted_ones
from iamdash.candidates.record.build import records
from iamdash.views.access import person_of
from iamdash.views.candidate import candidate_or_404
from iamdash.views.moment import now_of

PAGE = "candidates/record.html"
A_PAGE = 25


@require_safe
def record(request: HttpRequest, number: int) -> HttpResponse:
    """Show the record of one candidate, deleted or not, ready to print."""
    candidate_or_404(number)
    context = {
        "title": f"Record of candidate {number}",
        "download": reverse("candidate-record-json", args=[number]),
        "total": 0,
        "previous_query": None,
        "next_query": None,
    }
    return _page(request, [number], context)


@require_safe
def record_json(_request: HttpRequest, number: int) -> StreamingHttpResponse:
    """Send the audit pack of one candidate."""
    candidate_or_404(number)
    return _pack([number], {"candidates": [number]}, f"candidate-{number}")


@require_safe
def all_records(request: HttpRequest) -> HttpResponse:
    """Show the records of the deleted ones among those that the filters of the list let through, some on a page."""
    filters, numbers = _deleted(request)
    page = min(number_in(request.GET.get("page", "")) or 1, max(-(-len(numbers) // A_PAGE), 1))
    start = (page - 1) * A_PAGE
    shown = numbers[start : start + A_PAGE]
    context = {
        "title": "Records of deleted IAM users",
        "download": _with(reverse("candidate-records-json"), filters.query()),
        "total": len(numbers),
        "first": start + 1,
        "last": start + len(shown),
        "previous_query": _of_page(filters, page - 1) if page > 1 else None,
        "next_query": _of_page(filters, page + 1) if start + A_PAGE < len(numbers) else None,
    }
    return _page(request, shown, context)


@require_safe
def all_records_json(request: HttpRequest) -> StreamingHttpResponse:
    """Send the audit pack of all of them, whatever the page."""
    filters, numbers = _deleted(request)
    return _pack(numbers, {"filters": filters.query()}, "deleted")


def _deleted(request: HttpRequest) -> tuple[Filters, list[int]]:
    filters = Filters.of(request.GET.dict())
    # "All open", the list's own view, holds nobody who is deleted.
    everywhere = filters if filters.view else replace(filters, view="everything")
    found = standings_of(everywhere, viewer=viewer_of(person_of(request).pk), now=now_of(request))
    return filters, deleted_ones(found)


def _of_page(filters: Filters, page: int) -> str:
    return urlencode([*parse_qsl(filters.query()), ("page", page)])


def _page(request: HttpRequest, numbers: list[int], context: dict[str, Any]) -> HttpResponse:
    found = tuple(records(numbers, zone=timezone.get_current_timezone()))
    return render(request, PAGE, context | {"records": found, "now": now_of(request)})


def _pack(numbers: list[int], asked_for: dict[str, Any], name: str) -> StreamingHttpResponse:
    now = timezone.now()
    response = StreamingHttpResponse(audit_pack(numbers, asked_for=asked_for, now=now), content_type="application/json")
    filename = f"iamdash-audit-{name}-{timezone.localtime(now):%Y-%m-%d}.json"
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _with(address: str, query: str) -> str:
    return f"{address}?{query}" if query else address

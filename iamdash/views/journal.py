"""The journal: everything that happened, to be looked through and taken along."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from iamdash.candidates.export import journal_lines
from iamdash.candidates.queries.journal import JournalFilters, journal, lines_of
from iamdash.views.frame import ages_for


@require_safe
def journal_page(request: HttpRequest) -> HttpResponse:
    """Show a page of the journal under its one canonical address."""
    asked = JournalFilters.of(request.GET.dict())
    here = asked.query(before=asked.before)
    if request.META.get("QUERY_STRING", "") != here:
        return redirect(f"{reverse('journal')}?{here}" if here else "journal")
    return render(request, "journal/journal.html", {"page": journal(asked, _accounts(request))})


@require_safe
def export_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Send all the lines that the address asks for, as CSV."""
    lines: Iterator[str] = journal_lines(lines_of(JournalFilters.of(request.GET.dict()), _accounts(request)))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    day = timezone.localdate()
    response["Content-Disposition"] = f'attachment; filename="journal-{day:%Y-%m-%d}.csv"'
    return response


def _accounts(request: HttpRequest) -> dict[str, str]:
    return {account.account_id: account.name for account in ages_for(request)}

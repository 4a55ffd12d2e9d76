"""Every rule and limit of the organisation, and how many it concerns."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from iamdash.candidates.queries.rules_page import rules_page
from iamdash.views.moment import now_of


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Show them all."""
    return render(request, "rules/rules.html", {"page": rules_page(now_of(request))})

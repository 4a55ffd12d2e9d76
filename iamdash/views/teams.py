"""Teams, and the page of one: its sentence, its burn-down, who has what, and what is likely theirs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from iamdash.candidates.queries.candidate_list.filters import Viewer
from iamdash.candidates.queries.choices import teams_like
from iamdash.candidates.queries.overview.page import overview_of
from iamdash.candidates.queries.overview.scope import team_scope
from iamdash.candidates.queries.teams import may_claim_for, team_card, team_list, teams_without_candidates
from iamdash.candidates.queries.typed import cleaned, number_in
from iamdash.models import Team
from iamdash.rules.stage import Stage
from iamdash.views import charts
from iamdash.views.access import person_of
from iamdash.views.frame import ages_for
from iamdash.views.moment import now_of
from iamdash.views.overview import OUTLOOKS, shown

# Further on than any team; PostgreSQL counts no further than it can.
MOST_PAGES = 10_000


@require_safe
def teams(request: HttpRequest) -> HttpResponse:
    """Show how every team stands, and what nobody has claimed."""
    page = min(number_in(request.GET.get("page", "")) or 1, MOST_PAGES)
    viewer = Viewer(person_of(request).pk, ())
    listed = team_list(page=page, viewer=viewer, now=now_of(request))
    context = {
        "listed": listed,
        "rows": [
            (row, charts.stage_bar(row.group.counts), charts.sparkline(row.group.weekly), *OUTLOOKS[row.group.outlook])
            for row in listed.rows
        ],
        "stages": list(Stage),
        "teams_url": reverse("teams"),
        "candidates_url": reverse("candidates"),
        "idle": teams_without_candidates(),
    }
    return render(request, "teams/teams.html", context)


@require_safe
def team_names(request: HttpRequest) -> HttpResponse:
    """Suggest teams to somebody who types the name of one, as the options of a datalist."""
    names = teams_like(cleaned(request.GET.get("team_name", "")))
    return render(request, "teams/names.html", {"names": names})


@require_safe
def team(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one team."""
    person, now = person_of(request), now_of(request)
    row = get_object_or_404(Team, pk=slug)
    page = overview_of(
        team_scope(row.slug, row.name), ages_for(request), grouping=None, viewer=Viewer(person.pk, ()), now=now
    )
    card = team_card(row, now=now)
    context = shown(request, page, now=now) | {"team": card, "claims": may_claim_for(card, person)}
    return render(request, "teams/team.html", context)

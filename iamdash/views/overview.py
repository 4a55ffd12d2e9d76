"""The overview: a lead's first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from iamdash.candidates.queries.overview import DayCount, Overview, overview
from iamdash.rules.stage import Stage
from iamdash.views import charts


@require_GET
def overview_page(request: HttpRequest) -> HttpResponse:
    """How many keys are left, who is stuck, how each team stands, what changed this week."""
    now = timezone.now()
    page = overview(now=now)
    weekly = tuple(count for count in page.history if (now.date() - count.day).days % 7 == 0)
    context = {
        "page": page,
        "now": now,
        "stages": list(Stage),
        "burn_down": _burn_down(page, weekly),
        "weekly": weekly,
        "teams": [(team, charts.stage_bar(team.counts)) for team in page.teams],
    }
    return render(request, "overview/overview.html", context)


def _burn_down(page: Overview, weekly: tuple[DayCount, ...]) -> SafeString | None:
    """Return the chart, or None where there is not yet a week to draw."""
    if len(weekly) < 2:
        return None
    first, last = weekly[0], weekly[-1]
    target = f" The target date is {page.target_on.day} {page.target_on:%B %Y}." if page.target_on else ""
    points = [charts.Point(count.day, count.active_keys, count.invented) for count in weekly]
    return charts.burn_down(
        points,
        target_on=page.target_on,
        summary=f"From {first.active_keys:,} in {first.day:%B %Y} to {last.active_keys:,} today.{target}",
    )

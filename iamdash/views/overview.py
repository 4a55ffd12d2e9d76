"""The overview: a lead's first page."""

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from iamdash.candidates.queries.candidate_list.page import viewer_of
from iamdash.candidates.queries.overview.burn_down import DayCount
from iamdash.candidates.queries.overview.groups import GROUPINGS
from iamdash.candidates.queries.overview.needs_someone import NeedsSomeone
from iamdash.candidates.queries.overview.page import Overview, overview
from iamdash.models import AccessLevel
from iamdash.rules.overview.forecast import Expected, Outlook
from iamdash.rules.sentence import ago, count_days, day_in_words
from iamdash.rules.stage import Stage
from iamdash.views import charts
from iamdash.views.access import person_of
from iamdash.views.frame import ages_for
from iamdash.views.moment import now_of

# A forecast further than this would leave no room for what was counted.
DRAWN_AHEAD = timedelta(days=548)
OUTLOOKS = {
    Outlook.DONE: ("green", "No key left"),
    Outlook.ON_TRACK: ("green", "On track"),
    Outlook.CLOSE: ("amber", "Close"),
    Outlook.BEHIND: ("amber", "Behind"),
    Outlook.UNKNOWN: ("", ""),
}


@require_safe
def overview_page(request: HttpRequest) -> HttpResponse:
    """How many keys are left, whether they go in time, who is stuck, how each team stands, what changed this week."""
    now = now_of(request)
    person = person_of(request)
    viewer = viewer_of(person.pk)
    page = overview(request.GET.dict(), ages_for(request), viewer=viewer, now=now)
    # Who claims comes for that; a lead, and who reads, comes for the whole.
    claims = bool(viewer.claim_teams) and person.may(AccessLevel.ENGINEER) and not person.may(AccessLevel.LEAD)
    return render(request, "overview/overview.html", shown(request, page, now=now) | {"claims": claims})


def shown(request: HttpRequest, page: Overview, *, now: datetime) -> dict[str, Any]:
    """Return what the cards of an overview show, with their charts."""
    weekly = page.history
    return {
        "page": page,
        "now": now,
        "stages": list(Stage),
        "candidates_url": reverse("candidates"),
        "groupings": GROUPINGS.values(),
        "burn_down": _burn_down(page, weekly),
        # In words already: there is a year of them, and one template filter takes longer than all of this.
        "weekly": [
            (day_in_words(count.day) + " (invented)" * count.invented, f"{count.active_keys:,}") for count in weekly
        ],
        "groups": [
            (group, charts.stage_bar(group.counts), charts.sparkline(group.weekly), *OUTLOOKS[group.outlook])
            for group in (page.groups.rows if page.groups else ())
        ],
        "ages": _ages(page),
        "as_text": as_text(page, url=request.build_absolute_uri(), now=now),
    }


def as_text(page: Overview, *, url: str, now: datetime) -> str:
    """Return the page as a paragraph to paste where a team talks."""
    today = timezone.localdate(now)
    begins = f"{page.scope.words}, {today.day} {today:%B %Y}:"
    if page.never_read:
        return f"{begins} it has never been read, so nothing is known of it.\n{url}"
    numbers = ", ".join(f"{number.value:,} {number.label}" for number in page.numbers[2:])
    lines = [
        f"{begins} {page.headline.first} {page.headline.rest}".strip(),
        f"Of the IAM users: {numbers}.",
    ]
    if page.root_keys:
        accounts = ", ".join(account.name for account in page.root_keys)
        lines.append(f"First of all, the root user has an access key: {accounts}.")
    if page.needs_someone:
        names = "; ".join(f"{each.user_name}, {_why(each, now=now)} ({each.owner})" for each in page.needs_someone)
        lines.append(f"Needs someone: {names}.")
    return "\n".join([*lines, url])


def _why(each: NeedsSomeone, *, now: datetime) -> str:
    """Return why it needs someone, as its line on the page does."""
    if each.excepted:
        return each.excepted.text.lower()
    if each.reopened_at:
        return f"reopened {ago(each.reopened_at, now=now)}, now {each.stage.label.lower()}"
    return f"{each.stage.label.lower()} for {count_days((now - each.stage_since).days)}"


def _burn_down(page: Overview, weekly: tuple[DayCount, ...]) -> SafeString | None:
    """Return the chart, or None where there is not yet a week to draw."""
    if len(weekly) < 2:
        return None
    first, last = weekly[0], weekly[-1]
    return charts.burn_down(
        tuple(charts.Point(count.day, count.active_keys, count.invented) for count in weekly),
        ahead=_ahead(page, today=last.day),
        target_on=page.background.target_date,
        summary=f"From {first.active_keys:,} in {first.day:%B %Y} to {last.active_keys:,} today. {page.headline.rest}",
    )


def _ahead(page: Overview, *, today: date) -> charts.Ahead | None:
    if page.forecast is None:
        return None
    path: tuple[Expected, ...] = tuple(step for step in page.forecast.path if step.day <= today + DRAWN_AHEAD)
    return charts.Ahead(
        tuple(step.day for step in path),
        tuple(step.fewest for step in path),
        tuple(step.middle for step in path),
        tuple(step.most for step in path),
        page.forecast.likely_on,
    )


def _ages(page: Overview) -> SafeString:
    candidates = reverse("candidates")
    bars = tuple(
        charts.Bar(age.words, age.short, age.number.value, f"{candidates}?{age.number.query}", is_old=age.is_old)
        for age in page.ages
    )
    return charts.age_bars(bars, title="IAM users with an active key, by the age of their oldest key")

"""Every component in every state on one page, for whoever changes a template or a style."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from iamdash.rules.risk import Risk
from iamdash.rules.stage import Stage
from iamdash.views import component_states as states
from iamdash.views.moment import now_of


@dataclass(frozen=True, slots=True)
class Synced:
    """As much of a frame as the line about the newest sync needs."""

    synced_at: datetime | None
    late: bool
    accounts_url: str = "#synced"


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Show them from the very templates that pages are made of; all of it is made up."""
    now = now_of(request)
    listed = states.candidate_list(now)
    context = {
        "now": now,
        "tones": states.TONES,
        "notice_tones": ("", "warning", "problem", "success"),
        "flags": states.flags(now),
        "risks": list(Risk),
        "stages": list(Stage),
        "key": states.KEY,
        "command": states.COMMAND,
        "fields": states.EveryField("plain"),
        "mistakes": states.EveryField("mistaken", {}),
        "page": {
            "verdicts": states.verdicts(now),
            "steps": states.steps(now),
            "timeline": states.timeline(now),
        },
        "check": states.check(now),
        "polled": False,
        "lanes": states.lanes(),
        "synced": (
            Synced(now - timedelta(minutes=14), late=False),
            Synced(now - timedelta(days=3), late=True),
            Synced(None, late=True),
        ),
        "number": 0,
        "forms": {},
        "fragment": False,
        "empty": "",
        "likely": "",
        "listed": listed,
        "tabs": listed.tabs,
        **states.around_rows(),
        **states.drawings(now),
    }
    return render(request, "components.html", context)

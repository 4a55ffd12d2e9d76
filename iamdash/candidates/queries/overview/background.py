"""What an overview needs to know beside its candidates: limits of the programme, and since when there is anything."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf

from iamdash.candidates.queries.candidate_list.filters import Viewer
from iamdash.candidates.queries.compiled import PERSON, Compiled, side_by_side
from iamdash.candidates.queries.overview.scope import Bounds, Scope
from iamdash.models import Candidate, Claim, DailyCount, Programme

LIMITS = ("target_date", "stuck_days", "claim_warning_days", "long_lived_days")


@dataclass(frozen=True, slots=True)
class Offer:
    """A candidate that is offered to the viewer and not answered yet, and by whom."""

    number: int
    user_name: str
    offered_by: str


@dataclass(frozen=True, slots=True)
class Background:
    """The limits of the programme; when the first candidate of the scope came up; which daily count is the newest."""

    target_date: date | None
    stuck_days: int
    claim_warning_days: int
    long_lived_days: int
    first_at: datetime | None
    newest_count: int | None
    offers: tuple[Offer, ...]


def background(scope: Scope, *, viewer: Viewer) -> Background:
    """Return the background of a scope. One query."""
    found = _asked(scope.bounds).row(person=viewer.person_id, **scope.given)
    offers = tuple(Offer(**offer) for offer in json.loads(found.pop("offers") or "[]"))
    usual = {name: getattr(Programme(), name) for name in LIMITS if found[name] is None}
    return Background(**(found | usual), offers=offers)


@cache
def _asked(bounds: Bounds) -> Compiled:
    programme = Programme.objects.filter(pk=1)
    queries: dict[str, QuerySet[Any, Any]] = {
        **{name: programme.values(name) for name in LIMITS},
        "first_at": Candidate.objects.filter(bounds.standings("standing__")).order_by("opened_at").values("opened_at"),
        "newest_count": DailyCount.objects.order_by("-pk").values("pk"),
        "offers": _offers(),
    }
    return side_by_side(queries)


def _offers() -> QuerySet[Claim, Any]:
    offer = JSONObject(
        number="candidate",
        user_name="candidate__iam_user__user_name",
        offered_by=Coalesce(NullIf("offered_by__full_name", Value("")), F("offered_by__email")),
    )
    offered = Claim.objects.filter(offered_person=PERSON, ended_at=None).order_by()
    return offered.values("offered_person").annotate(offers=JSONBAgg(offer, order_by="offered_at")).values("offers")

"""Choose a route: the way off the long-lived key."""

from datetime import datetime

from django.db import transaction

from iamdash.candidates.actions.change import finish, locked, require
from iamdash.models import AccessLevel, Candidate, Person
from iamdash.rules.route import Route


@transaction.atomic
def choose_route(*, candidate: Candidate, route: Route, by: Person, now: datetime) -> None:
    """Record which way off the key was chosen; the same again changes nothing. Raises NotPermitted, Refused."""
    require(by, AccessLevel.ENGINEER, "choose a route")
    fresh = locked(candidate)
    if fresh.route == route:
        return
    before = {"route": fresh.route} if fresh.route else None
    fresh.route, fresh.route_chosen_at, fresh.route_chosen_by = route, now, by
    fresh.save(update_fields=["route", "route_chosen_at", "route_chosen_by"])
    finish(
        fresh,
        by=by,
        now=now,
        kind="candidate.route_chosen",
        sentence=f"{by} chose the route: {route.label}.",
        before=before,
        after={"route": route.value},
    )

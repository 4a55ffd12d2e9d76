"""The lists that somebody keeps, and those that their teams share with them."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Q

from iamdash.candidates.queries.candidate_list.filters import Viewer
from iamdash.candidates.queries.compiled import PERSON, THEIR_TEAMS, Compiled, compiled
from iamdash.models import SavedView

# Of whoever keeps it, as Person is written.
NAMES = ("person__full_name", "person__email")


@dataclass(frozen=True, slots=True)
class View:
    """A list under its name. `shared`: with whom or by whom; "" where it is one's own alone."""

    number: int
    name: str
    query: str
    shared: str
    is_mine: bool


def saved_views(viewer: Viewer) -> tuple[View, ...]:
    """Return what this viewer keeps or is shown, by name. One query."""
    rows = _seen().ask(person=viewer.person_id)
    return tuple(_view(row, viewer) for row in rows)


@cache
def _seen() -> Compiled:
    seen = SavedView.objects.filter(Q(person=PERSON) | Q(team__in=THEIR_TEAMS))
    return compiled(seen.values_list("pk", "name", "query", "person", "team__name", *NAMES))


def _view(row: tuple[Any, ...], viewer: Viewer) -> View:
    pk, name, query, person, team, full_name, email = row
    is_mine = person == viewer.person_id
    shared = (f"shared with {team}" if team else "") if is_mine else f"shared by {full_name or email}"
    return View(pk, name, query, shared, is_mine)

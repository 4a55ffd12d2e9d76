"""The lists that somebody keeps, and those that their teams share with them."""

from dataclasses import dataclass

from django.db.models import Q

from iamdash.candidates.queries.filters import Viewer
from iamdash.models import SavedView


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
    seen = SavedView.objects.filter(Q(person=viewer.person_id) | Q(team__in=viewer.team_slugs))
    return tuple(_view(view, viewer) for view in seen.select_related("person", "team"))


def _view(view: SavedView, viewer: Viewer) -> View:
    is_mine = view.person_id == viewer.person_id
    shared = (f"shared with {view.team}" if view.team else "") if is_mine else f"shared by {view.person}"
    return View(view.pk, view.name, view.query, shared, is_mine)

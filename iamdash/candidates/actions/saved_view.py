"""Keep a list to come back to, alone or with one's team; and drop it."""

from django.db import transaction

from iamdash.candidates.actions.change import storable_name
from iamdash.candidates.actions.errors import NotPermitted
from iamdash.models import Membership, Person, SavedView, Team

LONGEST_NAME = SavedView._meta.get_field("name").max_length or 0


@transaction.atomic
def save(*, query: str, name: str, team: Team | None, by: Person) -> SavedView:
    """Keep a list, by its canonical query, in the place of an earlier one of that name. `team`: who sees it too.

    Raises Refused for a name that is none, and NotPermitted for a team that `by` is not in.
    """
    words = storable_name(name, longest=LONGEST_NAME)
    if team and not Membership.objects.filter(team=team, person=by).exists():
        raise NotPermitted(f"Only members of {team} may share a view with it.")
    view, _ = SavedView.objects.update_or_create(person=by, name=words, defaults={"query": query, "team": team})
    return view


def drop(*, view: SavedView, by: Person) -> None:
    """Forget a view. Raises NotPermitted where it is somebody else's."""
    if view.person_id != by.pk:
        raise NotPermitted(f"{view.person} keeps this view. Only they can drop it.")
    view.delete()

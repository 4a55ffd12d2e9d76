"""The forms of the candidate page. They check what was typed; whether it may be done is for `candidates.actions`."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms

from iamdash.candidates.actions.address import LONGEST_URL
from iamdash.candidates.actions.change import LONGEST_TEXT
from iamdash.candidates.queries.choices import TeamChoice
from iamdash.rules.exception import Waiting
from iamdash.rules.route import Route
from iamdash.rules.silence.cadence import Cadence
from iamdash.views.selects import PeopleByTeam, PlainSelect

NO_SUCH_DAY = "Give a day that exists, such as 2027-04-30."
Options = Iterable[tuple[str, str]]
ROUTES = (
    ("A role takes over", [(route.value, route.label) for route in Route if route.needs_role]),
    ("No role is needed", [(route.value, route.label) for route in Route if not route.needs_role]),
)


def _one_message(words: str) -> dict[str, str]:
    return {"required": words, "invalid_choice": words}


class PageForm(forms.Form):
    """A form among others on one page: the ids of its fields begin with its name. Also the form without a field."""

    name = ""

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id=f"{self.name}-%s")


def _cadence_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="How often is it used?",
        widget=PlainSelect,
        choices=[("", "Don't know"), *((each.value, each.label) for each in Cadence)],
        required=False,
        help_text="Without an answer, iamdash waits longer before it calls a key safe to deactivate.",
        error_messages={"invalid_choice": "Choose how often it is used, or “Don't know”."},
    )


def _as_cadence(said: str) -> Cadence | None:
    return Cadence(said) if said else None


class ClaimForm(PageForm):
    """Which team answers for the candidate, and how often its keys are used; the person is whoever sends it.

    `likely`: the team that it likely belongs to, chosen already. Where that is none of several, nobody's is.
    """

    name = "claim"
    team = forms.ChoiceField(
        label="Team", widget=PlainSelect, error_messages=_one_message("Choose the team that it belongs to.")
    )
    cadence = _cadence_field()

    def __init__(
        self,
        data: Any = None,
        *,
        teams: Sequence[tuple[str, str]],
        likely: str = "",
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=(initial or {}) | {"team": likely})
        is_open = len(teams) > 1 and likely not in dict(teams)
        choices = [*([("", "Choose a team")] if is_open else []), *teams]
        self.fields["team"].choices = choices  # type: ignore[attr-defined]

    def clean_cadence(self) -> Cadence | None:
        """Return how often, or None where whoever claims does not know."""
        return _as_cadence(self.cleaned_data["cadence"])


class CadenceForm(PageForm):
    """How often the keys are used, said later or once more."""

    name = "cadence"
    cadence = _cadence_field()

    def clean_cadence(self) -> Cadence | None:
        """Return how often, or None where nobody knows."""
        return _as_cadence(self.cleaned_data["cadence"])


class HandOverForm(PageForm):
    """To whom the candidate goes: one choice names both the team and the person, so that they fit."""

    name = "hand-over"
    to = forms.ChoiceField(
        label="Team and person",
        widget=PlainSelect,
        error_messages=_one_message("Choose who will answer for it."),
    )

    def __init__(self, data: Any = None, *, teams: Iterable[TeamChoice], initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["to"].choices = PeopleByTeam(teams)  # type: ignore[attr-defined]

    def clean_to(self) -> tuple[str, int]:
        """Return the team's slug and the person's number."""
        slug, _, person = self.cleaned_data["to"].rpartition("/")
        return slug, int(person)


class AssignForm(HandOverForm):
    """The same choice, made by a lead for somebody else."""

    name = "assign"


class RouteForm(PageForm):
    """The way off the key."""

    name = "route"
    route = forms.ChoiceField(
        label="Route",
        widget=PlainSelect,
        choices=[("", "Choose …"), *ROUTES],
        error_messages=_one_message("Choose the way off the key."),
    )

    def clean_route(self) -> Route:
        """Return the route as the rules know it."""
        return Route(self.cleaned_data["route"])


class LinkRoleForm(PageForm):
    """The IAM role that takes over, by its number here: a search brings it."""

    name = "link-role"
    iam_role = forms.IntegerField(
        label="Role",
        min_value=1,
        error_messages={"required": "Choose a role to link.", "invalid": "Choose a role from the list."},
    )


class TrackerForm(PageForm):
    """The issue or pull request in which the work is tracked."""

    name = "tracker"
    url = forms.URLField(
        label="Address of an issue or pull request",
        max_length=LONGEST_URL,
        assume_scheme="https",
        error_messages={
            "required": "Give the address of an issue or a pull request.",
            "invalid": "Give the whole address, such as https://tracker.example.org/issues/12.",
        },
    )


class DueDateForm(PageForm):
    """The day by which it should be gone; empty clears it."""

    name = "due-date"
    due_on = forms.DateField(
        label="Due date",
        required=False,
        help_text="Leave it empty for no due date.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": NO_SUCH_DAY},
    )

    def __init__(self, data: Any = None, *, today: date, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.today = today
        self.fields["due_on"].widget.attrs["min"] = today.isoformat()

    def clean_due_on(self) -> date | None:
        """Return the day, which is today or later."""
        due_on: date | None = self.cleaned_data["due_on"]
        if due_on and due_on < self.today:
            raise forms.ValidationError("This day is in the past. Choose today or a later day, or leave it empty.")
        return due_on


class ExceptionForm(PageForm):
    """Why the key has to stay for now, and until when."""

    name = "exception"
    reason = forms.CharField(
        label="Why does the key have to stay?",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why the key has to stay for now."},
    )
    expires_on = forms.DateField(
        label="Until",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="On this day it counts as open again.",
        error_messages={"required": "Choose the day on which it comes back.", "invalid": NO_SUCH_DAY},
    )
    review_url = forms.URLField(
        label="Link to the review (optional)",
        required=False,
        max_length=LONGEST_URL,
        assume_scheme="https",
        error_messages={"invalid": "Give the whole address, such as https://tracker.example.org/issues/12."},
    )


class BlockForm(PageForm):
    """What it waits for, and when to look again."""

    name = "block"
    waits_for = forms.ChoiceField(
        label="It waits for",
        widget=PlainSelect,
        choices=[("", "Choose …"), *((each.value, each.label) for each in Waiting)],
        error_messages=_one_message("Choose what it waits for."),
    )
    words = forms.CharField(
        label="In your words (optional)",
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    review_on = forms.DateField(
        label="Look again on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Choose the day on which to look again.", "invalid": NO_SUCH_DAY},
    )

    def clean_waits_for(self) -> Waiting:
        """Return it as the rules know it."""
        return Waiting(self.cleaned_data["waits_for"])


class NoteForm(PageForm):
    """Free words, kept for ever."""

    name = "note"
    body = forms.CharField(
        label="Note",
        max_length=LONGEST_TEXT,
        help_text="Everybody who can sign in can read it, for ever. No secrets.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write the note first."},
    )


class CloseForm(PageForm):
    """The sign-off."""

    name = "close"
    note = forms.CharField(
        label="Note (optional)", required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2})
    )

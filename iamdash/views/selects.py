"""Selects that hold thousands: Django's own would take half a second over each."""

from collections.abc import Collection, Iterable, Iterator
from html import escape
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.choices import BaseChoiceIterator
from django.utils.safestring import SafeString

from iamdash.candidates.queries.choices import TeamChoice


class PlainSelect(forms.Select):
    """A select without a template for each option."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ARG002  Django names it
    ) -> SafeString:
        """Return the control with its options."""
        said = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        return SafeString(f"<select{said}>{_options(self.choices, self.format_value(value))}</select>")


def _options(choices: Iterable[Any], chosen: Collection[str]) -> str:
    return "".join(
        f'<optgroup label="{escape(value)}">{_options(words, chosen)}</optgroup>'
        if isinstance(words, list)
        else f'<option value="{escape(value)}"{" selected" if value in chosen else ""}>{escape(words)}</option>'
        for value, words in choices
    )


class PeopleByTeam(BaseChoiceIterator):
    """The people of teams as choices, made when they are wanted: through a list Django looks twice."""

    def __init__(self, teams: Iterable[TeamChoice]) -> None:
        self.teams = teams

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Yield no choice, and a group for each team."""
        yield "", "Choose …"
        for team in self.teams:
            if team.people:
                yield team.name, [(f"{team.slug}/{pk}", name) for pk, name in team.people]

"""Settings: how one likes the pages, and what another limit would do. Only iamdash.toml changes a limit."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from iamdash.candidates.queries.limits import NOT_PREVIEWED, Limit, limits, preview
from iamdash.candidates.queries.membership import my_teams
from iamdash.candidates.queries.typed import cleaned
from iamdash.organisation.config_shape import Limits
from iamdash.views.access import person_of
from iamdash.views.moment import now_of
from iamdash.views.preferences import preferences_of

CHOICES = (
    ("theme", "Theme", (("", "As the system"), ("light", "Light"), ("dark", "Dark"))),
    ("density", "Rows of lists", (("", "Comfortable"), ("compact", "Compact"))),
    ("shortcuts", "Keyboard shortcuts", (("", "On"), ("off", "Off"))),
)


class LimitsForm(forms.Form):
    """Other values for the limits, within what iamdash.toml takes; one left empty stays as it is."""

    def __init__(self, data: Any, *, found: tuple[Limit, ...]) -> None:
        super().__init__(data)
        self.in_force = {limit.name: limit.value for limit in found}
        for limit in found:
            if limit.name in NOT_PREVIEWED:
                continue
            least, most = Limits.bounds(limit.name)
            words = f"{limit.name}: give whole {limit.unit}s, from {least} to {most}."
            self.fields[limit.name] = forms.IntegerField(
                label=limit.name,
                help_text=f"{limit.does} Now {limit.value} {limit.unit}{'' if limit.value == 1 else 's'}.",
                required=False,
                min_value=least,
                max_value=most,
                error_messages={"invalid": words, "min_value": words, "max_value": words},
            )

    def clean(self) -> dict[str, Any]:
        """Refuse what the file would refuse; return the values that differ from those in force."""
        changes = {
            name: value
            for name, value in self.cleaned_data.items()
            if value is not None and value != self.in_force[name]
        }
        wanted = self.in_force | changes
        found = Limits.contradiction(claim_days=wanted["claim_days"], claim_warning_days=wanted["claim_warning_days"])
        if found and changes.keys() & {"claim_days", "claim_warning_days"}:
            self.add_error(*found)
        return changes


@require_safe
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show one's own settings, the limits, and with limits in the address what they would do."""
    now = now_of(request)
    found = limits(now)
    typed = {name: cleaned(value) for name, value in request.GET.dict().items()}
    form = LimitsForm({limit.name: limit.value for limit in found} | typed, found=found)
    is_valid, chosen = form.is_valid(), preferences_of(request)
    context = {
        "form": form,
        "asked": bool(form.fields.keys() & typed.keys()),
        "preview": preview(form.cleaned_data, now=now) if is_valid and form.cleaned_data else None,
        "preferences": [(name, label, choices, chosen[name]) for name, label, choices in CHOICES],
        "teams": my_teams(person_of(request).pk).mine,
    }
    return render(request, "settings/settings.html", context, status=200 if is_valid else 422)

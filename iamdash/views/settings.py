"""Settings: how one likes the pages, and what another limit would do. Only iamdash.toml changes a limit."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from iamdash.candidates.queries.filters import cleaned
from iamdash.candidates.queries.limits import DOES, NOT_PREVIEWED, Limit, limits, preview
from iamdash.candidates.queries.membership import my_teams
from iamdash.views.access import person_of
from iamdash.views.preferences import preferences_of

TEN_YEARS = 3650
CHOICES = (
    ("theme", "Theme", (("", "As the system"), ("light", "Light"), ("dark", "Dark"))),
    ("density", "Rows of lists", (("", "Comfortable"), ("compact", "Compact"))),
    ("shortcuts", "Keyboard shortcuts", (("", "On"), ("off", "Off"))),
)


class LimitsForm(forms.Form):
    """Other values for the limits; one left empty stays as it is."""

    def __init__(self, data: Any, *, found: tuple[Limit, ...]) -> None:
        super().__init__(data)
        for limit in found:
            if limit.name in NOT_PREVIEWED:
                continue
            least = 1 if limit.name == "claim_days" else 0
            words = f"Give whole {limit.unit}, from {least} to {TEN_YEARS}."
            self.fields[limit.name] = forms.IntegerField(
                label=f"{limit.name}",
                help_text=f"{limit.does} Now {limit.value} {limit.unit}.",
                required=False,
                min_value=least,
                max_value=TEN_YEARS,
                error_messages={"invalid": words, "min_value": words, "max_value": words},
            )

    def changes(self, found: tuple[Limit, ...]) -> dict[str, int]:
        """Return the values that differ from those in force."""
        now = {limit.name: limit.value for limit in found}
        return {name: value for name, value in self.cleaned_data.items() if value is not None and value != now[name]}


@require_safe
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show one's own settings, the limits, and with limits in the address what they would do."""
    now, found = timezone.now(), limits(timezone.now())
    typed = {name: cleaned(value) for name, value in request.GET.dict().items()}
    asked = any(name in typed for name in DOES)
    form = LimitsForm({limit.name: limit.value for limit in found} | typed, found=found)
    changes = form.changes(found) if form.is_valid() else {}
    chosen = preferences_of(request)
    context = {
        "form": form,
        "asked": asked,
        "preview": preview(changes, now=now) if changes else None,
        "preferences": [(name, label, choices, chosen[name]) for name, label, choices in CHOICES],
        "teams": my_teams(person_of(request).pk).mine,
    }
    return render(request, "settings/settings.html", context, status=200 if form.is_valid() else 422)

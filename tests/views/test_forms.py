"""The controls of forms that are not Django's own."""

import pytest
from django import forms
from pytest_django.asserts import assertHTMLEqual

from iamdash.views.selects import PlainSelect

GROUPS = [("", "Choose …"), ("R&D", [("rnd/1", "Ann"), ("rnd/2", 'Bo "B" <b>')]), ("Search", [("search/3", "Cat")])]


@pytest.mark.parametrize("chosen", ["rnd/2", "", None, "gone/9"])
def test_a_plain_select_is_what_djangos_own_is(chosen: str | None) -> None:
    ours, djangos = (kind(choices=GROUPS).render("to", chosen, {"id": "x"}) for kind in (PlainSelect, forms.Select))

    assertHTMLEqual(ours, djangos)

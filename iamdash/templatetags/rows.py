"""The rows of a long table, by Jinja2: `{% load rows %}{% rows "candidates/rows.jinja" page.rows %}`.

Everything around them is Django's. Of fifty rows Jinja2 takes a third of the time (docs/decisions/0006).
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from jinja2 import Environment, StrictUndefined

from iamdash.templatetags import words

register = template.Library()
# Template words that Jinja2 calls as functions: `{{ when(row.last_used_at) }}`.
WITH_NOW = (words.when, words.days_since, words.flag, words.say)
PLAIN = {"pips": words.pips, "risk_tag": words.risk_tag}


@register.simple_tag(takes_context=True)
def rows(context: Context, name: str, each: Iterable[object]) -> SafeString:
    """Return these rows by a template of Jinja2, which sees them as `rows`, and whatever the page sees."""
    seen: Any = context.flatten()
    said = {word.__name__: partial(word, context) for word in WITH_NOW}
    return SafeString(render_to_string(name, {**seen, **said, "rows": each}, using="jinja2"))


def environment(**options: Any) -> Environment:
    """Return what settings.TEMPLATES means: a name that is missing is a mistake here, and not an empty text."""
    made = Environment(**options | {"undefined": StrictUndefined}, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    made.filters["stage_label"] = words.stage_label
    made.globals |= PLAIN
    return made

"""The rows of a long table, by Jinja2: `{% load rows %}{% rows "candidates/rows.jinja" page.rows %}`.

Everything around them is Django's. Of fifty rows Jinja2 takes a third of the time (docs/decisions/0006).
"""

from collections.abc import Iterable
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.context import Context
from django.template.defaultfilters import capfirst, pluralize
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from jinja2 import Environment, StrictUndefined, pass_context

from iamdash.templatetags import words

register = template.Library()
# Template words, which are filters to Jinja2: `{{ row.last_used_at|when }}`. These ask the page for its `now`.
WITH_NOW = (words.when, words.days_since, words.flag, words.say)
PLAIN = (words.stage_label, words.pips, words.risk_tag, capfirst, intcomma, pluralize)


@register.simple_tag(takes_context=True)
def rows(context: Context, name: str, each: Iterable[object]) -> SafeString:
    """Return these rows by a template of Jinja2, which sees them as `rows`, and whatever the page sees."""
    seen: Any = context.flatten()
    return SafeString(render_to_string(name, {**seen, "rows": each}, using="jinja2"))


def environment(**options: Any) -> Environment:
    """Return what settings.TEMPLATES means: a name that is missing is a mistake here, and not an empty text."""
    made = Environment(**options | {"undefined": StrictUndefined}, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    made.filters |= {word.__name__: pass_context(word) for word in WITH_NOW}
    made.filters |= {word.__name__: word for word in PLAIN}
    made.globals["url"] = _url
    return made


def _url(name: str, *args: object) -> str:
    """Return what `{% url %}` does."""
    return reverse(name, args=args)

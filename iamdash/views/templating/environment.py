"""The environment of every template: Jinja2, with the words of this package and a few of Django's.

A word is a filter: `{{ row.last_used_at|when }}`. Components that take what they show are macros, and are called:
`{% import "components/ui.html" as ui %}`, `{{ ui.tag("Gone", "red") }}`.
"""

from functools import lru_cache
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.defaultfilters import capfirst, floatformat, linebreaksbr, pluralize
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django_htmx.jinja import htmx_script
from jinja2 import ChainableUndefined, Environment

from iamdash.views.templating import drawings, words

OURS = (
    words.when,
    words.date,
    words.days_since,
    words.flag,
    words.say,
    words.say_exactly,
    words.pips,
    words.risk_tag,
    words.stage_label,
    words.options,
    words.people_of,
    words.capped,
    words.breakable,
    drawings.days_of_use,
)
DJANGOS = (capfirst, floatformat, intcomma, linebreaksbr, pluralize)
# What pages of errors and fragments do without.
WITHOUT_FRAME = {"frame": None, "messages": ()}


def environment(**options: Any) -> Environment:
    """Return what settings.TEMPLATES means.

    A name that is missing shows nothing, so that nobody loses a page for one; to the tests it is a mistake
    (tests/conftest.py).
    """
    made = Environment(**options | {"undefined": ChainableUndefined}, lstrip_blocks=True)  # noqa: S701  Django escapes
    made.filters |= {word.__name__: word for word in (*OURS, *DJANGOS)}
    made.globals |= {"url": _url, "static": static, "htmx_script": htmx_script, **WITHOUT_FRAME}
    return made


def _url(name: str, *args: object) -> str:
    """Return the address of a view."""
    return _reversed(get_script_prefix(), name, *args)


# A page names dozens, and to spell one takes Django as long as to look up a hundred.
@lru_cache(maxsize=4096)
def _reversed(_prefix: str, name: str, *args: object) -> str:
    return reverse(name, args=args)

"""Strips of days: when a key was used, and what its readings could see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days from the first to the last, both included."""

    first: date
    last: date


def use_strip(
    used_on: Iterable[date], *, window: Stretch, known: Stretch, unread: Iterable[Stretch], key_id: str, summary: str
) -> SafeString:
    """Return the days on which a key was used, one unit a day, on a band of the days on which it was `known`.

    The band is hollow over the `unread` stretches: of those nobody can say whether it was used.
    """
    days = (window.last - window.first).days + 1
    marks = [((day - window.first).days,) for day in used_on if window.first <= day <= window.last]
    return format_html(
        '<svg class="use-strip" viewBox="0 0 {} 20" preserveAspectRatio="none" role="img"'
        ' aria-labelledby="uses-{}-title uses-{}-words"><title id="uses-{}-title">Days of use of {}</title>'
        '<desc id="uses-{}-words">{}</desc>{}{}{}</svg>',
        *(days, key_id, key_id, key_id, key_id, key_id, summary),
        _band("read", [known], window),
        _band("unread", unread, window),
        # Half a day wider than a day, or a single one is too thin to be seen.
        format_html_join("", '<rect class="use" x="{}" y="3" width="1.5" height="14"/>', marks),
    )


def _band(tone: str, stretches: Iterable[Stretch], window: Stretch) -> SafeString:
    shown = [(max(each.first, window.first), min(each.last, window.last)) for each in stretches]
    rows = [(tone, (first - window.first).days, (last - first).days + 1) for first, last in shown if first <= last]
    return format_html_join("", '<rect class="{}" x="{}" y="3" width="{}" height="14"/>', rows)

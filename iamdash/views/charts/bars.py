"""Bars: the stages of a group, and how old keys are."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from iamdash.views.charts.plot import FEWER_REMEMBERED, MOST_REMEMBERED, Frame


@lru_cache(maxsize=MOST_REMEMBERED)
def stage_bar(counts: tuple[int, ...]) -> SafeString:
    """Return one bar of 200 units whose six segments are the share of each stage, in order. Decorative: the table
    beside it holds the same counts as text.
    """
    total = sum(counts)
    x = 0.0
    rows = []
    for stage, count in enumerate(counts, start=1):
        width = 200 * count / total if total else 0
        # A hair of background between segments keeps neighbours apart where their colours are close.
        rows.append((round(x, 1), round(max(width - 1, 0), 1), stage))
        x += width
    segments = format_html_join("", '<rect x="{}" y="0" width="{}" height="14" class="stage-{}"/>', rows)
    return format_html(
        '<svg class="stage-bar" viewBox="0 0 200 14" preserveAspectRatio="none" aria-hidden="true">{}</svg>', segments
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """A count, its words, and the list that makes it up. `short`: what stands under it; `is_old`: a warning."""

    words: str
    short: str
    count: int
    url: str
    is_old: bool


# Two drawings, as text that is scaled down to a phone cannot be read.
WIDE = Frame("wide", 620, 200, left=0, right=0, top=30, bottom=30, month_step=1)
NARROW = Frame("narrow", 350, 200, left=0, right=0, top=30, bottom=30, month_step=1)


@lru_cache(maxsize=FEWER_REMEMBERED)
def age_bars(bars: tuple[Bar, ...], *, title: str) -> SafeString:
    """Return one bar for each age, in two drawings; a bar links to its list. The page has a table beside it."""
    return mark_safe("".join(_age_bars(bars, title, frame) for frame in (WIDE, NARROW)))  # noqa: S308 parts are format_html


def _age_bars(bars: Sequence[Bar], title: str, frame: Frame) -> SafeString:
    most = max(1, *(bar.count for bar in bars))
    room = frame.width / len(bars)
    width = room * 0.72
    rows = []
    for position, bar in enumerate(bars):
        height = frame.plot_height * bar.count / most
        middle = room * (position + 0.5)
        top = frame.top + frame.plot_height - height
        rows.append(
            (
                *(bar.url, bar.words, f"{bar.count:,}", "old" if bar.is_old else "young"),
                *(round(middle - width / 2, 1), round(top, 1), round(width, 1), round(height, 1)),
                *(round(middle, 1), round(top - 7, 1), f"{bar.count:,}"),
                *(round(middle, 1), frame.top + frame.plot_height + 18, bar.short),
            )
        )
    # For whoever cannot see it, the table beside it has the same links: these are no second stop of the keyboard.
    drawn = format_html_join(
        "",
        '<a href="{}" tabindex="-1"><title>{}: {}</title>'
        '<rect class="bar {}" x="{}" y="{}" width="{}" height="{}" rx="3"/>'
        '<text class="label" text-anchor="middle" x="{}" y="{}">{}</text>'
        '<text text-anchor="middle" x="{}" y="{}">{}</text></a>',
        rows,
    )
    return format_html(
        '<svg class="chart {}" viewBox="0 0 {} {}" aria-hidden="true"><title>{}</title>{}</svg>',
        *(frame.name, frame.width, frame.height, title, drawn),
    )


@lru_cache(maxsize=MOST_REMEMBERED)
def sparkline(counts: tuple[int, ...]) -> SafeString:
    """Return the course of some counts above nothing, small. Decorative: a number beside it says where it ended.

    Its bottom is none: what stays as it is must not look as if nothing was left, nor one of sixty like a fall.
    """
    if len(counts) < 2:
        return SafeString("")
    highest = max(*counts, 1)
    step = 84 / (len(counts) - 1)
    places = " ".join(
        f"{round(step * position, 1)},{round(20 - 18 * count / highest, 1)}" for position, count in enumerate(counts)
    )
    return format_html(
        '<svg class="spark" viewBox="0 0 84 22" aria-hidden="true"><polyline points="{}"/></svg>', places
    )

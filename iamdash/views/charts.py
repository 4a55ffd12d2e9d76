"""Charts as server-made SVG: numbers in, markup out. Colours come from CSS classes, so themes and print come free.

Never an inline style (the Content-Security-Policy forbids it) and never a chart without its words: each has a title
and a description that states the conclusion, and the page puts a table beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe


@dataclass(frozen=True, slots=True)
class Point:
    """A count on a day. `invented`: made up for the demo, and drawn so."""

    day: date
    count: int
    invented: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A drawing area: its size and the margins around the plot, in SVG units."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    month_step: int

    @property
    def plot_width(self) -> int:
        """Return the width between the margins."""
        return self.width - self.left - self.right

    @property
    def plot_height(self) -> int:
        """Return the height between the margins."""
        return self.height - self.top - self.bottom


# One drawing scaled down to a phone has unreadable text: so two are drawn, and CSS shows one.
WIDE = Frame("wide", 900, 300, left=44, right=92, top=18, bottom=30, month_step=2)
NARROW = Frame("narrow", 360, 250, left=36, right=14, top=18, bottom=30, month_step=3)


@dataclass(frozen=True, slots=True)
class Scale:
    """From days and counts to places in a frame."""

    frame: Frame
    first: date
    last: date
    highest: int

    def x(self, day: date) -> float:
        """Return the horizontal place of a day."""
        span = max((self.last - self.first).days, 1)
        return round(self.frame.left + self.frame.plot_width * (day - self.first).days / span, 1)

    def y(self, count: int) -> float:
        """Return the vertical place of a count."""
        return round(self.frame.top + self.frame.plot_height * (1 - count / self.highest), 1)


def burn_down(points: Sequence[Point], *, target_on: date | None, summary: str) -> SafeString:
    """Return the burn-down as two drawings, wide and narrow. `points` are in order of days; at least two.

    `summary` is the conclusion in words, for whoever cannot see the line. `target_on`: the day to be done by.
    """
    return mark_safe("".join(_burn_down(points, target_on, summary, frame) for frame in (WIDE, NARROW)))  # noqa: S308 parts are format_html


def _burn_down(points: Sequence[Point], target_on: date | None, summary: str, frame: Frame) -> SafeString:
    most = max(1, *(point.count for point in points))
    step = grid_step(most)
    highest = step * -(-most // step)
    last = max(points[-1].day, target_on) if target_on else points[-1].day
    scale = Scale(frame, points[0].day, last, highest)
    return format_html(
        '<svg class="chart {}" viewBox="0 0 {} {}" role="img" aria-labelledby="keys-{}-title keys-{}-words">'
        '<title id="keys-{}-title">Active access keys remaining, by week</title><desc id="keys-{}-words">{}</desc>'
        "{}{}{}{}</svg>",
        *(frame.name, frame.width, frame.height, frame.name, frame.name, frame.name, frame.name, summary),
        _grid(scale, range(0, highest + 1, step)),
        _months(scale),
        _target(scale, points[-1], target_on),
        _actual(scale, points),
    )


def grid_step(highest: int) -> int:
    """Return the distance between grid lines: 1, 2 or 5 times a power of ten, for at most five lines above zero."""
    power = 1
    while highest > power * 50:
        power *= 10
    return next(power * digit for digit in (1, 2, 5, 10) if highest <= power * digit * 5)


def _grid(scale: Scale, counts: Iterable[int]) -> SafeString:
    frame = scale.frame
    rows = (
        (
            frame.left,
            frame.width - frame.right,
            scale.y(count),
            scale.y(count),
            frame.left - 8,
            scale.y(count) + 4,
            count,
        )
        for count in counts
    )
    line = '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" text-anchor="end">{}</text>'
    return format_html_join("", line, rows)


def _months(scale: Scale) -> SafeString:
    months = list(_first_of_months(scale.first, scale.last))
    step = max(scale.frame.month_step, -(-len(months) // (scale.frame.plot_width // 60)))
    rows = ((scale.x(day), scale.frame.height - 8, f"{day:%b %y}") for day in months[::step])
    return format_html_join("", '<text x="{}" y="{}" text-anchor="middle">{}</text>', rows)


def _first_of_months(first: date, last: date) -> Iterable[date]:
    day = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    while day <= last:
        yield day
        day = (day + timedelta(days=32)).replace(day=1)


def _target(scale: Scale, today: Point, target_on: date | None) -> SafeString:
    if target_on is None or target_on <= today.day:
        return SafeString("")
    bottom, x = scale.y(0), scale.x(target_on)
    return format_html(
        '<line class="target" x1="{}" y1="{}" x2="{}" y2="{}"/>'
        '<line class="today" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text class="label" x="{}" y="{}" text-anchor="{}">Target {}</text>',
        *(scale.x(today.day), scale.y(today.count), x, bottom),
        *(x, x, scale.y(scale.highest // 3), bottom),
        *(x, scale.y(scale.highest // 3) - 6, "end" if scale.frame is NARROW else "middle"),
        f"{target_on.day} {target_on:%b}",
    )


def _actual(scale: Scale, points: Sequence[Point]) -> SafeString:
    counted = [point for point in points if not point.invented]
    invented = [point for point in points if point.invented]
    today = points[-1]
    x, y = scale.x(today.day), scale.y(today.count)
    at_the_edge = scale.frame is NARROW and x > scale.frame.width - scale.frame.right - 60
    return format_html(
        '{}{}<circle class="dot" cx="{}" cy="{}" r="4"/>'
        '<text class="label" x="{}" y="{}" text-anchor="{}">{} today</text>',
        _line(scale, "invented", [*invented, *counted[:1]]),
        _line(scale, "actual", counted),
        *(x, y, x - 8 if at_the_edge else x + 8, y - 8, "end" if at_the_edge else "start", f"{today.count:,}"),
    )


def _line(scale: Scale, tone: str, points: Sequence[Point]) -> SafeString:
    if len(points) < 2:
        return SafeString("")
    places = " ".join(f"{scale.x(point.day)},{scale.y(point.count)}" for point in points)
    return format_html('<polyline class="{}" points="{}"/>', tone, places)


def stage_bar(counts: Sequence[int]) -> SafeString:
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

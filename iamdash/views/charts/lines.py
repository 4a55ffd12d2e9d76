"""The burn-down: what is left, what is expected, and what is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from iamdash.views.charts.plot import FEWER_REMEMBERED, NARROW, WIDE, Frame, Scale, grid, grid_step, months


@dataclass(frozen=True, slots=True)
class Point:
    """A count on a day. `invented`: made up for the demo, and drawn so."""

    day: date
    count: int
    invented: bool = False


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is expected from today on: between `fewest` and `most` on each day. `ends_on`: the likely end."""

    days: tuple[date, ...]
    fewest: tuple[int, ...]
    middle: tuple[int, ...]
    most: tuple[int, ...]
    ends_on: date | None


@lru_cache(maxsize=FEWER_REMEMBERED)
def burn_down(
    points: tuple[Point, ...], *, ahead: Ahead | None = None, target_on: date | None, summary: str
) -> SafeString:
    """Return the burn-down as two drawings, wide and narrow. `points` are in order of days; at least two.

    `summary` is the conclusion in words, for whoever cannot see the line. `target_on`: the day to be done by.
    """
    return mark_safe("".join(_burn_down(points, ahead, target_on, summary, frame) for frame in (WIDE, NARROW)))  # noqa: S308 parts are format_html


def _burn_down(
    points: Sequence[Point], ahead: Ahead | None, target_on: date | None, summary: str, frame: Frame
) -> SafeString:
    most = max(1, *(point.count for point in points), *(ahead.most if ahead else ()))
    step = grid_step(most)
    highest = step * -(-most // step)
    last = max([points[-1].day, *([target_on] if target_on else []), *(ahead.days[-1:] if ahead else ())])
    scale = Scale(frame, points[0].day, last, highest)
    return format_html(
        '<svg class="chart {}" viewBox="0 0 {} {}" role="img" aria-labelledby="keys-{}-title keys-{}-words">'
        '<title id="keys-{}-title">Active access keys remaining, by week</title><desc id="keys-{}-words">{}</desc>'
        "{}{}{}{}{}</svg>",
        *(frame.name, frame.width, frame.height, frame.name, frame.name, frame.name, frame.name, summary),
        grid(scale, range(0, highest + 1, step)),
        months(scale),
        _ahead(scale, ahead),
        _target(scale, points[-1], target_on),
        _actual(scale, points),
    )


def _ahead(scale: Scale, ahead: Ahead | None) -> SafeString:
    """Return the band of the range, the dashed line in its middle, and when that ends, be it beyond the drawing."""
    if ahead is None or len(ahead.days) < 2:
        return SafeString("")
    upper = list(zip(ahead.days, ahead.most, strict=True))
    lower = list(zip(ahead.days, ahead.fewest, strict=True))
    middle = [(day, count) for day, count in zip(ahead.days, ahead.middle, strict=True) if not _over(day, ahead)]
    label = SafeString("")
    if ahead.ends_on is not None:
        frame = scale.frame
        level = 0 if ahead.ends_on <= scale.last else middle[-1][1]
        x = min(scale.x(ahead.ends_on), frame.width - frame.right)
        label = format_html(
            '<text class="label" x="{}" y="{}" text-anchor="{}">Likely {}</text>',
            *(x + (8 if frame is WIDE else 0), scale.y(level) - 8, "start" if frame is WIDE else "end"),
            f"{ahead.ends_on:%b %Y}",
        )
    return format_html(
        '<polygon class="range" points="{}"/><polyline class="expected" points="{}"/>{}',
        _places(scale, [*upper, *reversed(lower)]),
        _places(scale, middle),
        label,
    )


def _over(day: date, ahead: Ahead) -> bool:
    return ahead.ends_on is not None and day > ahead.ends_on


def _places(scale: Scale, points: Sequence[tuple[date, int]]) -> str:
    return " ".join(f"{scale.x(day)},{scale.y(count)}" for day, count in points)


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
    places = _places(scale, [(point.day, point.count) for point in points])
    return format_html('<polyline class="{}" points="{}"/>', tone, places)

"""A drawing area with its scale, its grid and its months."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

# Drawings that a process remembers: small ones of a row, and large ones of a page.
MOST_REMEMBERED, FEWER_REMEMBERED = 4096, 128


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
WIDE = Frame("wide", 900, 300, left=44, right=108, top=18, bottom=30, month_step=2)
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


def grid_step(highest: int) -> int:
    """Return the distance between grid lines: 1, 2 or 5 times a power of ten, for at most five lines above zero."""
    power = 1
    while highest > power * 50:
        power *= 10
    return next(power * digit for digit in (1, 2, 5, 10) if highest <= power * digit * 5)


def grid(scale: Scale, counts: Sequence[int]) -> SafeString:
    """Return the grid lines at these counts, each with its count; where all are whole thousands, as "50k"."""
    frame = scale.frame
    in_thousands = not any(count % 1000 for count in counts)
    rows = (
        (
            frame.left,
            frame.width - frame.right,
            scale.y(count),
            scale.y(count),
            frame.left - 8,
            scale.y(count) + 4,
            f"{count // 1000}k" if count and in_thousands else count,
        )
        for count in counts
    )
    line = '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" text-anchor="end">{}</text>'
    return format_html_join("", line, rows)


def months(scale: Scale) -> SafeString:
    """Return the names of the months, as many as there is room for."""
    firsts = list(_first_of_months(scale.first, scale.last))
    step = max(scale.frame.month_step, -(-len(firsts) // (scale.frame.plot_width // 60)))
    rows = ((scale.x(day), scale.frame.height - 8, f"{day:%b %y}") for day in firsts[::step])
    return format_html_join("", '<text x="{}" y="{}" text-anchor="middle">{}</text>', rows)


def _first_of_months(first: date, last: date) -> Iterable[date]:
    day = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    while day <= last:
        yield day
        day = (day + timedelta(days=32)).replace(day=1)

"""Charts as server-made SVG: numbers in, markup out. Colours come from CSS classes, so themes and print come free.

Never an inline style (the Content-Security-Policy forbids it) and never a chart without its words: each has a title
and a description that states the conclusion, and the page puts a table beside it. The same numbers are the same
drawing, which is made once and remembered: a page draws dozens, and most of them as the page before it.
"""

from iamdash.views.charts.bars import Bar, age_bars, sparkline, stage_bar
from iamdash.views.charts.lines import Ahead, Point, burn_down
from iamdash.views.charts.plot import grid_step
from iamdash.views.charts.strips import Stretch, use_strip

__all__ = [
    "Ahead",
    "Bar",
    "Point",
    "Stretch",
    "age_bars",
    "burn_down",
    "grid_step",
    "sparkline",
    "stage_bar",
    "use_strip",
]

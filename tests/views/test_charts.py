"""The charts are well-formed, keep to their frame, and say their conclusion in words."""

from datetime import date, timedelta
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from iamdash.views import charts
from iamdash.views.charts.plot import NARROW, WIDE

TODAY = date(2026, 11, 23)


def points(*counts: int) -> tuple[charts.Point, ...]:
    first = TODAY - timedelta(weeks=len(counts) - 1)
    return tuple(charts.Point(first + timedelta(weeks=week), count) for week, count in enumerate(counts))


def drawings(markup: str) -> list[ET.Element]:
    return list(ET.fromstring(f"<div>{markup}</div>"))


def test_a_burn_down_is_drawn_wide_and_narrow_with_ids_of_its_own():
    wide, narrow = drawings(charts.burn_down(points(12, 9, 4), target_on=None, summary="Down from 12 to 4."))

    assert wide.attrib["class"] == "chart wide"
    assert narrow.attrib["class"] == "chart narrow"
    assert {node.attrib["id"] for node in wide if "id" in node.attrib}.isdisjoint(
        {node.attrib["id"] for node in narrow if "id" in node.attrib}
    )
    assert wide.find("desc").text == "Down from 12 to 4."


def test_the_summary_is_escaped():
    markup = charts.burn_down(points(2, 1), target_on=None, summary="<b>&")

    assert "<b>" not in markup


def test_a_target_in_the_future_widens_the_plot_and_is_named():
    (wide, _) = drawings(charts.burn_down(points(5, 3), target_on=date(2027, 4, 30), summary=""))

    assert "Target 30 Apr" in [node.text for node in wide.iter("text")]


def test_a_target_that_has_passed_is_not_drawn():
    markup = charts.burn_down(points(5, 3), target_on=TODAY - timedelta(days=1), summary="")

    assert "Target" not in markup


@given(st.lists(st.integers(0, 200_000), min_size=2, max_size=60), st.none() | st.integers(1, 900))
def test_every_point_lies_inside_the_plot(counts, days_to_target):
    target_on = TODAY + timedelta(days=days_to_target) if days_to_target else None

    for drawing, frame in zip(
        drawings(charts.burn_down(points(*counts), target_on=target_on, summary="")),
        (WIDE, NARROW),
        strict=True,
    ):
        line = next(node for node in drawing if node.attrib.get("class") == "actual")
        places = [tuple(map(float, place.split(","))) for place in line.attrib["points"].split()]
        assert len(places) == len(counts)
        assert all(frame.left <= x <= frame.width - frame.right for x, _ in places)
        assert all(frame.top <= y <= frame.height - frame.bottom for _, y in places)


@given(st.integers(1, 10_000_000))
def test_grid_lines_are_few_and_round(highest):
    step = charts.grid_step(highest)

    assert highest <= step * 5
    assert str(step).rstrip("0") in {"1", "2", "5"}


def test_grid_lines_of_whole_thousands_say_so_in_the_room_that_they_have():
    for count, words in ((2_000, ["0", "500", "1000"]), (90_000, ["0", "20k", "40k"])):
        for drawing in drawings(charts.burn_down(points(count, count), target_on=None, summary="")):
            said = [node.text for node in drawing.iter("text") if node.attrib.get("text-anchor") == "end"]
            assert said[:3] == words


def test_a_stage_bar_shares_its_width_by_count():
    (bar,) = drawings(charts.stage_bar((1, 0, 0, 0, 0, 3)))

    widths = [float(segment.attrib["width"]) for segment in bar]
    assert widths == [49.0, 0.0, 0.0, 0.0, 0.0, 149.0]


def test_a_team_without_candidates_has_an_empty_bar():
    (bar,) = drawings(charts.stage_bar((0,) * 6))

    assert {segment.attrib["width"] for segment in bar} == {"0"}


def test_a_strip_marks_the_days_of_use_on_the_band_of_what_is_known():
    window = charts.Stretch(TODAY - timedelta(days=400), TODAY)
    unread = charts.Stretch(TODAY - timedelta(days=500), TODAY - timedelta(days=390))
    known = charts.Stretch(TODAY - timedelta(days=396), TODAY - timedelta(days=1))
    days = [TODAY - timedelta(days=number) for number in (1, 30, 401)]

    (strip,) = drawings(
        charts.use_strip(days, window=window, known=known, unread=[unread], key_id="AKIA1", summary="<Monthly>")
    )

    placed = [(node.attrib["class"], node.attrib["x"], node.attrib["width"]) for node in strip.iter("rect")]
    assert placed == [("read", "4", "396"), ("unread", "0", "11"), ("use", "399", "1.5"), ("use", "370", "1.5")]
    assert strip.attrib["viewBox"] == "0 0 401 20"
    assert strip.find("desc").text == "<Monthly>"
    assert strip.attrib["aria-labelledby"].split() == [node.attrib["id"] for node in strip if "id" in node.attrib]


def ahead(*middle: int, ends_on: date | None = None) -> charts.Ahead:
    days = tuple(TODAY + timedelta(weeks=week) for week in range(len(middle)))
    return charts.Ahead(days, tuple(max(count - 2, 0) for count in middle), middle, middle, ends_on)


def test_what_is_expected_is_a_line_in_a_band_that_begins_today_and_names_its_end():
    ends_on = TODAY + timedelta(weeks=2)
    (wide, _) = drawings(
        charts.burn_down(points(5, 3), ahead=ahead(3, 1, 0, ends_on=ends_on), target_on=None, summary="")
    )

    line = next(node for node in wide.iter("polyline") if node.attrib["class"] == "expected")
    band = next(node for node in wide.iter("polygon"))
    dot = next(node for node in wide.iter("circle"))
    assert line.attrib["points"].split()[0] == f"{dot.attrib['cx']},{dot.attrib['cy']}"
    assert len(band.attrib["points"].split()) == 6
    assert f"Likely {ends_on:%b %Y}" in [node.text for node in wide.iter("text")]


def test_an_end_beyond_the_drawing_is_named_where_the_line_leaves_it():
    ends_on = TODAY + timedelta(weeks=90)

    for drawing in drawings(
        charts.burn_down(points(5, 3), ahead=ahead(3, 2, ends_on=ends_on), target_on=None, summary="")
    ):
        line = next(node for node in drawing.iter("polyline") if node.attrib["class"] == "expected")
        (label,) = (node for node in drawing.iter("text") if node.text == f"Likely {ends_on:%b %Y}")
        assert float(label.attrib["y"]) == float(line.attrib["points"].split(",")[-1]) - 8
        assert abs(float(label.attrib["x"]) - float(line.attrib["points"].split()[-1].split(",")[0])) <= 8


def test_without_an_end_in_sight_none_is_named():
    (wide, _) = drawings(charts.burn_down(points(5, 3), ahead=ahead(3, 3, 3), target_on=None, summary=""))

    assert not [node for node in wide.iter("text") if (node.text or "").startswith("Likely")]


def test_a_bar_for_each_age_is_as_high_as_its_count_and_leads_to_its_list():
    bars = (
        charts.Bar("Under a year", "<1 y", 4, "/candidates/?age=1y", is_old=False),
        charts.Bar("Older", "1 y+", 8, "/o", is_old=True),
    )

    (wide, narrow) = drawings(charts.age_bars(bars, title="Ages"))

    young, old = wide.iter("rect")
    assert float(old.attrib["height"]) == 2 * float(young.attrib["height"])
    assert old.attrib["class"] == "bar old"
    assert [link.attrib["href"] for link in narrow.iter("a")] == ["/candidates/?age=1y", "/o"]


def test_a_sparkline_falls_as_its_counts_do_and_one_count_has_none():
    falls = heights_of((9, 5, 0))

    assert falls == sorted(falls)
    assert charts.sparkline((3,)) == ""


def test_what_stays_as_it_is_does_not_look_as_if_nothing_was_left():
    assert heights_of((8, 8, 8)) == [2, 2, 2]
    assert heights_of((0, 0)) == [20, 20]
    _from, to = heights_of((60, 59))
    assert 2 < to < 3


def heights_of(counts: tuple[int, ...]) -> list[float]:
    """Return how far below the top of its drawing a sparkline runs."""
    (spark,) = drawings(charts.sparkline(counts))
    return [float(place.split(",")[1]) for place in next(iter(spark)).attrib["points"].split()]

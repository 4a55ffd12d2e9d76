"""The forecast: a range from the organisation's own weeks, the same for the same weeks, and none without a history."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamdash.rules.overview.forecast import (
    HORIZON,
    Forecast,
    Outlook,
    Week,
    forecast,
    needed_every_four_weeks,
    outlook,
    outlook_at_mean_pace,
)

TODAY = date(2026, 11, 23)
WEEKS = st.lists(st.builds(Week, retired=st.integers(0, 30), arrived=st.integers(0, 10)), min_size=4, max_size=12)


def seen(weeks: list[Week], left: int = 100) -> Forecast:
    found = forecast(weeks, left=left, today=TODAY)
    assert found is not None
    return found


@pytest.mark.parametrize("known", range(4))
def test_three_weeks_are_not_enough_history(known: int) -> None:
    assert forecast([Week(5, 0)] * known, left=10, today=TODAY) is None


def test_an_even_pace_ends_on_one_day() -> None:
    found = seen([Week(retired=10, arrived=0)] * 4)

    assert found.early_on == found.likely_on == found.late_on == TODAY + timedelta(weeks=10)
    assert [step.middle for step in found.path] == list(range(100, -1, -10))


def test_arrivals_put_the_end_off() -> None:
    assert seen([Week(retired=10, arrived=5)] * 4).likely_on == TODAY + timedelta(weeks=20)


def test_uneven_weeks_widen_the_range() -> None:
    even, uneven = seen([Week(10, 0)] * 6), seen([Week(0, 0), Week(20, 0)] * 3)

    assert None not in {even.early_on, even.late_on, uneven.early_on, uneven.late_on}
    assert uneven.late_on - uneven.early_on > even.late_on - even.early_on
    assert uneven.early_on < even.early_on < uneven.late_on


def test_where_as_many_arrive_as_go_there_is_no_end() -> None:
    found = seen([Week(3, 3)] * 8)

    assert (found.early_on, found.likely_on, found.late_on) == (None, None, None)
    assert len(found.path) == HORIZON + 1


def test_nothing_left_is_done_today() -> None:
    found = seen([Week(3, 0)] * 4, left=0)

    assert found.late_on == TODAY
    assert outlook(found, left=0, target_on=None) is Outlook.DONE


@given(weeks=WEEKS, left=st.integers(0, 500))
def test_the_range_holds_its_middle_and_starts_at_what_is_left(weeks: list[Week], left: int) -> None:
    found = seen(weeks, left)

    assert found == forecast(weeks, left=left, today=TODAY)
    assert found.path[0].fewest == found.path[0].most == left
    assert all(0 <= step.fewest <= step.middle <= step.most for step in found.path)
    ends = [day or date.max for day in (found.early_on, found.likely_on, found.late_on)]
    assert ends == sorted(ends)


@pytest.mark.parametrize(
    ("weeks_to_target", "expected"),
    [(30, Outlook.ON_TRACK), (10, Outlook.CLOSE), (3, Outlook.BEHIND), (None, Outlook.UNKNOWN)],
)
def test_the_outlook_says_in_how_many_futures_the_target_is_met(weeks_to_target: int | None, expected: Outlook) -> None:
    found = seen([Week(0, 0), Week(20, 0)] * 3)
    target_on = TODAY + timedelta(weeks=weeks_to_target) if weeks_to_target else None

    assert outlook(found, left=100, target_on=target_on) is expected


def test_without_a_forecast_nobody_can_say() -> None:
    assert outlook(None, left=5, target_on=TODAY) is Outlook.UNKNOWN


def test_the_pace_that_is_needed_is_rounded_up_and_ends_with_the_time() -> None:
    assert needed_every_four_weeks(268, today=TODAY, target_on=date(2027, 4, 30)) == 48
    assert needed_every_four_weeks(268, today=TODAY, target_on=TODAY) is None


@pytest.mark.parametrize(
    ("weeks", "left", "expected"),
    [
        ([Week(2, 0), Week(3, 0), Week(3, 0), Week(2, 0)], 30, Outlook.ON_TRACK),
        ([Week(0, 0), Week(1, 0), Week(1, 0), Week(0, 0)], 38, Outlook.BEHIND),
        ([Week(9, 10), Week(9, 10), Week(9, 10), Week(9, 10)], 44, Outlook.BEHIND),
        ([Week(2, 0), Week(3, 0), Week(3, 0)], 30, Outlook.UNKNOWN),
        ([Week(1, 0)] * 4, 0, Outlook.DONE),
    ],
)
def test_a_group_is_judged_by_its_mean_pace(weeks: list[Week], left: int, expected: Outlook) -> None:
    target_on = TODAY + timedelta(weeks=13)

    assert outlook_at_mean_pace(weeks, left=left, today=TODAY, target_on=target_on) is expected

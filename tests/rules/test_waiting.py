from datetime import datetime, timedelta

import pytest

from iamdash.rules.silence.history import days_of_use, history_of
from iamdash.rules.silence.waiting import A_YEAR, UNDECLARED, wait_for, waiting_time
from tests.rules.facts_builder import NOW, ago

FORTNIGHT = timedelta(days=14)
LONG_AGO = ago(days=3000)


def every(days: float, *, times: int) -> list[datetime]:
    """Uses so many days apart, the last one now."""
    return [NOW - timedelta(days=days * turn) for turn in range(times)]


def wait(uses: list[datetime], **changes: object) -> timedelta:
    return waiting_time(uses, **{"created_at": LONG_AGO, "minimum_quiet": FORTNIGHT} | changes)  # type: ignore[arg-type]


def test_a_history_too_short_to_know_waits_for_more_than_a_year() -> None:
    assert wait([]) == A_YEAR
    assert wait([NOW]) == A_YEAR
    assert wait(every(1, times=119)) == A_YEAR, "118 days show no rhythm, however even they are"


def test_even_gaps_wait_twice_the_longest() -> None:
    assert wait(every(60, times=5)) == timedelta(days=120)


def test_four_gaps_that_are_not_even_show_nothing() -> None:
    assert wait([*every(60, times=4), ago(days=275)]) == A_YEAR


def test_many_uneven_gaps_wait_four_times_the_longest() -> None:
    uses = [ago(days=sum(20 + 20 * (turn % 2) for turn in range(number))) for number in range(21)]

    assert wait(uses) == timedelta(days=160)


def test_no_rhythm_waits_longer_than_a_year_but_one_with_a_longer_gap() -> None:
    assert wait(every(365, times=6)) == 1.1 * timedelta(days=365)


def test_while_nobody_has_said_how_often_a_busy_key_waits_for_what_may_hide_behind_it() -> None:
    assert wait(every(1, times=400)) == UNDECLARED


def test_a_declared_cadence_ends_that_and_leaves_the_least_wait() -> None:
    assert wait(every(1, times=400), cadence=timedelta(days=1)) == FORTNIGHT


@pytest.mark.parametrize(("days", "expected"), [(1, 14), (31, 62), (92, 184), (183, 366), (365, 401.5)])
def test_a_declared_cadence_takes_the_place_of_a_history_too_short(days: int, expected: float) -> None:
    assert wait([NOW], cadence=timedelta(days=days)) == timedelta(days=expected)


def test_a_declared_cadence_never_shortens_what_a_history_shows() -> None:
    assert wait(every(60, times=5), cadence=timedelta(days=1)) == timedelta(days=120)
    assert wait(every(60, times=5), cadence=timedelta(days=92)) == timedelta(days=184)


def test_the_longest_gap_counts_whatever_else_is_known() -> None:
    assert wait([NOW, ago(days=100)], cadence=timedelta(days=1)) == 1.1 * timedelta(days=100)


def test_what_a_key_does_within_a_day_says_nothing() -> None:
    monthly = every(30, times=6)
    bursts = [at - timedelta(minutes=20 * turn) for at in monthly for turn in range(10)]

    assert wait(bursts) == wait(monthly) == UNDECLARED


def test_a_gap_in_which_we_looked_away_tells_of_us_and_is_still_waited_for() -> None:
    # Daily, but for 40 days in which nobody read the key.
    uses = [NOW - timedelta(days=day) for day in range(200) if not 50 <= day < 90]

    assert wait(uses, cadence=timedelta(days=1)) == 4 * timedelta(days=41)
    watched = wait(uses, cadence=timedelta(days=1), unread_before={ago(days=49): timedelta(days=40)})
    assert watched == 1.1 * timedelta(days=41)


def test_a_break_shorter_than_the_key_usually_rests_hides_nothing() -> None:
    uses = every(60, times=5)

    assert wait(uses, unread_before={ago(days=60): timedelta(days=30)}) == wait(uses)


def test_a_use_from_before_the_key_was_made_is_none_of_its_own() -> None:
    uses = every(60, times=5)

    assert wait(uses, created_at=ago(days=130)) == A_YEAR


@pytest.mark.parametrize(
    ("uses", "minimum_quiet", "undeclared"),
    [([], FORTNIGHT, True), (every(1, times=400), FORTNIGHT, True), (every(1, times=400), timedelta(days=100), False)],
)
def test_a_wait_says_whether_it_would_be_shorter_if_somebody_said_how_often(
    uses: list[datetime], minimum_quiet: timedelta, undeclared: bool
) -> None:
    found = wait_for(history_of(days_of_use(uses)), cadence=None, minimum_quiet=minimum_quiet)

    assert found.undeclared is undeclared


def test_the_organisation_may_ask_for_more() -> None:
    assert wait(every(1, times=400), minimum_quiet=timedelta(days=100)) == timedelta(days=100)

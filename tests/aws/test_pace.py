"""The pace against an AWS that allows so many calls a second, in a time of its own: nothing here waits."""

import pytest

from iamdash.aws.pace import SLOWEST, Pace, slows_down

ALLOWS = 20.0
AT_ONCE = 4
TAKES = 0.02  # seconds from a call to its answer


def run_against(allows: float, *, calls: int, burst: float) -> tuple[float, int]:
    """Return the seconds in which so many calls were answered, and how many were throttled on the way.

    AWS has a bucket of tokens; what is throttled is sent again half a second later. Four threads send.
    """
    pace, tokens, filled_at = Pace(), burst, 0.0
    free_at, answered, throttled = [0.0] * AT_ONCE, 0, 0
    while answered < calls:
        thread = free_at.index(min(free_at))
        now = free_at[thread]
        sent_at = now + pace.wait(now)
        tokens, filled_at = min(burst, tokens + (sent_at - filled_at) * allows), max(sent_at, filled_at)
        free_at[thread] = sent_at + TAKES
        if tokens >= 1:
            tokens, answered = tokens - 1, answered + 1
            pace.answered(sent_at + TAKES)
        else:
            throttled += 1
            pace.throttled(sent_at + TAKES)
            free_at[thread] += 0.5
    return max(free_at), throttled


@pytest.mark.parametrize("seconds_at_once", [0.25, 1.0, 5.0])
@pytest.mark.parametrize("allows", [5.0, 20.0, 60.0])
def test_it_finds_the_rate_that_aws_allows_and_hardly_ever_exceeds_it(allows: float, seconds_at_once: float) -> None:
    seconds, throttled = run_against(allows, calls=1000, burst=allows * seconds_at_once)

    assert seconds <= 1.1 * 1000 / allows
    assert throttled <= 0.1 * 1000


def test_nothing_waits_until_aws_throttles() -> None:
    pace = Pace()

    assert [pace.wait(0.0) for _ in range(100)] == [0.0] * 100
    assert pace.rate(0.0) is None


def test_after_a_throttled_call_it_is_as_fast_as_aws_has_just_been_answering() -> None:
    pace = Pace()
    for number in range(40):
        pace.wait(number / ALLOWS)
        pace.answered(number / ALLOWS)

    pace.throttled(2.0)

    assert pace.rate(2.0) == pytest.approx(ALLOWS, abs=1)
    assert pace.wait(2.0) == 0.0
    assert pace.wait(2.0) == pytest.approx(1 / ALLOWS, rel=0.1)


def test_calls_that_were_under_way_together_slow_it_down_once() -> None:
    pace = Pace()
    for _ in range(10):
        pace.answered(0.0)

    pace.throttled(0.1)
    before = pace.rate(0.2)
    pace.throttled(0.2)

    assert pace.rate(0.2) == before


def test_where_aws_answers_nobody_it_slows_down_to_a_crawl_and_no_further() -> None:
    pace = Pace()

    for second in range(20):
        pace.throttled(float(second))

    assert pace.rate(19.0) == SLOWEST


def test_it_quickens_while_aws_answers() -> None:
    pace = Pace()
    pace.answered(0.0)
    pace.throttled(0.5)

    assert 1 < (pace.rate(30.0) or 0) < (pace.rate(90.0) or 0)


def test_after_hours_it_is_as_good_as_free() -> None:
    pace = Pace()
    pace.throttled(0.0)
    pace.wait(0.0)

    assert pace.wait(100_000.0) == 0.0
    assert (pace.rate(100_000.0) or 0) > ALLOWS


@pytest.mark.parametrize(
    ("answer", "slow"),
    [
        ({"Error": {"Code": "Throttling"}}, True),
        ({"ResponseMetadata": {"HTTPStatusCode": 429}}, True),
        ({"Error": {"Code": "AccessDenied"}}, False),
        ({}, False),
        (None, False),
    ],
)
def test_what_asks_to_slow_down(answer: dict[str, object] | None, slow: bool) -> None:
    assert slows_down(answer) is slow

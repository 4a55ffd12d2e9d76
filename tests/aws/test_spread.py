from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from iamdash.aws.spread import due
from tests.aws.recorded import NOW

WEEK = timedelta(days=7)
moments = st.integers(0, 10**7).map(lambda seconds: NOW + timedelta(seconds=seconds))


@given(st.text(min_size=1), moments)
def test_it_is_due_within_one_period_at_the_latest(identifier: str, since: object) -> None:
    assert due(identifier, since=since, now=since + WEEK, period=WEEK)  # type: ignore[operator,arg-type]


@given(st.text(min_size=1), moments, st.integers(0, 7 * 24 * 3600))
def test_it_is_due_once_in_a_period_however_often_one_looks(identifier: str, since: object, seconds: int) -> None:
    between = since + timedelta(seconds=seconds)  # type: ignore[operator]
    first = due(identifier, since=since, now=between, period=WEEK)  # type: ignore[arg-type]
    second = due(identifier, since=between, now=since + WEEK, period=WEEK)  # type: ignore[operator]

    assert first + second == 1


def test_nothing_is_due_at_once() -> None:
    assert not any(due(f"AIDA{number}", since=NOW, now=NOW, period=WEEK) for number in range(1000))

from collections.abc import Iterable
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamdash.rules.facts import Use
from iamdash.rules.silence.rhythm import Rhythm, rhythm_of
from tests.rules.facts_builder import NOW, ago


def used(days: Iterable[float], *, unread_for: timedelta = timedelta(0)) -> list[Use]:
    """Uses so many days ago, each read an hour later."""
    return [Use(ago(days=day), ago(days=day) + timedelta(hours=1), "direct", unread_for) for day in days]


def named(days: Iterable[float]) -> Rhythm:
    return rhythm_of(used(days)).rhythm


def said(uses: list[Use]) -> str:
    return rhythm_of(uses).sentence.render(now=NOW, zone=UTC)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (1, Rhythm.CONTINUOUS),
        (7, Rhythm.WEEKLY),
        (14, Rhythm.FORTNIGHTLY),
        (28, Rhythm.MONTHLY),
        (31, Rhythm.MONTHLY),
        (91, Rhythm.QUARTERLY),
        (365, Rhythm.YEARLY),
        (700, Rhythm.IRREGULAR),
    ],
)
def test_even_gaps_are_named_by_the_shortest_rhythm_that_holds_them(days: int, expected: Rhythm) -> None:
    assert named(range(0, days * 200 if days < 7 else days * 20, days)) is expected


def test_working_days_are_daily() -> None:
    assert named(day for day in range(200) if day % 7 < 5) is Rhythm.DAILY


def test_a_job_on_the_first_working_day_is_monthly() -> None:
    assert named([0, 28, 62, 92, 123, 157]) is Rhythm.MONTHLY


def test_a_run_by_hand_now_and_then_leaves_a_weekly_job_weekly() -> None:
    assert named([*range(0, 210, 7), 15, 107]) is Rhythm.WEEKLY


def test_bursts_are_irregular() -> None:
    assert named(month * 30 + day for month in range(6) for day in range(5)) is Rhythm.IRREGULAR


@pytest.mark.parametrize("days", [[], [3], [0, 60, 120, 180], range(119)])
def test_few_uses_or_a_short_span_are_too_little_history(days: list[int]) -> None:
    assert named(days) is Rhythm.TOO_LITTLE


def test_a_gap_in_which_nobody_read_the_key_does_not_make_it_irregular() -> None:
    days = [day for day in range(200) if not 50 <= day < 90]
    read = used(day for day in days if day != 49)

    assert rhythm_of([*read, *used([49])]).rhythm is Rhythm.IRREGULAR
    assert rhythm_of([*read, *used([49], unread_for=timedelta(days=40))]).rhythm is Rhythm.CONTINUOUS


def test_it_is_said_with_its_reason() -> None:
    assert said(used(range(0, 155, 31))) == "Monthly: used on 5 days since 28 Jan 2026, 31 days apart at most."
    assert said(used([2])) == "Too little history: used on 1 day, 30 May 2026."
    assert said([]) == "Too little history: no day of use is known."


uses = st.builds(
    Use,
    at=st.timedeltas(timedelta(0), timedelta(days=2000)).map(lambda span: NOW - span),
    as_of=st.just(NOW),
    source=st.sampled_from(["direct", "report"]),
    unread_for=st.timedeltas(timedelta(0), timedelta(days=400)),
)


@given(st.lists(uses, max_size=40), st.randoms(use_true_random=False))
def test_any_uses_have_one_rhythm_whatever_their_order(known: list[Use], random: object) -> None:
    found = rhythm_of(known)
    shuffled = list(known)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert rhythm_of(shuffled) == found
    assert len(found.days) == len({use.at.date() for use in known})
    assert found.sentence.render(now=NOW, zone=UTC).startswith(found.rhythm)

"""The sentence on top of the overview."""

from datetime import date

import pytest

from iamdash.rules.overview.forecast import Outlook, Week, forecast
from iamdash.rules.overview.headline import Headline, headline

TODAY = date(2026, 11, 23)
PACE = [Week(retired=10, arrived=1)] * 6


def said(left: int, weeks: list[Week] = PACE, target_on: date | None = None, iam_users: int = 80) -> Headline:
    expected = forecast(weeks, left=left, today=TODAY)
    return headline(
        left, iam_users=iam_users, any_found=True, weeks=weeks, expected=expected, target_on=target_on, today=TODAY
    )


@pytest.mark.parametrize(
    ("target_on", "words", "outlook"),
    [
        (date(2027, 6, 30), "100 active keys and 80 IAM users left, on track for 30 June 2027.", Outlook.ON_TRACK),
        (
            date(2026, 12, 31),
            "100 active keys and 80 IAM users left, not on track for 31 December 2026.",
            Outlook.BEHIND,
        ),
        (None, "100 active keys and 80 IAM users left.", Outlook.UNKNOWN),
    ],
)
def test_it_begins_with_the_news(target_on: date | None, words: str, outlook: Outlook) -> None:
    assert (said(100, target_on=target_on).first, said(100, target_on=target_on).outlook) == (words, outlook)


def test_it_says_what_went_what_came_what_is_needed_and_when_it_ends() -> None:
    assert said(100, target_on=date(2026, 12, 31)).rest == (
        "40 keys retired in the 4 weeks to yesterday and 4 came up; we need 74 every 4 weeks. "
        "At the pace of the last 6 weeks the last key goes in February 2027."
    )
    assert "At this pace the last key goes in" in said(100, PACE[:4]).rest


def test_a_range_is_named_where_there_is_one() -> None:
    uneven = [Week(0, 0), Week(20, 2)] * 4

    assert "in four of five cases" in said(100, uneven).rest


def test_a_target_that_has_passed_is_said_to_have() -> None:
    assert "the target was 1 November 2026" in said(100, target_on=date(2026, 11, 1)).rest


def test_without_four_weeks_it_forecasts_nothing() -> None:
    sentence = said(5, PACE[:3], target_on=date(2027, 1, 1))

    assert "not enough history" in sentence.rest
    assert "to be done by 1 January 2027 we need" in sentence.rest
    assert sentence.first == "5 active keys and 80 IAM users left."


def test_where_nothing_goes_there_is_no_end() -> None:
    assert "does not go within three years" in said(5, [Week(0, 0)] * 5).rest


def test_the_last_key_gone_is_said_first_and_then_what_is_left_to_delete() -> None:
    assert said(0, iam_users=3) == Headline("No active key is left.", "3 IAM users are left to delete.", Outlook.DONE)
    assert said(0, iam_users=0).rest == ""


def test_where_no_candidate_ever_came_up_nothing_is_said_to_be_done() -> None:
    assert headline(
        0, iam_users=0, any_found=False, weeks=(), expected=None, target_on=date(2027, 1, 1), today=TODAY
    ) == Headline("No candidate has been found here.", "", Outlook.UNKNOWN)


def test_one_key_is_no_plural() -> None:
    assert said(1, iam_users=1).first == "1 active key and 1 IAM user left."

"""Moments in words."""

from datetime import UTC, date, datetime

from iamdash.rules.sentence import day_in_words, time_in_words


def test_every_month_has_its_name() -> None:
    days = [day_in_words(date(2027, month, 3)) for month in range(1, 13)]

    assert days[:6] == ["3 Jan 2027", "3 Feb 2027", "3 Mar 2027", "3 Apr 2027", "3 May 2027", "3 Jun 2027"]
    assert days[6:] == ["3 Jul 2027", "3 Aug 2027", "3 Sep 2027", "3 Oct 2027", "3 Nov 2027", "3 Dec 2027"]


def test_an_early_hour_has_two_digits() -> None:
    assert time_in_words(datetime(2027, 3, 3, 9, 5, tzinfo=UTC)) == "3 Mar 2027, 09:05"

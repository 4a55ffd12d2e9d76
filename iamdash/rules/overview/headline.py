"""The sentence on top of the overview: what is left, whether it will be gone in time, and at which pace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from iamdash.rules.overview.forecast import Forecast, Outlook, Week, needed_every_four_weeks, outlook

FOUR_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Headline:
    """`first` is the news, `rest` what it rests on. `outlook`: how the target stands to the forecast."""

    first: str
    rest: str
    outlook: Outlook


def headline(
    left: int,
    *,
    iam_users: int,
    any_found: bool,
    weeks: Sequence[Week],
    expected: Forecast | None,
    target_on: date | None,
    today: date,
) -> Headline:
    """Return the sentence about `left` active keys and the `iam_users` left, of whom some have none any more.

    `weeks`: the last whole ones, the oldest first; they end with yesterday, and `left` is of now.
    `any_found`: a candidate has ever come up. Where none has, nothing is done: perhaps nothing was read.
    """
    if not any_found:
        return Headline("No candidate has been found here.", "", Outlook.UNKNOWN)
    found = outlook(expected, left=left, target_on=target_on)
    if left == 0:
        are_left = f"{_plural('user', iam_users)} {'is' if iam_users == 1 else 'are'} left to delete"
        rest = f"{iam_users:,} IAM {are_left}."
        return Headline("No active key is left.", rest if iam_users else "", found)
    are_left = f"{left:,} active {_plural('key', left)} and {iam_users:,} IAM {_plural('user', iam_users)} left"
    on_track = _on_track(found, target_on)
    parts = (_pace(weeks, left, target_on, today, is_named=bool(on_track)), _end(expected))
    return Headline(f"{are_left}{on_track}.", " ".join(part for part in parts if part), found)


def _on_track(found: Outlook, target_on: date | None) -> str:
    if target_on is None:
        return ""
    words = {Outlook.ON_TRACK: "on track", Outlook.CLOSE: "just about on track", Outlook.BEHIND: "not on track"}
    return f", {words[found]} for {_day(target_on)}" if found in words else ""


def _pace(weeks: Sequence[Week], left: int, target_on: date | None, today: date, *, is_named: bool) -> str:
    """Return what was retired lately, what came up meanwhile, and what is needed. `is_named`: the target was before."""
    lately = weeks[-FOUR_WEEKS:]
    if not lately:
        return f"The target is {_day(target_on)}." if target_on else ""
    retired, arrived = sum(week.retired for week in lately), sum(week.arrived for week in lately)
    span = f"in the {len(lately)} weeks to yesterday" if len(lately) > 1 else "in the week to yesterday"
    parts = [f"{retired:,} {_plural('key', retired)} retired {span}"] + ([f"{arrived:,} came up"] if arrived else [])
    words = " and ".join(parts)
    if target_on is None:
        return f"{words}."
    needed = needed_every_four_weeks(left, today=today, target_on=target_on)
    if needed is None:
        return f"{words}; the target was {_day(target_on)}."
    by = "" if is_named else f"to be done by {_day(target_on)} "
    return f"{words}; {by}we need {needed:,} every 4 weeks."


def _end(expected: Forecast | None) -> str:
    if expected is None:
        return "There is not enough history for a forecast: it takes four weeks."
    # That of the four weeks just named, or of the longer time that the forecast rests on.
    pace = "this pace" if expected.weeks == FOUR_WEEKS else f"the pace of the last {expected.weeks} weeks"
    if expected.likely_on is None:
        return f"At {pace} the last key does not go within three years."
    likely = f"{expected.likely_on:%B %Y}"
    if expected.early_on is None or expected.late_on is None:
        return f"At {pace} the last key goes in {likely}, and may take more than three years."
    early, late = f"{expected.early_on:%B %Y}", f"{expected.late_on:%B %Y}"
    between = f", between {early} and {late} in four of five cases" if early != late else ""
    return f"At {pace} the last key goes in {likely}{between}."


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"

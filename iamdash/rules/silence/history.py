"""The history of an access key's use: days on which it was used, and the gaps between them.

AWS keeps one last-used value (iam:GetAccessKeyLastUsed); the ledger keeps each one that was read. Between two of them
the key may have been used unseen, so every gap is an upper bound. What a key does within a day says nothing of how
long it may rest, so of each day (UTC) its last use counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from iamdash.rules.moments import NO_TIME

# AWS keeps the first use of a 15-minute span (IAM User Guide, "Getting credential reports").
LAST_USED_SPAN = timedelta(minutes=15)
# Readings come every few hours; a longer break in them is an outage of ours.
LOOKED_AWAY = timedelta(days=3)
NOTHING: Mapping[datetime, timedelta] = {}


@dataclass(frozen=True, slots=True)
class History:
    """`span`: from the first known use to the last. `gaps`: those that tell of the key's rhythm.

    `longest_gap`: of all gaps, those too in which we looked away; zero where there is none.
    """

    span: timedelta
    gaps: tuple[timedelta, ...]
    longest_gap: timedelta


def days_of_use(uses: Iterable[datetime]) -> list[datetime]:
    """Return the last use of each day (UTC), oldest first."""
    last: dict[date, datetime] = {use.date(): use for use in sorted(uses)}
    return list(last.values())


def history_of(days: Sequence[datetime], *, unread_before: Mapping[datetime, timedelta] = NOTHING) -> History:
    """Return what a key's `days_of_use` say of its rhythm.

    `unread_before`: for how long nobody had read the key when a use was first read. Where that is longer than the key
    usually rests, uses in between may have been missed: such a gap tells of us, not of the key.
    """
    all_gaps = [later - earlier for earlier, later in pairwise(days)]
    if not all_gaps:
        return History(NO_TIME, (), NO_TIME)
    span = days[-1] - days[0]
    usual = max(LOOKED_AWAY, 1.5 * span / len(all_gaps))
    breaks = {at.date() for at, unread in unread_before.items() if unread > usual}
    gaps = all_gaps
    if breaks:
        gaps = [gap for gap, later in zip(all_gaps, days[1:], strict=True) if later.date() not in breaks]
    return History(span, tuple(gaps), max(all_gaps))

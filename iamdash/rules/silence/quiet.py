"""Is one access key quiet for long enough? The same answer on the page, in the export and in `judge`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from iamdash.rules.evidence import Verdict
from iamdash.rules.facts import KeyFacts, Thresholds
from iamdash.rules.moments import after, good_until, span_of
from iamdash.rules.silence.history import LAST_USED_SPAN, days_of_use, history_of
from iamdash.rules.silence.waiting import Wait, wait_for

# How late AWS may show a use (4 hours), after the span of which it keeps the first.
AWS_LAG = timedelta(hours=4) + LAST_USED_SPAN


@dataclass(frozen=True, slots=True)
class Quiet:
    """The silence of one key: since when, for how long it has to last, and when it was last seen to last.

    `read_at`: the newest direct reading that agrees with its last use; None: there is none. A credential report can
    move `since`, and so take a yes away; it grants none.
    """

    since: datetime
    wait: Wait
    read_at: datetime | None

    @property
    def enough_from(self) -> datetime:
        """Return from when on a reading can show that the silence has lasted for long enough."""
        return after(after(self.since, span=self.wait.span), span=AWS_LAG)

    @property
    def is_shown(self) -> bool:
        """Return whether a direct reading, however old by now, has shown that it lasted for long enough."""
        return self.read_at is not None and self.read_at >= self.enough_from

    def answer(self, now: datetime) -> Verdict:
        """Return whether it has lasted for long enough, by a direct reading of the last 24 hours."""
        if now < self.enough_from:
            return Verdict.NOT_YET
        if self.read_at is not None and self.is_shown and now < good_until(self.read_at):
            return Verdict.YES
        return Verdict.UNKNOWN

    def changes_at(self, now: datetime) -> datetime | None:
        """Return the next moment at which time alone changes the answer, or None."""
        if now < self.enough_from:
            return self.enough_from
        return good_until(self.read_at) if self.read_at and self.answer(now) is Verdict.YES else None


def quiet_of(key: KeyFacts, *, cadence: timedelta | None, thresholds: Thresholds) -> Quiet:
    """Return the silence of a key; of one whose last use was never read it is no longer than since its creation."""
    unread_before = {use.at: use.unread_for for use in key.uses}
    history = history_of(days_of_use(unread_before), unread_before=unread_before)
    return Quiet(
        since=key.last_used_at + LAST_USED_SPAN if key.last_used_at else key.created_at,
        wait=wait_for(history, cadence=cadence, minimum_quiet=span_of(days=thresholds.minimum_quiet_days)),
        read_at=key.last_used_as_of if key.last_used_source == "direct" else None,
    )

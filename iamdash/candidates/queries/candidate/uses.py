"""The known use of access keys as a page draws it: by day (UTC, as AWS has it), with the days that nobody read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from iamdash.models import AccessKey
from iamdash.rules.facts import Use
from iamdash.rules.silence.history import LOOKED_AWAY
from iamdash.rules.silence.rhythm import KeyRhythm, rhythm_of

LAST_USED_SOURCES = {"direct": "iam:GetAccessKeyLastUsed", "report": "iam:GetCredentialReport"}
# What is drawn, and listed beside the drawing.
SHOWN = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class DayOfUse:
    """A day on which a key was used: its last use, as a page says it."""

    use: Use

    @property
    def service(self) -> str:
        """Return the service that was used; "" where AWS names none."""
        return _named(self.use.service)

    @property
    def region(self) -> str:
        """Return its Region; "" where AWS names none."""
        return _named(self.use.region)

    @property
    def source(self) -> str:
        """Return the call that said so."""
        return LAST_USED_SOURCES.get(self.use.source, self.use.source)


@dataclass(frozen=True, slots=True)
class KnownUse:
    """The use of one key. Pairs of days are stretches, both ends included; `shown` is newest first, within `window`.

    `there`: the days of the window on which the key existed. `unread`: those of which nobody can say whether
    it was used, as nobody had read it for more than three days.
    """

    rhythm: KeyRhythm
    window: tuple[date, date]
    there: tuple[date, date]
    unread: tuple[tuple[date, date], ...]
    shown: tuple[DayOfUse, ...]


def known_use(access_key: AccessKey, uses: Sequence[Use], *, read_until: datetime | None, now: datetime) -> KnownUse:
    """Return what is known of a key's use; `uses`: its days of use, oldest first.

    `read_until`: its newest reading of last use; None: there is none.
    """
    start, end = now - SHOWN, access_key.gone_at or now
    first_read = min([access_key.first_seen_at, *(use.as_of for use in uses)])
    breaks = [(use.as_of - use.unread_for, use.as_of) for use in uses]
    breaks += [(access_key.created_at, first_read), (read_until or first_read, end)]
    return KnownUse(
        rhythm=rhythm_of(uses),
        window=(start.date(), now.date()),
        there=(max(access_key.created_at, start).date(), end.date()),
        unread=tuple(
            (since.date(), until.date()) for since, until in breaks if until - since > LOOKED_AWAY and until > start
        ),
        shown=tuple(DayOfUse(use) for use in reversed(uses) if use.at > start),
    )


def _named(value: str) -> str:
    return "" if value == "N/A" else value

"""The known use of access keys as a page draws it: by day (UTC, as AWS has it), with the days that nobody read."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import F, Max, Window
from django.db.models.functions import TruncDay

from iamdash.models import AccessKey, AccessKeyUse, IamUser
from iamdash.rules.facts import Use
from iamdash.rules.history import LOOKED_AWAY
from iamdash.rules.moments import NO_TIME
from iamdash.rules.rhythm import KeyRhythm, rhythm_of

LAST_USED_SOURCES = {"direct": "iam:GetAccessKeyLastUsed", "report": "iam:GetCredentialReport"}
# What is drawn, and listed beside the drawing.
SHOWN = timedelta(days=400)
# What is fetched: a yearly rhythm shows after four years.
FETCHED = timedelta(days=2000)


@dataclass(frozen=True, slots=True)
class DayOfUse:
    """A day on which a key was used: its last use, and which reading said so. `service`, `region`: "" where unnamed."""

    use: Use
    service: str
    region: str

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


def days_of_use(iam_user: IamUser, *, now: datetime) -> dict[int, list[DayOfUse]]:
    """Return the days of use of each access key, by row id, oldest first. One query (see `standing.facts`)."""
    found: dict[int, list[DayOfUse]] = defaultdict(list)
    days = (
        AccessKeyUse.objects.filter(access_key__iam_user=iam_user, last_used_at__gt=now - FETCHED)
        .annotate(day=TruncDay("last_used_at", tzinfo=UTC))
        .annotate(unread_for=Window(Max(F("as_of") - F("seen_before")), partition_by=[F("access_key_id"), F("day")]))
        .order_by("access_key_id", "day", "-last_used_at")
        .distinct("access_key_id", "day")
    )
    for row in days:
        use = Use(row.last_used_at, row.as_of, row.source, row.unread_for or NO_TIME)
        found[row.access_key_id].append(DayOfUse(use, _named(row.last_used_service), _named(row.last_used_region)))
    return found


def known_use(
    access_key: AccessKey, days: Sequence[DayOfUse], *, read_until: datetime | None, now: datetime
) -> KnownUse:
    """Return what is known of a key's use. `read_until`: its newest reading of last use; None: there is none."""
    start, end = now - SHOWN, access_key.gone_at or now
    first_read = min([access_key.first_seen_at, *(day.use.as_of for day in days)])
    breaks = [(day.use.as_of - day.use.unread_for, day.use.as_of) for day in days]
    breaks += [(access_key.created_at, first_read), (read_until or first_read, end)]
    return KnownUse(
        rhythm=rhythm_of(day.use for day in days),
        window=(start.date(), now.date()),
        there=(max(access_key.created_at, start).date(), end.date()),
        unread=tuple(
            (since.date(), until.date()) for since, until in breaks if until - since > LOOKED_AWAY and until > start
        ),
        shown=tuple(day for day in reversed(days) if day.use.at > start),
    )


def _named(value: str) -> str:
    return "" if value == "N/A" else value

"""Drawings as template words. What they look like is `views.charts`'s."""

from django.utils.safestring import SafeString

from iamdash.candidates.queries.candidate.uses import KnownUse
from iamdash.views.charts import Stretch, use_strip


def days_of_use(known_use: KnownUse, key_id: str, summary: str) -> SafeString:
    """Return the strip of the days on which a key was used; `summary` is what it shows, in words."""
    return use_strip(
        [day.use.at.date() for day in known_use.shown],
        window=Stretch(*known_use.window),
        known=Stretch(*known_use.there),
        unread=[Stretch(*each) for each in known_use.unread],
        key_id=key_id,
        summary=summary,
    )

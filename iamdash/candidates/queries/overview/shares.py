"""What is left and what is done, shared out by one column: counted in one pass, and summed up where the rows are."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db.models import BigIntegerField, Count, F, Sum

from iamdash.candidates.queries.compiled import NOW, Compiled, compiled
from iamdash.candidates.queries.overview.scope import Bounds, Scope
from iamdash.models import Standing
from iamdash.models.question import Given
from iamdash.models.standing import WORKED_ON
from iamdash.rules.stage import Stage

# Innermost, Django's SQL: a row for each share and stage, and how many of a share are not stuck yet. Then a row for
# each share and one for the whole; of them the whole, what has no share, and the page of shares that is asked for.
SHARED_OUT = """
    WITH counted AS ({counted}), waiting AS ({waiting}), summed AS (
        SELECT grouping(share) = 1 AS is_whole, share, ARRAY[{stages}] AS by_stage,
            coalesce(sum(number) FILTER (WHERE stage < {deleted}) - sum(waiting), 0)::int AS stuck,
            coalesce(sum(keys) FILTER (WHERE stage < {deleted}), 0)::int AS keys,
            sum(number) FILTER (WHERE stage < {deleted}) AS to_do
        FROM (
            SELECT nullif(share, '') AS share, stage, number, keys, 0 AS waiting FROM counted
            UNION ALL SELECT nullif(share, ''), NULL, 0, 0, number FROM waiting
        ) AS each GROUP BY GROUPING SETS ((share), ())
    ), placed AS (
        SELECT *, count(share) OVER () AS shares,
            row_number() OVER (PARTITION BY share IS NULL ORDER BY to_do DESC NULLS LAST, share) AS place
        FROM summed
    )
    SELECT coalesce(share, ''), coalesce({name}, share, ''), by_stage, stuck, keys, shares
    FROM placed WHERE share IS NULL OR place > %s AND place <= %s
    ORDER BY is_whole DESC, share IS NULL, place
"""
OF_STAGE = "coalesce(sum(number) FILTER (WHERE stage = {}), 0)::int"


@dataclass(frozen=True, slots=True)
class Share:
    """What one team, account or route has. `value`: "" is what none has. `by_stage` goes up the ladder.

    `stuck`: too long in their stage; `keys`: their active keys.
    """

    value: str
    name: str
    by_stage: tuple[int, ...]
    stuck: int
    keys: int

    @property
    def done(self) -> int:
        """Return how many are Deleted."""
        return self.by_stage[Stage.DELETED - 1]

    @property
    def left(self) -> int:
        """Return how many are still open."""
        return sum(self.by_stage) - self.done


NOTHING = Share("", "", (0,) * len(Stage), 0, 0)


@dataclass(frozen=True, slots=True)
class Shares:
    """The whole, and its shares: of those asked for the one with most left first. `others`: how many come after."""

    whole: Share
    each: tuple[Share, ...]
    of_none: Share
    others: int


def shares(column: str, name: str, scope: Scope, *, now: datetime, first: int, most: int) -> Shares:
    """Return `most` shares of a `column` of standings from the `first` on. `name`: SQL for its name. One query."""
    (*_whole, by_stage, stuck, keys, number), *rows = _shared_out(column, name, scope.bounds).ask(
        now=now, after=first, until=first + most, **scope.given
    )
    found = [Share(value, its_name, tuple(stages), *counts) for value, its_name, stages, *counts, _number in rows]
    named = tuple(share for share in found if share.value)
    return Shares(
        whole=Share("", "", tuple(by_stage), stuck, keys),
        each=named,
        of_none=next((share for share in found if not share.value), NOTHING),
        others=max(number - first - len(named), 0),
    )


@cache
def _shared_out(column: str, name: str, bounds: Bounds) -> Compiled:
    standings = Standing.objects.filter(bounds.standings()).order_by()
    by_stage, not_yet = standings.filter(WORKED_ON), standings.filter(is_open=True, stuck_from__gt=NOW)
    counts = {"number": Count("*"), "keys": Sum("active_keys")}
    counted = compiled(by_stage.values("stage", share=F(column)).annotate(**counts))
    waiting = compiled(not_yet.values(share=F(column)).annotate(number=Count("*")))
    stages = ", ".join(OF_STAGE.format(stage.value) for stage in Stage)
    sql = SHARED_OUT.format(
        counted=counted.sql, waiting=waiting.sql, stages=stages, deleted=Stage.DELETED.value, name=name
    )
    page = (Given("after", BigIntegerField()), Given("until", BigIntegerField()))
    return Compiled(sql, (*counted.places, *waiting.places, *page))

"""How the work is shared out: by team, by AWS account or by route, each with its stages and its pace."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache, partial

from django.db.models import F, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import NullIf

from iamdash.candidates.queries.filters import NOBODY, ROUTES
from iamdash.candidates.queries.overview.background import Background
from iamdash.candidates.queries.overview.burn_down import MOST_REMEMBERED
from iamdash.candidates.queries.overview.numbers import Number
from iamdash.candidates.queries.overview.scope import Scope
from iamdash.candidates.queries.overview.shares import Share, shares
from iamdash.models import DailyCount
from iamdash.rules.forecast import Outlook, outlook_of_counts
from iamdash.rules.stage import Stage

MOST = 12
WEEKS = 13


@dataclass(frozen=True, slots=True)
class Grouping:
    """One way to share out the work: by a `column` of the standing, which is also a filter of the list.

    `named`: SQL for the name of a share, and `names`: names that no table has. `without`: what has no share, "" where
    everything has. `counted_by`: its column of the daily counts, "" where these do not tell.
    """

    name: str
    label: str
    column: Combinable
    named: str
    without: str
    counted_by: str = ""
    names: Mapping[str, str] = field(default_factory=dict)


GROUPINGS = {
    grouping.name: grouping
    for grouping in (
        Grouping(
            name="team",
            label="By team",
            column=F("owner_team"),
            named="(SELECT name FROM iamdash_team WHERE slug = share)",
            without="No team yet",
            counted_by="team_slug",
        ),
        Grouping(
            name="account",
            label="By account",
            column=F("aws_account"),
            named="(SELECT name FROM iamdash_awsaccount WHERE account_id = share)",
            without="",
            counted_by="aws_account_id",
        ),
        Grouping(
            name="route",
            label="By route",
            column=NullIf(F("candidate__route"), Value("")),
            named="share",
            without="No route chosen",
            names=ROUTES,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Group:
    """The candidates of one team, account or route by stage. `value` empty: of none. `counts` go up the ladder.

    `weekly`: active keys left, week by week; empty where nobody counted them. `outlook`: will it be done in time.
    """

    value: str
    name: str
    counts: tuple[int, ...]
    left: int
    done: int
    stuck: int
    numbers: tuple[Number, ...]
    weekly: tuple[int, ...]
    outlook: Outlook

    @property
    def stages_in_words(self) -> str:
        """Return how many there are in each stage: "Identified 4, Claimed 2, …"."""
        return ", ".join(f"{stage.label} {count}" for stage, count in zip(Stage, self.counts, strict=True))


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups with most left, those without one last; `more`: how many others there are. `whole`: all of them."""

    grouping: Grouping
    rows: tuple[Group, ...]
    more: int
    whole: Share


def groups(
    grouping: Grouping, scope: Scope, beside: Background, *, now: datetime, first: int = 0, most: int = MOST
) -> Groups:
    """Return how the candidates in `scope` are shared out: `most` groups from the `first` on. One query.

    What was counted of them in the last weeks is one more, once a day.
    """
    found = shares(grouping.column, grouping.named, scope, now=now, first=first, most=most)
    shown = (*found.each, *((found.of_none,) if grouping.without else ()))
    values = tuple(share.value for share in shown)
    weekly: Mapping[str, tuple[int, ...]] = {}
    if grouping.counted_by and beside.newest_count:
        weekly = _weekly(grouping.counted_by, scope, values, now.date(), beside.newest_count)
    in_time = partial(outlook_of_counts, today=now.date(), target_on=beside.target_date)
    rows = tuple(_group(grouping, scope, share, weekly.get(share.value, ()), in_time) for share in shown)
    return Groups(grouping, rows, found.others, found.whole)


def _group(
    grouping: Grouping, scope: Scope, share: Share, weekly: tuple[int, ...], in_time: Callable[..., Outlook]
) -> Group:
    narrowed = f"{grouping.name}={share.value or NOBODY}"
    return Group(
        value=share.value,
        name=grouping.names.get(share.value, share.name) or grouping.without,
        counts=share.by_stage,
        left=share.left,
        done=share.done,
        stuck=share.stuck,
        numbers=(
            Number(share.left, "Left", scope.list_query(narrowed)),
            Number(share.done, "Done", scope.list_query(f"view=deleted&{narrowed}")),
            Number(share.stuck, "Stuck", scope.list_query(f"view=stuck&{narrowed}")),
        ),
        weekly=weekly,
        outlook=in_time(weekly, left=share.left) if grouping.counted_by else Outlook.UNKNOWN,
    )


# As the history: what was counted on a day that is over stands, until there is a newer count.
@lru_cache(maxsize=MOST_REMEMBERED)
def _weekly(
    counted_by: str, scope: Scope, values: tuple[str, ...], today: date, _newest: int
) -> dict[str, tuple[int, ...]]:
    """Return the active keys that each group had left in each of the last weeks, where anybody counted them."""
    days = [today - timedelta(weeks=ago) for ago in range(WEEKS, 0, -1)]
    found = (
        DailyCount.objects.filter(scope.counts(), day__in=days, **{f"{counted_by}__in": values})
        .exclude(stage=Stage.DELETED)
        .values_list(F(counted_by), "day")
        .annotate(keys=Sum("active_keys"))
        .order_by("day")
    )
    weekly: dict[str, tuple[int, ...]] = {}
    for value, _day, keys in found:
        weekly[value] = (*weekly.get(value, ()), keys)
    return weekly

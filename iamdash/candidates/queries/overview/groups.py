"""How the work is shared out: by team, by AWS account or by route, each with its stages and its pace."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import accumulate

from django.utils import timezone

from iamdash.candidates.queries.candidate_list.filters import NOBODY, ROUTES
from iamdash.candidates.queries.overview.background import Background
from iamdash.candidates.queries.overview.burn_down import last_whole_day, weeks_of
from iamdash.candidates.queries.overview.numbers import Number
from iamdash.candidates.queries.overview.scope import Scope
from iamdash.candidates.queries.overview.shares import Share, shares
from iamdash.rules.overview.forecast import Outlook, Week, outlook_at_mean_pace
from iamdash.rules.stage import Stage

MOST = 12


@dataclass(frozen=True, slots=True)
class Grouping:
    """One way to share out the work: by a `column` of the standing, which is also a filter of the list.

    `named`: SQL for the name of a share, and `names`: names that no table has. `without`: what has no share, "" where
    everything has.
    """

    name: str
    label: str
    column: str
    named: str
    without: str
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_by_team(self) -> bool:
        """Return whether the shares are those of teams."""
        return self.column == "owner_team"


GROUPINGS = {
    grouping.name: grouping
    for grouping in (
        Grouping(
            name="team",
            label="By team",
            column="owner_team",
            named="(SELECT name FROM iamdash_team WHERE slug = share)",
            without="No team yet",
        ),
        Grouping(
            name="account",
            label="By account",
            column="aws_account",
            named="(SELECT name FROM iamdash_awsaccount WHERE account_id = share)",
            without="",
        ),
        Grouping(
            name="route",
            label="By route",
            column="route",
            named="share",
            without="No route chosen",
            names=ROUTES,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Group:
    """The candidates of one team, account or route by stage. `value` empty: of none. `counts` go up the ladder.

    `weekly`: active keys left, week by week, and now; empty where nobody counted them. `outlook`: will they go in time.
    `needs_owners`: they are left, and no team answers for them.
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
    needs_owners: bool

    @property
    def stages_in_words(self) -> str:
        """Return how many there are in each stage: "Identified 4, Claimed 2, …"."""
        return ", ".join(f"{stage.label} {count}" for stage, count in zip(Stage, self.counts, strict=True))


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups with most left, those without one last; `more`: how many others there are. `whole`, `weeks`: of all.

    `unclaimed`: what no team has; None where the work is not shared out by team.
    """

    grouping: Grouping
    rows: tuple[Group, ...]
    more: int
    whole: Share
    weeks: tuple[Week, ...]
    unclaimed: int | None


def groups(
    grouping: Grouping, scope: Scope, beside: Background, *, now: datetime, first: int = 0, most: int = MOST
) -> Groups:
    """Return how the candidates in `scope` are shared out: `most` groups from the `first` on. One query.

    What was retired of them in the last weeks is one more, once a day.
    """
    found = shares(grouping.column, grouping.named, scope, now=now, first=first, most=most)
    # In the scope of teams everything has one.
    may_be_of_none = grouping.without and not (grouping.is_by_team and scope.team_slugs is not None)
    shown = (*found.each, *((found.of_none,) if may_be_of_none else ()))
    weeks = weeks_of(
        scope,
        grouping.column,
        first_at=beside.first_at,
        until=last_whole_day(now),
        newest=beside.newest_count,
    )
    in_time = partial(outlook_at_mean_pace, today=timezone.localdate(now), target_on=beside.target_date)
    rows = tuple(_group(grouping, scope, share, weeks.of(share.value), in_time) for share in shown)
    unclaimed = found.of_none.left if grouping.is_by_team else None
    return Groups(grouping, rows, found.others, found.whole, weeks.whole, unclaimed)


def _group(
    grouping: Grouping, scope: Scope, share: Share, weeks: Sequence[Week], in_time: Callable[..., Outlook]
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
        weekly=_course(weeks, share.keys) if weeks else (),
        # Nothing left of nothing is no success: perhaps nothing was read.
        outlook=in_time(weeks, left=share.keys) if any(share.by_stage) else Outlook.UNKNOWN,
        needs_owners=share.left > 0 and not share.value and grouping.is_by_team,
    )


def _course(weeks: Sequence[Week], left: int) -> tuple[int, ...]:
    """Return how many keys were left before each of the weeks, and now, of what the group has by now."""
    return tuple(accumulate((week.retired - week.arrived for week in reversed(weeks)), initial=left))[::-1]

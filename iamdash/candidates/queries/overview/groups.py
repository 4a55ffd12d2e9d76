"""How the work is shared out: by team, by AWS account or by route, each with its stages and its pace."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, Sum

from iamdash.candidates.queries.filters import NOBODY, ROUTES
from iamdash.candidates.queries.overview.numbers import Number
from iamdash.candidates.queries.overview.scope import Scope
from iamdash.models import AwsAccount, DailyCount, Standing, Team
from iamdash.rules.forecast import Outlook, outlook_of_counts
from iamdash.rules.stage import Stage

MOST = 12
WEEKS = 13


@dataclass(frozen=True, slots=True)
class Grouping:
    """One way to share out the work: by a `column` of the standing, which is also a filter of the list.

    `named_by`: the table of its names, where it has one; `counted_by`: its column of the daily counts, "" where these
    do not tell.
    """

    name: str
    label: str
    column: str
    named_by: type[Team] | type[AwsAccount] | None
    without: str
    counted_by: str = ""


ACCOUNT = "candidate__iam_user__aws_account"
GROUPINGS = {
    "team": Grouping("team", "By team", "owner_team", Team, "No team yet", "team_slug"),
    "account": Grouping("account", "By account", ACCOUNT, AwsAccount, "", "aws_account_id"),
    "route": Grouping("route", "By route", "candidate__route", None, "No route chosen"),
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
    weekly: tuple[int, ...] = ()
    outlook: Outlook = Outlook.UNKNOWN

    @property
    def by_stage(self) -> tuple[tuple[Stage, int], ...]:
        """Return each stage with its count."""
        return tuple(zip(Stage, self.counts, strict=True))


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups with most left, those without one last; `more`: how many others there are."""

    grouping: Grouping
    rows: tuple[Group, ...]
    more: int


def groups(
    grouping: Grouping, scope: Scope, *, target_on: date | None, now: datetime, first: int = 0, most: int = MOST
) -> Groups:
    """Return how the candidates in `scope` are shared out: `most` groups from the `first` on. Three queries."""
    rows = (
        Standing.objects.filter(Q(is_open=True) | Q(stage=Stage.DELETED), scope.standings())
        .values_list(grouping.column, "stage")
        .annotate(number=Count("*"), stuck=Count("stuck_from", filter=Q(is_open=True, stuck_from__lte=now)))
        .order_by()
    )
    counted: dict[str, list[tuple[int, int, int]]] = {}
    for value, *counts in rows:
        counted.setdefault(value or "", []).append((counts[0], counts[1], counts[2]))
    nobody = counted.pop("", [])
    names = grouping.named_by.objects.in_bulk(list(counted)) if grouping.named_by else {}
    found = [_group(grouping, scope, value, str(names.get(value, value)), its) for value, its in counted.items()]
    found.sort(key=lambda group: (-group.left, group.name.lower()))
    shown = found[first : first + most]
    if grouping.without:
        shown.append(_group(grouping, scope, "", grouping.without, nobody))
    return Groups(grouping, _with_pace(grouping, scope, shown, target_on, now), more=max(len(found) - first - most, 0))


def _group(grouping: Grouping, scope: Scope, value: str, name: str, counted: list[tuple[int, int, int]]) -> Group:
    by_stage = {stage: number for stage, number, _stuck in counted}
    counts = tuple(by_stage.get(stage, 0) for stage in Stage)
    done, stuck = by_stage.get(Stage.DELETED, 0), sum(stuck for _stage, _number, stuck in counted)
    left = sum(counts) - done
    narrowed = f"{grouping.name}={value or NOBODY}"
    numbers = (
        Number(left, "Left", scope.list_query(narrowed)),
        Number(done, "Done", scope.list_query(f"view=deleted&{narrowed}")),
        Number(stuck, "Stuck", scope.list_query(f"view=stuck&{narrowed}")),
    )
    return Group(
        value, ROUTES.get(value, name) if grouping.name == "route" else name, counts, left, done, stuck, numbers
    )


def _with_pace(
    grouping: Grouping, scope: Scope, shown: list[Group], target_on: date | None, now: datetime
) -> tuple[Group, ...]:
    """Return the groups with their active keys of the last weeks, where the daily counts tell them."""
    if not grouping.counted_by:
        return tuple(shown)
    days = [now.date() - timedelta(weeks=ago) for ago in range(WEEKS, 0, -1)]
    counted = (
        DailyCount.objects.filter(
            scope.counts(), day__in=days, **{f"{grouping.counted_by}__in": [group.value for group in shown]}
        )
        .exclude(stage=Stage.DELETED)
        .values_list(F(grouping.counted_by), "day")
        .annotate(keys=Sum("active_keys"))
        .order_by("day")
    )
    by_value: dict[str, list[int]] = {}
    for value, _day, keys in counted:
        by_value.setdefault(value, []).append(keys)
    return tuple(
        replace(
            group,
            weekly=(weekly := tuple(by_value.get(group.value, ()))),
            outlook=outlook_of_counts(weekly, left=group.left, today=now.date(), target_on=target_on),
        )
        for group in shown
    )

"""What the page of a workload shows: its lanes with every candidate, and what may be part of it too."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import BigIntegerField, F, Q

from iamdash.candidates.queries.candidate_list.found import searched
from iamdash.candidates.queries.candidate_list.workload_rows import (
    LANES,
    WorkloadRow,
    rows_of,
    workload_rows,
    workloads_of,
)
from iamdash.candidates.queries.compiled import compiled
from iamdash.models import Standing, Workload
from iamdash.models.question import Given, Question, ask
from iamdash.rules.stage import Stage
from iamdash.rules.workload import Lane

# More candidates than that are in the list, and nobody ticks them one by one.
MOST_SHOWN = 300
MOST_FOUND = 20
# The candidates of a `workload`, each after its environment, by which they are sorted.
MEMBERS = Question(
    Standing.objects.filter(candidate__workload=Given("workload", BigIntegerField()))
    .order_by("candidate__environment", "candidate__iam_user__user_name", "pk")
    .values_list(
        "candidate__environment",
        "pk",
        "candidate__iam_user__user_name",
        "candidate__iam_user__aws_account__name",
        F("owner_team__name"),
        "stage",
        "active_keys",
        "inactive_keys",
    )[:MOST_SHOWN]
)


@dataclass(frozen=True, slots=True)
class Member:
    """One candidate of a workload."""

    number: int
    user_name: str
    account_name: str
    owner: str
    stage: Stage
    active_keys: int
    inactive_keys: int


@dataclass(frozen=True, slots=True)
class FullLane:
    """One environment with its candidates."""

    lane: Lane
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class WorkloadPage:
    """The whole page. `row`: the workload as lists show it; `shown`: how many of its candidates are in the lanes."""

    row: WorkloadRow
    lanes: tuple[FullLane, ...]
    shown: int


def workload_page(workload: Workload) -> WorkloadPage | None:
    """Return the page of a workload; None where no candidate is part of it any more. One round trip."""
    lanes, members = LANES.of(workloads=[workload.pk]), MEMBERS.of(workload=workload.pk)
    ask(lanes, members, plan_once=True)
    row = rows_of(lanes).get(workload.pk)
    if row is None:
        return None
    shown = list(members)
    by_environment = {
        environment: tuple(
            Member(number, user_name, account_name, owner or "", Stage(stage), active, inactive)
            for _, number, user_name, account_name, owner, stage, active, inactive in group
        )
        for environment, group in groupby(shown, key=lambda member: member[0])
    }
    full = (FullLane(lane, by_environment.get(lane.environment, ())) for lane in row.lanes)
    return WorkloadPage(row, tuple(full), len(shown))


def find_workloads(words: str, *, other_than: Workload) -> tuple[tuple[WorkloadRow, ...], bool]:
    """Return the first workloads, by name, with a candidate that the list finds by the words; and if there are more."""
    elsewhere = Q(candidate__workload__isnull=False) & ~Q(candidate__workload=other_than)
    found = workloads_of(Standing.objects.filter(searched(elsewhere, words).in_order)).order_by("name", "pk")
    question = compiled(found.values_list("pk")[: MOST_FOUND + 1], is_often=False)
    numbers = [number for (number,) in question.ask()]
    first = numbers[:MOST_FOUND]
    known = workload_rows(first)
    return tuple(known[number] for number in first if number in known), len(numbers) > MOST_FOUND

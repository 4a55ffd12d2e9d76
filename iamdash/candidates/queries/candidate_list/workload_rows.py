"""Workloads as lists and cards show them: lanes per environment, lowest first, and who answers for what is in them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan, LessThan

from iamdash.candidates.queries.candidate_list.order import Order, row
from iamdash.candidates.queries.compiled import Compiled, compiled
from iamdash.models import AccessKey, Candidate, Standing, Workload
from iamdash.models.bulk import among
from iamdash.models.question import Question, given_keys
from iamdash.rules.evidence import Verdict
from iamdash.rules.risk import Risk
from iamdash.rules.stage import Stage
from iamdash.rules.workload import Lane, Progress, progress_of, too_early

ALL, NONE = Q(), among(())
# Still at work, for all that is known: neither switched over nor safe to deactivate.
RESTLESS = Q(stage__lt=Stage.SWITCHED_OVER) & ~Q(safe_to_deactivate=Verdict.YES)
# Keys that went before it was a candidate are nobody's progress.
KEYS_GONE = (
    AccessKey.objects.filter(iam_user=OuterRef("candidate__iam_user"), gone_at__gte=OuterRef("candidate__opened_at"))
    .order_by()
    .values("iam_user")
    .annotate(count=Count("pk"))
    .values("count")
)


@dataclass(frozen=True, slots=True)
class WorkloadRow:
    """One workload. `matching` of its candidates are what a list asked for. `early`: see `rules.workload.too_early`.

    `shown_by`: the candidate in whose place a list shows it; 0: none does.
    """

    number: int
    name: str
    lanes: tuple[Lane, ...]
    owners: tuple[str, ...]
    risk: Risk | None
    matching: int
    shown_by: int = 0

    @property
    def candidates(self) -> int:
        """Return how many candidates it has, gone or not."""
        return sum(lane.candidates for lane in self.lanes)

    @property
    def progress(self) -> Progress:
        """Return how much of it is gone."""
        return progress_of(self.lanes)

    @property
    def early(self) -> tuple[Lane, ...]:
        """Return the environments for which production did not wait."""
        return too_early(self.lanes)

    @property
    def words(self) -> str:
        """Return how far its lanes are: "staging deleted, production claimed"."""
        return ", ".join(lane.words for lane in self.lanes)


def firsts(found: QuerySet[Standing], order: Order) -> QuerySet[Standing]:
    """Return of each workload the standing that comes first in this order: where the list shows the workload.

    So it is filtered, sorted and turned page by page as the list of candidates is, out of the same indexes.
    """
    grouped = found.filter(candidate__workload__isnull=False)
    own = {f"own_{number}": column for number, column in enumerate(order.columns)}
    sooner = GreaterThan if order.down else LessThan
    before = Q(sooner(row(*order.columns), row(*map(OuterRef, own))))
    siblings = grouped.filter(before, candidate__workload=OuterRef("candidate__workload"))
    return grouped.alias(**own).filter(~Exists(siblings))


def workloads_of(found: QuerySet[Standing]) -> QuerySet[Workload]:
    """Return the workloads that have one of these candidates."""
    return Workload.objects.filter(Exists(found.filter(candidate__workload=OuterRef("pk"))))


def rows_at(numbers: Sequence[int], asked_for: Q) -> tuple[WorkloadRow, ...]:
    """Return the workloads of these candidates, in their order. `asked_for`: what the list holds. One query."""
    order = {number: place for place, number in enumerate(numbers)}
    rows = rows_of(_lanes_at(asked_for).rows(numbers=list(numbers)))
    return tuple(sorted(rows.values(), key=lambda row: order[row.shown_by]))


@lru_cache(maxsize=256)
def _lanes_at(asked_for: Q) -> Compiled:
    """Return the lanes of the workloads of some candidates, `numbers`, in SQL."""
    numbers = given_keys("numbers")
    of_these = Candidate.objects.filter(pk__in=numbers).values("workload")
    return compiled(lanes_of(of_these, asked_for, shown_by=numbers), is_often=False)


def workload_rows(workloads: Collection[int]) -> dict[int, WorkloadRow]:
    """Return these workloads, as far as they have candidates. One query, whatever their size."""
    return rows_of(LANES.of(workloads=list(workloads)))


def lanes_of(
    workloads: QuerySet[Candidate, Any] | RawSQL, asked_for: Q = ALL, *, shown_by: RawSQL = NONE
) -> "QuerySet[Standing, Any]":
    """Return the lanes of these workloads, for `rows_of`. `asked_for`: what matches of them, all unless told otherwise.

    `shown_by`: the candidates of a list in whose places they are shown.
    """
    return (
        Standing.objects.filter(candidate__workload__in=workloads)
        .annotate(gone=Coalesce(Subquery(KEYS_GONE), 0, output_field=IntegerField()))
        .order_by()
        .values(
            "candidate__environment",
            "candidate__before_production",
            pk_of_workload=F("candidate__workload"),
            name=F("candidate__workload__name"),
        )
        .annotate(
            candidates=Count("pk"),
            deleted=Count("pk", filter=Q(stage=Stage.DELETED)),
            lowest=Min("stage"),
            highest=Max("stage"),
            restless=Count("pk", filter=RESTLESS),
            keys_left=Sum(F("active_keys") + F("inactive_keys")),
            keys_gone=Sum("gone"),
            owners=ArrayAgg("owner_team__name", filter=Q(owner_team__isnull=False), distinct=True, default=[]),
            worst=Max("risk"),
            matching=Count("pk", filter=asked_for),
            shown_by=Min("pk", filter=Q(pk__in=shown_by)),
        )
    )


# The lanes of some `workloads`.
LANES: Question[dict[str, Any]] = Question(lanes_of(given_keys("workloads")))


def rows_of(lanes: Iterable[Mapping[str, Any]]) -> dict[int, WorkloadRow]:
    """Return workloads by number, each made of its lanes."""
    by_workload: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for lane in lanes:
        by_workload[lane["pk_of_workload"]].append(lane)
    return {pk: _row(pk, theirs) for pk, theirs in by_workload.items()}


def _row(pk: int, lanes: Iterable[Mapping[str, Any]]) -> WorkloadRow:
    in_order = sorted(lanes, key=_place)
    worst = max((lane["worst"] or 0 for lane in in_order), default=0)
    return WorkloadRow(
        number=pk,
        name=in_order[0]["name"],
        lanes=tuple(map(_lane, in_order)),
        owners=tuple(sorted({owner for lane in in_order for owner in lane["owners"]})),
        risk=Risk(worst) if worst else None,
        matching=sum(lane["matching"] for lane in in_order),
        shown_by=max(lane["shown_by"] or 0 for lane in in_order),
    )


def _place(lane: Mapping[str, Any]) -> tuple[bool, int, str]:
    """Return where a lane comes: from the lowest environment to production, then those whose order is not known."""
    before_production = lane["candidate__before_production"]
    return before_production is None, -(before_production or 0), lane["candidate__environment"]


def _lane(lane: Mapping[str, Any]) -> Lane:
    return Lane(
        environment=lane["candidate__environment"],
        before_production=lane["candidate__before_production"],
        candidates=lane["candidates"],
        deleted=lane["deleted"],
        lowest=Stage(lane["lowest"]),
        highest=Stage(lane["highest"]),
        restless=lane["restless"],
        keys=lane["keys_left"] + lane["keys_gone"],
        keys_gone=lane["keys_gone"],
    )

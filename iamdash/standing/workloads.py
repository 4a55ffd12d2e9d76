"""Groups candidates into workloads by the rule, and leaves alone what people corrected."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F

from iamdash.models import Candidate, Workload, bulk
from iamdash.rules.workload import Place, place_of


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A candidate of which the rule says something else than what is stored; `leaves`: its workload too is another."""

    candidate: Candidate
    place: Place
    leaves: bool


def group(iam_user_ids: Collection[int], environments: Sequence[Sequence[str]]) -> None:
    """Bring the workloads and environments of these IAM users' candidates in line with the rule.

    Call it once in a transaction, as its last: two that make the same new workload wait for each other, and must not
    do so while they still want more IAM users.
    """
    misplaced = misplaced_ones(iam_user_ids, environments)
    if not misplaced:
        return
    workloads = _workloads({each.place.key: each.place for each in misplaced if each.leaves}.values())
    for each in misplaced:
        each.candidate.environment, each.candidate.before_production = _label(each.place)
        if each.leaves:
            each.candidate.workload_id = workloads[each.place.key]
    bulk.save([each.candidate for each in misplaced], ["workload", "environment", "before_production"])


def misplaced_ones(iam_user_ids: Collection[int], environments: Sequence[Sequence[str]]) -> list[Misplaced]:
    """Return the candidates of which the rule says something else than what is stored. One query."""
    rows = (
        Candidate.objects.filter(iam_user__in=bulk.among(iam_user_ids))
        .only("environment", "before_production", "workload")
        .annotate(
            user_name=F("iam_user__user_name"),
            unique_id=F("iam_user__unique_id"),
            account_environment=F("iam_user__aws_account__environment"),
            key=F("workload__key"),
            by_hand=F("workload__by_hand"),
        )
    )
    found = []
    for row in rows.order_by("pk").iterator():
        place = place_of(
            row.user_name,
            unique_id=row.unique_id,
            account_environment=row.account_environment,
            environments=environments,
        )
        leaves = not row.by_hand and row.key != place.key
        if leaves or (row.environment, row.before_production) != _label(place):
            found.append(Misplaced(row, place, leaves))
    return found


def _label(place: Place) -> tuple[str, int | None]:
    return place.environment, place.before_production


def _workloads(places: Iterable[Place]) -> dict[str, int]:
    """Return the workload that candidates with each key join; make those that there are not."""
    names = {place.key: place.name for place in places}
    known = _joined(names)
    missing = sorted(names.keys() - known.keys())
    if missing:
        bulk.insert_unknown([bulk.unsaved(Workload, key=key, name=names[key]) for key in missing])
        known = _joined(names)
    return known


def _joined(keys: Collection[str]) -> dict[str, int]:
    # Locked, so that a merge waits for who joins, or who joins sees the merge.
    rows = Workload.objects.filter(key__in=bulk.among_texts(keys)).order_by("pk").select_for_update(no_key=True)
    return {str(key): merged_into or pk for key, merged_into, pk in rows.values_list("key", "merged_into", "pk")}

"""Groups candidates into workloads by the rule, and leaves alone what people corrected."""

from collections.abc import Collection, Iterable, Sequence

from iamdash.models import Candidate, Workload, bulk
from iamdash.rules.workload import Place, place_of

AT_ONCE = 1000


def group(iam_user_ids: Collection[int], environments: Sequence[Sequence[str]]) -> None:
    """Bring the workloads and environments of these IAM users' candidates in line with the rule.

    Call it once in a transaction, as its last: two that make the same new workload wait for each other, and must not
    do so while they still want more IAM users.
    """
    misplaced = _misplaced(list(iam_user_ids), environments)
    if not misplaced:
        return
    leaving = {candidate.pk for candidate, place in misplaced if not _may_stay(candidate, place)}
    workloads = _workloads({place.key: place for candidate, place in misplaced if candidate.pk in leaving}.values())
    for candidate, place in misplaced:
        candidate.environment, candidate.before_production = place.environment, place.before_production
        if candidate.pk in leaving:
            candidate.workload_id = workloads[place.key]
    bulk.save([candidate for candidate, _ in misplaced], ["workload", "environment", "before_production"])


def _misplaced(iam_user_ids: list[int], environments: Sequence[Sequence[str]]) -> list[tuple[Candidate, Place]]:
    """Return the candidates of which the rule says something else than what is stored, with what it says."""
    found = []
    for start in range(0, len(iam_user_ids), AT_ONCE):
        some = Candidate.objects.filter(iam_user__in=iam_user_ids[start : start + AT_ONCE])
        for candidate in some.select_related("iam_user__aws_account", "workload").only(*COLUMNS).order_by("pk"):
            place = place_of(
                candidate.iam_user.user_name,
                unique_id=candidate.iam_user.unique_id,
                account_environment=candidate.iam_user.aws_account.environment,
                environments=environments,
            )
            if not (_may_stay(candidate, place) and _is_labelled(candidate, place)):
                found.append((candidate, place))
    return found


COLUMNS = (
    "environment",
    "before_production",
    "iam_user__user_name",
    "iam_user__unique_id",
    "iam_user__aws_account__environment",
    "workload__key",
    "workload__by_hand",
)


def _may_stay(candidate: Candidate, place: Place) -> bool:
    return candidate.workload is not None and (candidate.workload.by_hand or candidate.workload.key == place.key)


def _is_labelled(candidate: Candidate, place: Place) -> bool:
    return (candidate.environment, candidate.before_production) == (place.environment, place.before_production)


def _workloads(places: Iterable[Place]) -> dict[str, int]:
    """Return the workload that candidates with each key join; make those that there are not."""
    names = {place.key: place.name for place in places}
    known = _joined(names)
    missing = sorted(names.keys() - known.keys())
    if missing:
        bulk.insert_unknown([Workload(key=key, name=names[key]) for key in missing])
        known = _joined(names)
    return known


def _joined(keys: Collection[str]) -> dict[str, int]:
    # Locked, so that a merge waits for who joins, or who joins sees the merge.
    rows = Workload.objects.filter(key__in=keys).order_by("pk").select_for_update(no_key=True)
    return {str(key): merged_into or pk for key, merged_into, pk in rows.values_list("key", "merged_into", "pk")}

"""Correct what belongs together: rename a workload, merge another one into it, split some of its candidates off.

What people corrected is theirs: the rule takes nothing out of it any more. A merge is undone by a split, and a split by
a merge. Each of the candidates concerned gets its line in the journal.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from iamdash.candidates.actions.change import Line, finish_all, require, storable_name
from iamdash.candidates.actions.errors import Refused
from iamdash.models import AccessLevel, Candidate, Person, Workload
from iamdash.standing.assess import lock

LONGEST_NAME = Workload._meta.get_field("name").max_length or 0


@transaction.atomic
def rename(*, workload: Workload, name: str, by: Person, now: datetime) -> None:
    """Call the workload as people call it. Raises NotPermitted, and Refused where it is merged away or has no name."""
    require(by, AccessLevel.ENGINEER, "rename a workload")
    candidates = _hold(workload)
    [fresh] = _fresh(workload)
    words, before = storable_name(name, longest=LONGEST_NAME), fresh.name
    if words == before:
        return
    fresh.name, fresh.by_hand = words, True
    fresh.save(update_fields=["name", "by_hand"])
    said = f"{by} renamed the workload {before} to {words}."
    lines = _lines(candidates, "candidate.workload_renamed", said, before={"name": before}, after={"name": words})
    finish_all(lines, actor=by.email, now=now)


@transaction.atomic
def merge(*, workload: Workload, other: Workload, by: Person, now: datetime) -> None:
    """Make `other` part of the workload, with whatever would join it later.

    Raises NotPermitted, and Refused where they are one already.
    """
    require(by, AccessLevel.ENGINEER, "merge workloads")
    if workload.pk == other.pk:
        raise Refused("That is this workload itself. Choose another one.")
    held = _hold(workload, other)
    into, gone = _fresh(workload, other)
    Workload.objects.filter(merged_into=gone).update(merged_into=into)
    gone.merged_into, gone.by_hand, into.by_hand = into, True, True
    gone.save(update_fields=["merged_into", "by_hand"])
    into.save(update_fields=["by_hand"])
    said = f"{by} merged the workload {gone} into {into}."
    moving = [candidate for candidate in held if candidate.workload_id == gone.pk]
    lines = _lines(moving, "candidate.workload_merged", said, **_move(moving, gone, into))
    finish_all(lines, actor=by.email, now=now)


@transaction.atomic
def split(*, workload: Workload, numbers: Collection[int], name: str, by: Person, now: datetime) -> Workload:
    """Make a workload of its own of some of the candidates, by number; return it.

    Raises NotPermitted, and Refused where none, all, or some of another workload are meant.
    """
    require(by, AccessLevel.ENGINEER, "split a workload")
    held = _hold(workload)
    [fresh] = _fresh(workload)
    leaving = [candidate for candidate in held if candidate.pk in set(numbers)]
    if not numbers:
        raise Refused("Tick the candidates to split off first.")
    if len(leaving) < len(set(numbers)):
        raise Refused("Some of these are no longer part of this workload. Tick the candidates once more.")
    if len(leaving) == len(held):
        raise Refused("These are all of its candidates. To call it something else, rename it.")
    made = Workload.objects.create(name=storable_name(name, longest=LONGEST_NAME), by_hand=True)
    said = f"{by} split it off the workload {fresh}, as {made}."
    lines = _lines(leaving, "candidate.workload_split", said, **_move(leaving, fresh, made))
    finish_all(lines, actor=by.email, now=now)
    return made


def _hold(*workloads: Workload) -> list[Candidate]:
    """Lock the candidates of these workloads to the end of the transaction, as everybody does; return them by number.

    Of two workloads at once, so that two people who merge them into each other take turns.
    """
    theirs = Candidate.objects.filter(workload__in=workloads)
    lock(list(theirs.values_list("iam_user", flat=True)))
    return list(theirs.select_related("iam_user").order_by("pk").select_for_update(no_key=True, of=("self",)))


def _fresh(*workloads: Workload) -> list[Workload]:
    """Return the workloads as they are now, locked. Raises Refused where one was merged into another meanwhile."""
    numbers = [workload.pk for workload in workloads]
    found = Workload.objects.select_for_update(no_key=True).order_by("pk").in_bulk(numbers)
    if any(each.merged_into_id for each in found.values()):
        raise Refused("Somebody has merged it into another workload meanwhile. Look at that one.")
    return [found[number] for number in numbers]


def _move(candidates: Collection[Candidate], out: Workload, into: Workload) -> dict[str, dict[str, object]]:
    """Put the candidates into another workload; return what the journal says of it."""
    Candidate.objects.filter(pk__in=[candidate.pk for candidate in candidates]).update(workload=into)
    return {"before": {"workload": out.pk, "name": out.name}, "after": {"workload": into.pk, "name": into.name}}


def _lines(
    candidates: Iterable[Candidate], kind: str, said: str, *, before: dict[str, object], after: dict[str, object]
) -> list[Line]:
    return [Line(candidate, kind, said, before, after) for candidate in candidates]

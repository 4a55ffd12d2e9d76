"""Claim, assign and release many candidates at once: each is judged by itself, as it is now, by the rules for one.

So many at a time share a transaction: what somebody else holds meanwhile is waited for, and what cannot be done is
counted and left as it is.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from iamdash.candidates.actions.deciding import assigning, claiming, confirming, releasing
from iamdash.candidates.actions.errors import Refused
from iamdash.candidates.actions.holding import Change, Decision, Held, carry_out, hold
from iamdash.models import Claim, Person, Team

AT_ONCE = 250


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it. `done`: the numbers of the candidates that changed; `left`: why others did not, and how many."""

    verb: str
    done: tuple[int, ...]
    left: tuple[tuple[str, int], ...]

    @property
    def sentence(self) -> str:
        """Return it in words, such as "22 claimed for Data, 2 already claimed by Search."."""
        first = f"{len(self.done):,} {self.verb}" if self.done else f"None {self.verb}"
        return ", ".join([first, *(f"{count:,} {why}" for why, count in self.left)]) + "."


def claim(*, numbers: Collection[int], team: Team, by: Person, now: datetime) -> Report:
    """Claim each of these candidates that nobody has claimed. Raises NotPermitted where `by` may claim none."""
    decide = claiming(team=team, by=by, now=now)
    return _each(numbers, decide, f"claimed for {team}", "already yours", by=by, now=now)


def assign(*, numbers: Collection[int], team: Team, person: Person, by: Person, now: datetime) -> Report:
    """Assign each of these candidates. Raises NotPermitted, and Refused where `person` cannot answer for `team`."""
    decide = assigning(team=team, person=person, by=by, now=now)
    return _each(numbers, decide, f"assigned to {person} ({team})", "already theirs", by=by, now=now)


def release(*, numbers: Collection[int], by: Person, now: datetime) -> Report:
    """Release each of these candidates whose claim `by` may end. Raises NotPermitted where they may end none."""
    return _each(numbers, releasing(by=by), "released", "", by=by, now=now)


def confirm(*, numbers: Collection[int], by: Person, now: datetime) -> Report:
    """Say of each of these candidates that it is still theirs who claimed it."""
    return _each(numbers, confirming(by=by, now=now), "confirmed", "confirmed today already", by=by, now=now)


def undo_claim(*, claimed_at: datetime, by: Person, now: datetime) -> Report:
    """Release what `by` claimed at once at this moment and still holds."""
    theirs = Claim.objects.filter(person=by, claimed_at=claimed_at, ended_at=None)
    return release(numbers=list(theirs.values_list("candidate", flat=True)), by=by, now=now)


def _each(numbers: Collection[int], decide: Decision, verb: str, already: str, *, by: Person, now: datetime) -> Report:
    done: list[int] = []
    left: Counter[str] = Counter()
    in_order = sorted(set(numbers))
    for start in range(0, len(in_order), AT_ONCE):
        some = in_order[start : start + AT_ONCE]
        with transaction.atomic():
            found = hold(some, now=now)
            left.update(["no candidates"] * (len(some) - len(found)))
            changes = [change for held in found if (change := _decide(held, decide, already, left))]
            carry_out(changes, by=by, now=now)
        done += [change.held.candidate.pk for change in changes]
    return Report(verb, tuple(done), tuple(left.most_common()))


def _decide(held: Held, decide: Decision, already: str, left: Counter[str]) -> Change | None:
    """Return what to change; where there is nothing to change, count why."""
    try:
        change = decide(held)
    except Refused as refused:
        left[refused.in_short] += 1
        return None
    if change is None:
        left[already] += 1
    return change

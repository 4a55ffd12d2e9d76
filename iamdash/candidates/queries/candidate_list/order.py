"""The orders of the candidates list, each with its index, and a page of it: the rows after or before one candidate."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Expression, F, Func, OrderBy, Q, Subquery, TextField, Value
from django.db.models.lookups import GreaterThan, LessThan

from iamdash.models import sort_keys

Key = F | Expression
DEFAULT_SORT = "-risk"
MOST_FIRST = frozenset({"risk", "age", "since", "used"})


@dataclass(frozen=True, slots=True)
class Order:
    """One order, complete: no two candidates are equal in it. `down`: its keys are read from the greatest on."""

    words: str
    keys: tuple[Key, ...]
    down: bool = False

    @property
    def columns(self) -> tuple[Key, ...]:
        """Return the keys with the one that makes it complete: of one table, as an index is."""
        return (*self.keys, F("entry__pk") if self.of_entry else F("pk"))

    @property
    def of_entry(self) -> bool:
        """Return whether its keys are the entry's."""
        return any(key in OF_ENTRY for key in self.keys)

    def by(self, *, backwards: bool = False) -> list[OrderBy]:
        """Return what a query is ordered by."""
        return [OrderBy(column, descending=self.down is not backwards) for column in self.columns]

    def beyond(self, place: Sequence[Any] | Subquery, *, backwards: bool = False) -> Q:
        """Return the condition "further on than `place`", or with `backwards` before it."""
        lookup = LessThan if self.down is not backwards else GreaterThan
        return Q(lookup(row(*self.columns), place if isinstance(place, Subquery) else row(*map(Value, place))))


def row(*columns: Key) -> Func:
    """Return several columns as one value: an index of all of them compares rows in one step."""
    return Func(*columns, function="ROW", output_field=TextField())


USER, ACCOUNT, OWNER, UNOWNED = (
    F(f"entry__{column}") for column in ("user_name", "account_name", "owner_name", "unowned")
)
OF_ENTRY = (USER, ACCOUNT, OWNER, UNOWNED)
# A sort name: the order up, and the order down.
SORTS = {
    "risk": (
        Order("Lowest risk first", (sort_keys.LOWEST_RISK_FIRST, sort_keys.OLDEST_KEY_FIRST)),
        Order("Highest risk first", (sort_keys.HIGHEST_RISK_FIRST, sort_keys.OLDEST_KEY_FIRST)),
    ),
    "age": (
        Order("Newest key first", (sort_keys.NEWEST_KEY_FIRST,), down=True),
        Order("Oldest key first", (sort_keys.OLDEST_KEY_FIRST,)),
    ),
    "user": (Order("User name, A to Z", (USER,)), Order("User name, Z to A", (USER,), down=True)),
    "account": (Order("Account, A to Z", (ACCOUNT,)), Order("Account, Z to A", (ACCOUNT,), down=True)),
    "owner": (
        Order("Owner, A to Z", (UNOWNED, OWNER)),
        # Nobody is "", and so comes last on the way down without more ado.
        Order("Owner, Z to A", (OWNER,), down=True),
    ),
    "stage": (Order("First stage first", (F("stage"),)), Order("Last stage first", (F("stage"),), down=True)),
    "since": (
        Order("Shortest in its stage first", (F("stage_since"),), down=True),
        Order("Longest in its stage first", (F("stage_since"),)),
    ),
    "used": (
        Order("Longest unused first", (sort_keys.LONGEST_UNUSED_FIRST,)),
        Order("Last used first", (sort_keys.LAST_USED_FIRST,), down=True),
    ),
}


def order(sort: str) -> Order:
    """Return the order of a known sort."""
    up, down = SORTS[sort.removeprefix("-")]
    return down if sort.startswith("-") else up


def sort_labels() -> dict[str, str]:
    """Return every sort with its words."""
    labels: dict[str, str] = {}
    for name, (up, down) in SORTS.items():
        both = {name: up.words, f"-{name}": down.words}
        labels |= dict(reversed(both.items())) if name in MOST_FIRST else both
    return labels

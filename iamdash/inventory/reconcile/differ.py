"""What differs between rows and what AWS answered, so that an unchanged answer touches no row."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from django.db.models import Model

from iamdash.models import bulk

PORTION = 500
Answer = TypeVar("Answer")
Row = TypeVar("Row", bound=Model)
Values = dict[str, Any]


class Changed(NamedTuple):
    """A row whose columns were just set, and what they were before."""

    row: Any
    before: Values


def portions(answers: Sequence[Answer]) -> Iterator[Sequence[Answer]]:
    """Yield answers some at a time, so that memory need not hold every row of a large account together."""
    for start in range(0, len(answers), PORTION):
        yield answers[start : start + PORTION]


def change(row: Model, values: Mapping[str, Any]) -> Values:
    """Set the columns of `row` that differ from `values`; return what they were before, by column."""
    before = {name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value}
    for name in before:
        setattr(row, name, values[name])
    return before


def compare(rows: Mapping[str, Model], answers: Mapping[str, Values]) -> tuple[list[Changed], list[str]]:
    """Set what differs between rows and answers, both by AWS's own ID; return the changed rows and the unknown IDs."""
    compared = [Changed(rows[key], change(rows[key], values)) for key, values in answers.items() if key in rows]
    return [each for each in compared if each.before], [key for key in answers if key not in rows]


def save(changed: Sequence[Changed]) -> None:
    """Write what differed, in as few statements as there are batches. The rows are of one table."""
    save_columns([each.row for each in changed], {name for each in changed for name in each.before})


def save_columns(rows: Sequence[Model], columns: Iterable[str]) -> None:
    """Write these columns of the rows, which are of one table and were read whole."""
    bulk.save(rows, set(columns))


def enumerated(names: Iterable[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last

"""Questions that are turned into SQL once, as in `models.question`, and answered by rows as PostgreSQL gives them.

Django takes longer over SQL, and over the values of many rows, than PostgreSQL over most answers. One question may be
made of several, as text. Where a page wants instances, or several answers in one round trip, it asks a `Question`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Aggregate, BigIntegerField, Count, DateTimeField, QuerySet, Value

from iamdash.database.kept import Answer, unless_unchanged
from iamdash.database.prepared import planned_once
from iamdash.models import Membership
from iamdash.models.question import Given, spelt_out

# What most questions of a page are given: its moment, and who looks at it, with their teams.
NOW, PERSON = Given("now", DateTimeField()), Given("person", BigIntegerField())
THEIR_TEAMS = Membership.objects.filter(person=PERSON).values("team")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A question in SQL, with places for the values that are given when it is asked.

    Its answer is kept until something in the database changes, and moments that are given are rounded up to a minute.
    `is_often`: many pages ask it in these words.
    """

    sql: str
    places: tuple[Given, ...] = ()
    is_often: bool = True

    def ask(self, **given: Any) -> Sequence[tuple[Any, ...]]:
        """Return the rows of the answer, as Postgres gives them: JSON as text."""
        return self._answer(given).rows

    def row(self, **given: Any) -> dict[str, Any]:
        """Return the only row of the answer, by the names of its columns."""
        (row,) = self.rows(**given)
        return row

    def rows(self, **given: Any) -> list[dict[str, Any]]:
        """Return the rows of the answer, each by the names of its columns."""
        answer = self._answer(given)
        return [dict(zip(answer.names, row, strict=True)) for row in answer.rows]

    def _answer(self, given: Mapping[str, Any]) -> Answer:
        is_narrowed = any(place.narrows for place in self.places)
        asking = planned_once if self.is_often and not is_narrowed else connection.cursor
        return unless_unchanged(asking, self.sql, [_rounded(given[place.name]) for place in self.places])


def _rounded(value: Any) -> Any:
    return to_the_minute(value) if isinstance(value, datetime) else value


def to_the_minute(now: datetime) -> datetime:
    """Return the end of the minute of this moment: what is counted is kept, which it could not be of each moment.

    Rounded down, what was done in this minute would not be counted.
    """
    return now + (datetime.min.replace(tzinfo=now.tzinfo) - now) % timedelta(minutes=1)


def compiled(query: QuerySet[Any, Any], *, is_often: bool = True) -> Compiled:
    """Return a question that can be asked again and again."""
    try:
        return Compiled(*spelt_out(*query.query.sql_with_params()), is_often)
    except EmptyResultSet:  # Django knows without asking
        return Compiled("SELECT NULL WHERE false", (), is_often)


def side_by_side(
    firsts: Mapping[str, QuerySet[Any, Any]], lists: Mapping[str, QuerySet[Any, Any]] | None = None
) -> Compiled:
    """Return one question, with one row, for the first value of each of the `firsts` and all values of the `lists`.

    None stands for the first of none.
    """
    each = {name: compiled(query[:1]) for name, query in firsts.items()}
    for name, query in (lists or {}).items():
        whole = compiled(query)
        each[name] = Compiled(f"SELECT ARRAY({whole.sql})", whole.places)
    return in_one_row(each)


def in_one_row(each: Mapping[str, Compiled], *, is_often: bool = True) -> Compiled:
    """Return one question for the answers of several, each of which is one value."""
    columns = ", ".join(f'({one.sql}) AS "{name}"' for name, one in each.items())
    return Compiled(f"SELECT {columns}", tuple(place for one in each.values() for place in one.places), is_often)


def as_one(rows: QuerySet[Any, Any], **aggregates: Aggregate) -> QuerySet[Any, Any]:
    """Return the aggregates of all rows as a query of one row, which `aggregate` would ask at once."""
    whole: QuerySet[Any, Any] = rows.order_by().annotate(whole=Value(1)).values("whole").annotate(**aggregates)
    return whole.values(*aggregates)


def number_of(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Return how many rows there are, as a query of one row."""
    return as_one(rows, number=Count("*"))

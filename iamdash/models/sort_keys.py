"""The columns by which lists of candidates are sorted, in one place: an index and a query have to say the same.

What is missing comes last, whichever way a list runs. So a column that may be missing has two keys: one in which the
missing comes after all else, for the way up, and one in which it comes before, read backwards for the way down.
"""

from datetime import UTC, datetime

from django.db.models import F, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce

BEFORE_ALL, AFTER_ALL = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
HIGHER_THAN_ANY = 9


def _upwards(column: str) -> Coalesce:
    return Coalesce(F(column), Value(AFTER_ALL))


def _downwards(column: str) -> Coalesce:
    return Coalesce(F(column), Value(BEFORE_ALL))


OLDEST_KEY_FIRST, NEWEST_KEY_FIRST = _upwards("oldest_key_created_at"), _downwards("oldest_key_created_at")
LONGEST_UNUSED_FIRST, LAST_USED_FIRST = _upwards("last_used_at"), _downwards("last_used_at")
LOWEST_RISK_FIRST = Coalesce(F("risk"), Value(HIGHER_THAN_ANY))
# Negative, as the oldest key comes first of one risk, and an index is read one way.
HIGHEST_RISK_FIRST: CombinedExpression = Value(0) - Coalesce(F("risk"), Value(0))

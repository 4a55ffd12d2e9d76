"""Finding a candidate by what somebody has in hand: a name, a workload, a key ID of a log, a role, a team, a note."""

from functools import reduce
from operator import and_

from django.db.models import F, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

MOST_WORDS = 8
# An index of three letters at a time has nothing to say of fewer, but where they begin a word.
SHORT = 3


def matches(words: str, *, is_common: bool = False) -> Q:
    """Return which standings match every one of `words`, wherever it stands; one or two letters must begin a word.

    `is_common`: it is known to match so many that whoever reads them in order soon has a page. Then it is asked in a
    way that no index answers: of a few letters Postgres expects few matches, and would fetch them all and sort them.
    """
    return reduce(and_, (_matches_one(word, is_common=is_common) for word in words.lower().split()[:MOST_WORDS]), Q())


def _matches_one(word: str, *, is_common: bool) -> Q:
    looked_for = f" {word}" if len(word) < SHORT else word
    if is_common:
        return Q(GreaterThan(StrIndex(F("entry__words"), Value(looked_for)), 0))
    return Q(entry__words__contains=looked_for)

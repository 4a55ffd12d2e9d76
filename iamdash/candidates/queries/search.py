"""Finding a candidate by what somebody has in hand: a name, a workload, a key ID of a log, a role, a team, a note."""

from functools import reduce
from operator import and_

from django.db.models import Q

MOST_WORDS = 8
# An index of three letters at a time has nothing to say of fewer, but where they begin a word.
SHORT = 3


def matches(words: str) -> Q:
    """Return which standings match every one of `words`, wherever it stands; one or two letters must begin a word."""
    return reduce(and_, (_matches_one(word) for word in words.lower().split()[:MOST_WORDS]), Q())


def _matches_one(word: str) -> Q:
    return Q(entry__words__contains=f" {word}" if len(word) < SHORT else word)

"""What belongs together: the IAM users that are one piece of work across accounts and environments, by their names."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from iamdash.rules.stage import Stage

# From the lowest environment to production: each with its name first, then its other spellings.
USUAL_ENVIRONMENTS = (
    ("development", "dev"),
    ("test", "testing", "qa"),
    ("integration", "int"),
    ("non-production", "nonproduction", "non-prod", "nonprod"),
    ("staging", "stage", "stg"),
    ("preproduction", "pre-production", "preprod", "pre-prod"),
    ("production", "prod", "prd"),
)
# Between words stands anything but letters and digits, or nothing: ProductionUploader, SESUploader.
BETWEEN_WORDS = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Words of their own, though the capital in them looks like the beginning of another.
ONE_WORD = re.compile("DevOps|DevSecOps")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a candidate belongs: what has the same `key` is one workload, unless people said otherwise.

    `environment` "": nothing says which. `before_production`: 0 in production, 1 in the environment below it, and so
    on; None where the file does not name the environment, so that its order is not known.
    """

    key: str
    name: str
    environment: str
    before_production: int | None


def place_of(
    user_name: str, *, unique_id: str, account_environment: str, environments: Sequence[Sequence[str]]
) -> Place:
    """Return where an IAM user belongs by its name and by the environment of its account.

    A name of which no word is left without its environment says nothing about what it is for: it stands alone.
    """
    known = _known(tuple(map(tuple, environments)))
    words = words_of(user_name)
    found = list(_environments_in(words, known))
    around = known.get(tuple(words_of(account_environment)))
    # Of several environments in one name ("test-runner-staging") the account's counts, else the highest.
    named = (
        around if around in {rank for _start, _end, rank in found} else max((each[2] for each in found), default=None)
    )
    rank = around if named is None else named
    alone = not any(word.isalpha() for word in _without(words, found))
    kept = _without(words, [each for each in found if each[2] == named])
    return Place(
        key=f"alone:{unique_id}" if alone else "-".join(kept),
        name=user_name if alone else "-".join(kept),
        environment=account_environment if rank is None else environments[rank][0],
        before_production=None if rank is None else len(environments) - 1 - rank,
    )


def words_of(text: str) -> list[str]:
    """Return the words of a name, in small letters, however they are set apart."""
    whole = ONE_WORD.sub(lambda found: found[0].capitalize(), text)
    return [word.lower() for word in BETWEEN_WORDS.split(whole) if word]


@lru_cache(maxsize=8)
def _known(environments: tuple[tuple[str, ...], ...]) -> dict[tuple[str, ...], int]:
    """Return the rank of every spelling, as words: the lowest environment has 0."""
    return {tuple(words_of(spelling)): rank for rank, spellings in enumerate(environments) for spelling in spellings}


def _environments_in(words: list[str], known: dict[tuple[str, ...], int]) -> Iterator[tuple[int, int, int]]:
    """Yield where environments are spelt, the longest spelling first, so that "pre-prod" is not taken for "prod"."""
    longest, start = max(map(len, known), default=0), 0
    while start < len(words):
        ends = range(min(start + longest, len(words)), start, -1)
        end = next((end for end in ends if tuple(words[start:end]) in known), None)
        if end is None:
            start += 1
        else:
            yield start, end, known[tuple(words[start:end])]
            start = end


def _without(words: list[str], found: Iterable[tuple[int, int, int]]) -> list[str]:
    left_out = {position for start, end, _rank in found for position in range(start, end)}
    return [word for position, word in enumerate(words) if position not in left_out]


@dataclass(frozen=True, slots=True)
class Lane:
    """The candidates of a workload in one environment: how many, how far, and how much of them is gone.

    `restless`: how many of them still use a key, or may. `keys`: those that are left and those that went while they
    were candidates. `lowest`, `highest`: the stages of the last and of the first of them.
    """

    environment: str
    before_production: int | None
    candidates: int
    deleted: int
    lowest: Stage
    highest: Stage
    restless: int
    keys: int
    keys_gone: int

    @property
    def label(self) -> str:
        """Return its name on pages."""
        return self.environment or "environment not known"

    @property
    def is_gone(self) -> bool:
        """Return whether every one is proved deleted."""
        return self.deleted == self.candidates

    @property
    def words(self) -> str:
        """Return how far it is: "staging deleted", "production claimed, 1 of 3 deleted"."""
        part = f", {self.deleted:,} of {self.candidates:,} deleted" if 0 < self.deleted < self.candidates else ""
        return f"{self.label} {self.lowest.label.lower()}{part}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a workload is gone; a key that is gone counts although its IAM user is still there."""

    environments: int
    environments_gone: int
    keys: int
    keys_gone: int
    pieces: int
    pieces_gone: int


def progress_of(lanes: Iterable[Lane]) -> Progress:
    """Return how much is gone: of its environments, of its keys, and of all pieces, which are IAM users and keys."""
    lanes = tuple(lanes)
    keys, keys_gone = sum(lane.keys for lane in lanes), sum(lane.keys_gone for lane in lanes)
    return Progress(
        environments=len(lanes),
        environments_gone=sum(lane.is_gone for lane in lanes),
        keys=keys,
        keys_gone=keys_gone,
        pieces=keys + sum(lane.candidates for lane in lanes),
        pieces_gone=keys_gone + sum(lane.deleted for lane in lanes),
    )


def too_early(lanes: Iterable[Lane]) -> tuple[Lane, ...]:
    """Return the lower environments that were not quiet yet, where production moves all the same.

    An environment whose order is not known is none of them.
    """
    lanes = tuple(lanes)
    moves = any(lane.before_production == 0 and lane.highest >= Stage.DEACTIVATED for lane in lanes)
    return tuple(lane for lane in lanes if moves and lane.before_production and lane.restless)

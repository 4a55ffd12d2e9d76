"""On which line of a TOML text does it say that? `tomllib` tells what a text holds, not where."""

import re
import tomllib
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

Place = Sequence[str | int]

# What may hide a bracket or a line end (strings and comments, the long ones first), or is one.
TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'|#[^\n]*|[][{}\n]",
    re.DOTALL,
)


def line_of(text: str, path: Place) -> int:
    """Return the line (from 1) of the statement that brings `path` into being in this valid TOML text.

    A path is keys and list positions: ("accounts", 1, "role_arn"). Where the text does not hold all of it (a key is
    missing), the line is that of the longest part which it does hold; of nothing at all, the first line.
    """
    whole = tomllib.loads(text)
    known = next(path[:length] for length in range(len(path), -1, -1) if _holds(whole, path[:length]))
    return _first_line(text, lambda start: _holds(tomllib.loads(start), known)) if known else 1


def line_that_breaks(text: str) -> int:
    """Return the line (from 1) of the first statement with which this invalid TOML text cannot be read."""
    return _first_line(text, lambda start: not _reads(start))


def _first_line(text: str, is_so: Callable[[str], bool]) -> int:
    """Return the line of the first statement after which `is_so` is true of the text up to there, and stays true."""
    starts = _statement_starts(text)
    ends = [*starts[1:], len(text)]
    found = bisect_left(ends, 1, key=lambda end: int(is_so(text[:end])))
    return text.count("\n", 0, starts[min(found, len(starts) - 1)]) + 1


def _statement_starts(text: str) -> list[int]:
    """Return where statements begin: after each line end that is in no string and in no bracket."""
    starts, depth = [0], 0
    for token in TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        elif token[0] == "\n" and depth <= 0:
            starts.append(token.end())
    return starts


def _holds(value: Any, path: Place) -> bool:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _reads(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    return True

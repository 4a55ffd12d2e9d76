"""`python -m benchmarks.waiting [--keys N] [--seed TEXT]`: judge invented keys of many rhythms, and count errors.

A yes is wrong where the key was used after it. For each key it is asked at every reading from when the least wait has
passed. Beside it two plain rules, asked the same: 90 days of silence, and twice the longest gap.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.histories import BEGINS, RHYTHMS, Key, Rhythm, invent
from iamdash.rules.judge import judge
from iamdash.rules.moments import NO_TIME

LEAST_WAIT = timedelta(days=14)


@dataclass
class Tally:
    """What one way of judging said of the keys of one rhythm. `waits`: days from the last use to the first yes."""

    keys: int = 0
    wrong: int = 0
    waits: list[float] = field(default_factory=list)

    def take_in(self, yes_at: Sequence[datetime], key: Key) -> None:
        """Count one key, of which these were the moments of a yes."""
        self.keys += 1
        self.wrong += any(at < key.abandoned_at for at in yes_at)
        self.waits += [(at - key.abandoned_at) / timedelta(days=1) for at in yes_at if at >= key.abandoned_at][:1]

    def __str__(self) -> str:
        waits = sorted(self.waits)
        days = f"{median(waits):.0f} / {waits[int(0.9 * len(waits))]:.0f} / {waits[-1]:.0f}" if waits else "never"
        return f"{self.wrong:,}   {days}"


Judge = Callable[[Key, Rhythm], list[datetime]]


def by_iamdash(key: Key, rhythm: Rhythm, *, declared: bool) -> list[datetime]:
    """Return when `iamdash.rules.judge` says yes."""
    line: dict[str, Any] = {
        "id": rhythm.name,
        "created_at": BEGINS.isoformat(),
        "readings": key.readings,
        "asked_at": [at.isoformat() for at, _used_at in _silent(key)],
    }
    if declared:
        line["cadence_days"] = rhythm.period
    answers = judge(line)["answers"]
    return [datetime.fromisoformat(each["asked_at"]) for each in answers if each["safe_to_deactivate"] == "yes"]


def by_90_days(key: Key, _rhythm: Rhythm) -> list[datetime]:
    """Return when 90 days had passed since the last use that was read."""
    return [at for at, used_at in _silent(key) if at - used_at >= timedelta(days=90)]


def by_twice_the_longest_gap(key: Key, _rhythm: Rhythm) -> list[datetime]:
    """Return when the silence had lasted twice as long as any before, and for the least wait."""
    found, longest, last = [], NO_TIME, BEGINS
    for at, used_at in _read(key):
        longest, last = max(longest, used_at - last), used_at
        if at - used_at >= max(LEAST_WAIT, 2 * longest):
            found.append(at)
    return found


def _silent(key: Key) -> Iterator[tuple[datetime, datetime]]:
    return (each for each in _read(key) if each[0] - each[1] >= LEAST_WAIT)


def _read(key: Key) -> Iterator[tuple[datetime, datetime]]:
    """Yield when a reading was made and the last use that it tells of; before any it is the key's creation."""
    newest = BEGINS
    for reading in key.readings:
        if reading["last_used_at"]:
            newest = max(newest, datetime.fromisoformat(reading["last_used_at"]))
        yield datetime.fromisoformat(reading["read_at"]), newest


def try_rhythm(rhythm: Rhythm, *, keys: int, seed: str) -> dict[str, Tally]:
    """Return the tally of each way of judging; the same seed invents the same keys."""
    ways: dict[str, Judge] = {
        "undeclared": lambda key, rhythm: by_iamdash(key, rhythm, declared=False),
        "90 days": by_90_days,
        "twice the longest gap": by_twice_the_longest_gap,
    }
    if rhythm.period is not None:
        ways["declared"] = lambda key, rhythm: by_iamdash(key, rhythm, declared=True)
    tallies = {name: Tally() for name in ways}
    for number in range(keys):
        key = invent(rhythm, Random(f"{seed} {rhythm.name} {number}"))  # noqa: S311 - no secret
        if key is not None:
            for name, way in ways.items():
                tallies[name].take_in(way(key, rhythm), key)
    return tallies


def main() -> None:
    """Try every rhythm and print the table: wrong keys, and days waited (median / nine of ten / most)."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.waiting", description=__doc__)
    parser.add_argument("--keys", type=int, default=1000, help="invented keys of each rhythm (default: 1000)")
    parser.add_argument("--seed", default="iamdash", help="another seed invents other keys (default: iamdash)")
    options = parser.parse_args()
    columns = ("undeclared", "declared", "90 days", "twice the longest gap")
    table = Table(
        "rhythm", "keys", *columns, title=f"Wrong, and days waited (median / 90 % / most); seed {options.seed}"
    )
    for rhythm in RHYTHMS:
        tallies = try_rhythm(rhythm, keys=options.keys, seed=options.seed)
        sys.stderr.write(f"{rhythm.name}\n")
        table.add_row(rhythm.name, f"{tallies['90 days'].keys:,}", *(str(tallies.get(name, "")) for name in columns))
    Console(width=None if sys.stdout.isatty() else 140).print(table)


if __name__ == "__main__":
    main()

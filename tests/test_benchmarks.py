"""`make bench` and `make simulate` work. No test asserts a time; that nothing is called safe too early is no time."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.histories import RHYTHMS, Rhythm
from benchmarks.waiting import try_rhythm

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.slow
def test_the_smallest_benchmark_prints_every_table() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--users", "5", "10"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    for title in ("What a sync costs", "How it grows from 5 to 10 users", "Calls by action", "Rows written by table"):
        assert title in done.stdout
    told = [line.partition(":")[0] for line in done.stderr.splitlines()]
    assert told == [f"{users} users, {sync}" for users in (5, 10) for sync in ("first", "unchanged", "one change")]


@pytest.mark.parametrize("rhythm", [each for each in RHYTHMS if each.period], ids=lambda rhythm: rhythm.name)
def test_no_key_of_a_known_rhythm_is_called_safe_before_its_last_use(rhythm: Rhythm) -> None:
    tallies = try_rhythm(rhythm, keys=3, seed="a sample")

    assert {name: tallies[name].wrong for name in ("undeclared", "declared")} == {"undeclared": 0, "declared": 0}
    assert tallies["declared"].waits, "an abandoned key is safe some day"

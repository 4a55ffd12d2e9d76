"""`make bench` works, whatever the figures: no test asserts a time."""

import subprocess
import sys
from pathlib import Path

import pytest

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

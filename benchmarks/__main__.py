"""`python -m benchmarks [--users N …] [--latency SECONDS]`: measure, and print the tables."""

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from benchmarks.run import measure
from benchmarks.table import WIDTH, show

SIZES = (200, 1000, 5000)


def main() -> None:
    """Measure each size in turn, telling on standard error how far it is; then print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--users", type=int, nargs="+", default=SIZES, help="the sizes (default: 200 1000 5000)")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that AWS takes to answer (default: 0)")
    options = parser.parse_args()
    results = []
    for users in sorted(set(options.users)):
        with tempfile.TemporaryDirectory(prefix="iamdash-bench-") as base:
            for result in measure(users, Path(base), latency=options.latency):
                sys.stderr.write(f"{users:,} users, {result.sync}: {result.wall:.1f} s\n")
                results.append(result)
    # As wide as it is needed also where the output goes into a file.
    show(results, Console(width=None if sys.stdout.isatty() else WIDTH + 40))


if __name__ == "__main__":
    main()

"""`python -m benchmarks [--users N …] [--latency SECONDS] [--pages N …] …`: measure, and print the tables."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks import pages
from benchmarks.run import measure
from benchmarks.table import WIDTH, show

USERS = (200, 1000, 5000)
CANDIDATES = (1000, 100_000)


def main() -> None:
    """Measure each size in turn, telling on standard error how far it is; then print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--users", type=int, nargs="+", help="IAM users to sync (default: 200 1000 5000)")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that AWS takes to answer (default: 0)")
    parser.add_argument("--pages", type=int, nargs="+", help="candidates whose pages to visit (default: 1000 100000)")
    parser.add_argument("--rounds", type=int, default=20, help="how often each page is visited (default: 20)")
    parser.add_argument("--accounts", type=int, default=200, help="AWS accounts behind the pages (default: 200)")
    parser.add_argument("--teams", type=int, default=1000, help="teams behind the pages (default: 1000)")
    options = parser.parse_args()
    # Naming sizes of one kind leaves the other kind out.
    either = options.users or options.pages
    # As wide as it is needed also where the output goes into a file.
    console = Console(width=None if sys.stdout.isatty() else WIDTH + 40)
    if sizes := options.users or (() if either else USERS):
        _syncs(sizes, options.latency, console)
    if sizes := options.pages or (() if either else CANDIDATES):
        _pages(sizes, options, console)


def _syncs(sizes: Sequence[int], latency: float, console: Console) -> None:
    results = []
    for users in sorted(set(sizes)):
        with tempfile.TemporaryDirectory(prefix="iamdash-bench-") as base:
            for result in measure(users, Path(base), latency=latency):
                sys.stderr.write(f"{users:,} users, {result.sync}: {result.wall:.1f} s\n")
                results.append(result)
    show(results, console)


def _pages(sizes: Sequence[int], options: argparse.Namespace, console: Console) -> None:
    by_size = {}
    for candidates in sorted(set(sizes)):
        with tempfile.TemporaryDirectory(prefix="iamdash-bench-") as base:
            by_size[candidates] = pages.measure(
                candidates, Path(base), rounds=options.rounds, accounts=options.accounts, teams=options.teams
            )
            sys.stderr.write(f"{candidates:,} candidates: {len(by_size[candidates])} pages visited\n")
    pages.show(by_size, console)


if __name__ == "__main__":
    main()

"""How long pages take to answer in an organisation of some size, beside a smaller one; and the table that tells it."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.run import environment_of, run
from iamdash.local.postgres import Postgres

# Nothing asks AWS here: that address is only there to be well-formed.
NO_AWS = "http://127.0.0.1:1"
BUDGET, MOST_QUERIES = 0.030, 10


@dataclass(frozen=True, slots=True)
class Visits:
    """The visits of one page: seconds of each, the fastest first. `read_whole`: tables of which every row was read.

    `after_a_write`: seconds of visits that each came right after something in the database had changed.
    """

    seconds: tuple[float, ...]
    after_a_write: tuple[float, ...]
    queries: int
    bytes: int
    read_whole: tuple[str, ...]


def within(share: float, seconds: Sequence[float]) -> float:
    """Return the seconds within which this share of the visits was answered."""
    return seconds[max(math.ceil(len(seconds) * share) - 1, 0)]


Pages = Mapping[str, Visits]


def measure(candidates: int, base: Path, *, rounds: int, accounts: int, teams: int) -> Pages:
    """Invent an organisation of this size on a PostgreSQL of its own, and visit every page so many times."""
    with ExitStack() as children:
        postgres = Postgres(base, durable=False)
        children.callback(postgres.start().stop)
        environment = environment_of(postgres.url, NO_AWS)
        run(["manage.py", "migrate", "--verbosity=0"], environment)
        sizes = {"candidates": candidates, "accounts": accounts, "teams": teams}
        run(["manage.py", "invent_organisation", *(f"--{name}={size}" for name, size in sizes.items())], environment)
        return visits_from(run(["-m", "benchmarks.visits", str(rounds)], environment))


def visits_from(printed: str) -> Pages:
    """Return what `benchmarks.visits` has printed."""
    return {
        name: Visits(
            seconds=tuple(sorted(told["seconds"])),
            after_a_write=tuple(sorted(told["seconds_after_a_write"])),
            queries=told["queries"],
            bytes=told["bytes"],
            read_whole=tuple(told["read_whole"]),
        )
        for name, told in json.loads(printed).items()
    }


def show(by_size: Mapping[int, Pages], console: Console) -> None:
    """Print every page with its times at each size, and how they grow from the smallest to the largest."""
    sizes = sorted(by_size)
    table = Table(title="What a page takes (server time, signed in, middleware to template)", title_justify="left")
    table.add_column("page")
    for size in sizes:
        for figure in (f"{size:,}: p50 ms", "p95 ms", "after a write", "queries"):
            table.add_column(figure, justify="right")
    for column in ("growth", "KB", "read whole"):
        table.add_column(column, justify="left" if column == "read whole" else "right")
    for name in by_size[sizes[-1]]:
        each = [by_size[size][name] for size in sizes]
        table.add_row(name, *(figure for visits in each for figure in _figures(visits)), *_beyond(each))
    console.print(table)
    console.print(_verdict(by_size[sizes[-1]].values()))


def _figures(visits: Visits) -> tuple[str, ...]:
    seconds = (within(0.5, visits.seconds), within(0.95, visits.seconds), within(0.5, visits.after_a_write))
    return *(f"{each * 1000:.1f}" for each in seconds), str(visits.queries)


def _beyond(each: list[Visits]) -> tuple[str, str, str]:
    first, last = each[0], each[-1]
    growth = f"{within(0.5, last.seconds) / within(0.5, first.seconds):.1f}" if len(each) > 1 else "-"
    return growth, str(last.bytes // 1024), ", ".join(name.removeprefix("iamdash_") for name in last.read_whole)


def _verdict(pages: Iterable[Visits]) -> str:
    pages = list(pages)
    slow = sum(within(0.95, visits.seconds) > BUDGET for visits in pages)
    asking = sum(visits.queries > MOST_QUERIES for visits in pages)
    budget = f"{BUDGET * 1000:.0f} ms"
    return f"Of {len(pages)} pages, {slow} take more than {budget} (p95) and {asking} more than {MOST_QUERIES} queries."

"""The results as tables: what each sync cost, how that grows, calls by action and rows by table."""

from collections.abc import Callable, Iterator

from rich.console import Console
from rich.table import Table

from benchmarks.run import Result

WIDTH = 120
MEASURES: dict[str, Callable[[Result], float | None]] = {
    "calls": lambda result: sum(result.actions.values()),
    "wall s": lambda result: result.wall,
    "CPU s": lambda result: result.cpu,
    "bare boto3 CPU s": lambda result: result.bare_cpu,
    "memory MB": lambda result: result.memory_mb,
    "rows written": lambda result: sum(result.rows.values()),
}
SYNCS = ("first", "unchanged", "one change")


def show(results: list[Result], console: Console) -> None:
    """Print everything."""
    console.print(_costs(results))
    sizes = sorted({result.users for result in results})
    if len(sizes) > 1:
        console.print(_growth(results, sizes[0], sizes[-1]))
    console.print(_breakdown("Calls by action", results, lambda result: result.actions))
    console.print(_breakdown("Rows written by table", results, lambda result: result.rows))


def _costs(results: list[Result]) -> Table:
    table = _table("What a sync costs (start-up apart; as many roles as users)", "users", "sync", *MEASURES)
    table.add_column("CPU beside bare", justify="right")
    for result in results:
        figures = [_figure(measure(result)) for measure in MEASURES.values()]
        table.add_row(f"{result.users:,}", result.sync, *figures, f"{result.cpu / result.bare_cpu:.2f} times")
    return table


def _growth(results: list[Result], fewest: int, most: int) -> Table:
    """Return how often more each thing costs at the largest size than at the smallest."""
    by_size = {(result.users, result.sync): result for result in results}
    table = _table(
        f"How it grows from {fewest:,} to {most:,} users ({most / fewest:.0f} times as many)", "sync", *MEASURES
    )
    for sync in SYNCS:
        small, large = by_size[fewest, sync], by_size[most, sync]
        table.add_row(sync, *(_times(measure(small), measure(large)) for measure in MEASURES.values()))
    return table


def _breakdown(title: str, results: list[Result], counts: Callable[[Result], dict[str, int]]) -> Table:
    table = _table(title, "", *(f"{result.users:,} {result.sync}" for result in results))
    for name in sorted({name for result in results for name in counts(result)}):
        table.add_row(name.removeprefix("iamdash_"), *_counted(name, results, counts))
    return table


def _counted(name: str, results: list[Result], counts: Callable[[Result], dict[str, int]]) -> Iterator[str]:
    for result in results:
        yield _figure(counts(result).get(name, 0))


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first, justify="right" if first == "users" else "left")
    for name in others:
        table.add_column(name, justify="left" if name == "sync" else "right")
    return table


def _figure(value: float | None) -> str:
    if value is None:
        return "not told"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def _times(small: float | None, large: float | None) -> str:
    return f"{large / small:.1f} times" if small and large is not None else "-"

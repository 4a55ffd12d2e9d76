"""The controls of the candidates list: what can be chosen, what is in force as chips, how columns sort."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from iamdash.candidates.queries.candidate_list.filters import (
    AGES,
    BLOCKED,
    BY_WORKLOAD,
    CLAIMS,
    END,
    KEYS,
    KINDS,
    NO_ONE_TEAM,
    OPENED,
    RISKS,
    ROUTES,
    STAGES,
    USED,
    VIEWS,
    Filters,
    Viewer,
)
from iamdash.candidates.queries.candidate_list.order import MOST_FIRST, SORTS, sort_labels
from iamdash.candidates.queries.choices import TeamNames

AGE_WORDS = {name: words for name, (words, *_rest) in AGES.items()}

# Filters without a control of their own: links set them.
HIDDEN = (
    ("keys", "Keys", KEYS),
    ("age", "Oldest key", AGE_WORDS),
    ("opened", "Found", OPENED),
    ("claim", "Claim", CLAIMS),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Select:
    """A filter of the form. An unknown value is one of its choices too, so that Apply does not lose it.

    `is_typed`: there are too many to choose from. Somebody types one, and `choices` are what is suggested.
    """

    name: str
    label: str
    choices: tuple[Choice, ...]
    is_typed: bool = False

    @property
    def chosen(self) -> Choice:
        """Return the choice that is in force."""
        return next(choice for choice in self.choices if choice.is_chosen)

    @property
    def typed(self) -> str:
        """Return what stands in the field where it is typed."""
        return self.chosen.label.removesuffix(" (unknown)") if self.chosen.value else ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, in words. `query`: the address without it."""

    text: str
    query: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column that sorts. `direction`: "ascending", "descending" or "" where the list has another order."""

    name: str
    label: str
    query: str
    direction: str


def selects(filters: Filters, accounts: Mapping[str, str], teams: TeamNames, viewer: Viewer) -> tuple[Select, ...]:
    """Return the filters of the form. `teams`: all, or those that the address names; then the viewer's come along."""
    known = NO_ONE_TEAM | ({} if teams.are_all else dict(viewer.claim_teams)) | dict(teams.by_slug)
    stages = {slug: stage.label for slug, stage in STAGES.items()}
    return (
        select("account", "Account", "All accounts", accounts, filters.account),
        select("team", "Team", "All teams", known, filters.team, is_typed=not teams.are_all),
        select("stage", "Stage", "Any stage", stages, filters.stage),
        select("risk", "Risk", "Any risk", {slug: label for slug, (label, _levels) in RISKS.items()}, filters.risk),
        select("route", "Route", "Any route", ROUTES, filters.route),
        select("used", "Last used", "Any time", USED, filters.used),
        select("blocked", "Blocked", "Any", BLOCKED, filters.blocked),
        select("kind", "Whose", "Anybody's", KINDS, filters.kind),
        select("sort", "Sort by", "", sort_labels(), filters.shown_sort),
    )


def select(
    name: str, label: str, everything: str, values: Mapping[str, str], chosen: str, *, is_typed: bool = False
) -> Select:
    """Return a filter of a form. `everything`: the words for no value, "" where there always is one."""
    all_values = ({"": everything} if everything else {}) | dict(values)
    if chosen not in all_values:
        all_values[chosen] = f"{chosen} (unknown)"
    choices = tuple(Choice(value, text, value == chosen) for value, text in all_values.items())
    return Select(name, label, choices, is_typed)


def chips(filters: Filters, controls: Sequence[Select], *, workload: str, is_placed: bool) -> Iterable[Chip]:
    """Yield what is in force, and what means nothing.

    `workload`: what the one that is asked for is called. `is_placed`: the page lies where the address says.
    """
    if filters.view and filters.view not in VIEWS:
        yield Chip(f"View: {filters.view} (unknown, ignored)", filters.query(view=""))
    if filters.q:
        yield Chip(f"Search: {filters.q}", filters.query(q=""))
    for control in controls:
        if control.chosen.value and control.name != "sort":
            yield Chip(f"{control.label}: {ignored(control.chosen.label)}", filters.query(**{control.name: ""}))
    teams = {choice.value: choice.label for control in controls if control.name == "team" for choice in control.choices}
    one = {filters.workload: workload}
    for name, label, known in (("likely", "Likely", teams), *HIDDEN, ("workload", "Workload", one)):
        value = getattr(filters, name)
        if value:
            yield Chip(f"{label}: {ignored(known.get(value, f'{value} (unknown)'))}", filters.query(**{name: ""}))
    if filters.by not in {"", BY_WORKLOAD}:
        yield Chip(f"By: {filters.by} (unknown, ignored)", filters.query(by=""))
    if filters.sort and filters.sort.removeprefix("-") not in SORTS:
        yield Chip(f"Sort: {filters.sort} (unknown, ignored)", filters.query(sort=""))
    asked = filters.after or filters.before
    if asked and not is_placed and asked != END:
        yield Chip(f"Page: {asked} (unknown, ignored)", filters.query())


def ignored(words: str) -> str:
    """Return what is chosen, in the words of a chip: what is unknown is ignored."""
    return words.replace("(unknown)", "(unknown, ignored)") if words.endswith("(unknown)") else words


def column(filters: Filters, name: str, label: str) -> Column:
    shown = filters.shown_sort
    direction = {name: "ascending", f"-{name}": "descending"}.get(shown, "")
    # First the order that people mean: the highest risk, the oldest key and the newest use on top, names from A.
    first, second = (f"-{name}", name) if name in MOST_FIRST else (name, f"-{name}")
    return Column(name, label, filters.query(sort=second if shown == first else first), direction)

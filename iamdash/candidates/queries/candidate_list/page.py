"""What the candidates list shows: tabs with counts, filters, chips, one page of rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from iamdash.candidates.queries.candidate_list import counts as counting
from iamdash.candidates.queries.candidate_list.controls import Chip, Column, Select, chips, column, selects
from iamdash.candidates.queries.candidate_list.filters import BY_WORKLOAD, END, TEXTS, VIEWS, Filters, Viewer
from iamdash.candidates.queries.candidate_list.found import counts_of, found_by
from iamdash.candidates.queries.candidate_list.order import order as order_of
from iamdash.candidates.queries.candidate_list.paging import page_of
from iamdash.candidates.queries.candidate_list.rows import CandidateRow, rows_of
from iamdash.candidates.queries.candidate_list.workload_rows import WorkloadRow, rows_at
from iamdash.candidates.queries.choices import team_names
from iamdash.candidates.queries.compiled import PERSON, Compiled, compiled
from iamdash.candidates.queries.frame import AccountAge
from iamdash.candidates.queries.typed import number_in
from iamdash.models import Membership, Workload

COLUMNS = (
    ("user", "Candidate"),
    ("owner", "Owner"),
    ("stage", "Stage"),
    ("used", "Last used"),
    ("age", "Key age"),
    ("risk", "Risk"),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """A view with the number of its candidates. `query`: its address."""

    name: str
    count: int
    query: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class CandidateList:
    """The page. `matching` of `in_view` candidates match, counted up to MOST_COUNTED; one more than that means more.

    `first` to `last` are on this page; None: they are further on than is counted. By workload, the page has
    `workloads` in the place of `rows`; they are `listed` in all, and `matching` are the candidates in them that match.
    `gone_found`: how many of these are no longer open, where a list may hold such; 0 where a search finds too many.
    """

    is_by_workload: bool
    rows: tuple[CandidateRow, ...]
    workloads: tuple[WorkloadRow, ...]
    listed: int
    tabs: tuple[Tab, ...]
    view_name: str
    selects: tuple[Select, ...]
    hidden: tuple[tuple[str, str], ...]
    chips: tuple[Chip, ...]
    columns: tuple[Column, ...]
    sort_label: str
    search: str
    matching: int
    in_view: int
    first: int | None
    last: int | None
    first_query: str | None
    previous_query: str | None
    next_query: str | None
    last_query: str | None
    query: str
    export_query: str
    cleared_query: str
    other_query: str
    has_accounts: bool
    has_candidates: bool
    gone_found: int

    @property
    def on_page(self) -> int:
        """Return how many rows the page has."""
        return len(self.workloads if self.is_by_workload else self.rows)


def viewer_of(person_id: int) -> Viewer:
    """Return who looks at the list, with their teams."""
    teams = _teams_of().ask(person=person_id)
    return Viewer(
        person_id,
        team_slugs=tuple(slug for slug, _name, _in_config in teams),
        claim_teams=tuple((slug, name) for slug, name, in_config in teams if in_config),
    )


@cache
def _teams_of() -> Compiled:
    memberships = Membership.objects.filter(person=PERSON).order_by("team__name")
    return compiled(memberships.values_list("team", "team__name", "team__in_config"))


def candidate_list(filters: Filters, ages: Sequence[AccountAge], *, viewer: Viewer, now: datetime) -> CandidateList:
    """Return one page of the list; `ages`: of every account. As many queries, whatever its size."""
    teams = team_names(filters.teams_asked)
    accounts = {account.account_id: account.name for account in ages}
    found = found_by(filters, accounts=accounts, teams=teams.by_slug, viewer=viewer, now=now)
    order, is_by_workload = order_of(filters.shown_sort), filters.by == BY_WORKLOAD
    page = page_of(found.in_order, order, filters)
    counts = counts_of(found, page, order, filters, viewer=viewer, now=now)
    first = counts.earlier + 1 if counts.earlier <= counting.MOST_COUNTED else None
    controls = selects(filters, accounts, teams, viewer)
    return CandidateList(
        is_by_workload=is_by_workload,
        rows=() if is_by_workload else rows_of(page.numbers, ages, viewer=viewer, now=now),
        workloads=rows_at(page.numbers, found.in_order) if is_by_workload else (),
        listed=counts.listed,
        tabs=tabs(counts.by_view, filters),
        view_name=VIEWS[filters.shown_view],
        selects=controls,
        hidden=_hidden(filters, controls),
        chips=tuple(chips(filters, controls, workload=_workload_name(filters.workload), is_placed=page.is_placed)),
        columns=tuple(column(filters, name, label) for name, label in COLUMNS),
        sort_label=order.words,
        search=filters.q,
        matching=counts.matching,
        in_view=counts.by_view[filters.shown_view],
        first=first,
        last=first + len(page.numbers) - 1 if first else None,
        first_query=filters.query() if page.has_previous else None,
        previous_query=filters.query(before=str(page.numbers[0])) if page.has_previous and page.numbers else None,
        next_query=filters.query(after=str(page.numbers[-1])) if page.has_next and page.numbers else None,
        last_query=filters.query(before=END) if page.has_next else None,
        query=filters.here,
        export_query=filters.query(),
        cleared_query=Filters(view=filters.shown_view, sort=filters.sort, by=filters.by).query(),
        other_query=filters.query(by="" if is_by_workload else BY_WORKLOAD),
        has_accounts=bool(accounts),
        has_candidates=counts.by_view["everything"] > 0,
        gone_found=counts.gone,
    )


def _hidden(filters: Filters, controls: Sequence[Select]) -> tuple[tuple[str, str], ...]:
    """Return what the form of filters has no field for, and must not lose; it leads to the first page."""
    fields = {"q", "after", "before", *(control.name for control in controls)}
    return tuple((name, value) for name in TEXTS if name not in fields and (value := getattr(filters, name)))


def _workload_name(number: str) -> str:
    """Return what a workload is called. One query, and none where none is asked for."""
    pk = number_in(number)
    if pk is None:
        return f"{number} (unknown)"
    return Workload.objects.filter(pk=pk).values_list("name", flat=True).first() or number


def tabs(counts: Mapping[str, int], filters: Filters) -> tuple[Tab, ...]:
    """Return the views as tabs. A tab is its view and nothing else, so its number is the length of its list."""
    return tuple(
        Tab(name, counts[view], Filters(view=view, by=filters.by).query(), is_current=view == filters.shown_view)
        for view, name in VIEWS.items()
    )

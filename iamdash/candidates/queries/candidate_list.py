"""What the candidates list shows: tabs with counts, filters, chips, one page of rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from iamdash.candidates.queries.candidate_rows import CandidateRow, rows_of
from iamdash.candidates.queries.filters import (
    MY_TEAMS,
    NOBODY,
    VIEWS,
    Filters,
    Viewer,
    filter_condition,
    order,
    sort_labels,
    view_condition,
)
from iamdash.candidates.queries.list_controls import Chip, Column, Select, chips, column, selects
from iamdash.models import AwsAccount, Membership, Standing, Team

PAGE_SIZE = 50
# What the form of filters has no field for, and must not lose.
HIDDEN = ("view", "keys", "age", "likely", "opened", "claim")
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
    """The page. `matching` of `in_view` candidates match; `first` to `last` are on this page."""

    rows: tuple[CandidateRow, ...]
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
    first: int
    last: int
    previous_query: str | None
    next_query: str | None
    query: str
    export_query: str
    cleared_query: str
    has_accounts: bool
    has_candidates: bool
    gone_found: int


def viewer_of(person_id: int) -> Viewer:
    """Return who looks at the list, with their teams."""
    slugs = Membership.objects.filter(person=person_id).order_by("team__name").values_list("team", flat=True)
    return Viewer(person_id, tuple(slugs))


def candidate_list(filters: Filters, *, viewer: Viewer, now: datetime) -> CandidateList:
    """Return one page of the list. Seven queries, whatever the size of the organisation."""
    accounts, teams = known_accounts(), known_teams()
    counts = tab_counts(viewer=viewer, now=now)
    view = filters.shown_view
    found = _found(filters, accounts, teams, viewer=viewer, now=now)
    totals = found.aggregate(matching=Count("pk"), gone=Count("pk", filter=Q(is_open=False)))
    matching = totals["matching"]
    page = min(filters.page, max(-(-matching // PAGE_SIZE), 1))
    start = (page - 1) * PAGE_SIZE
    rows = rows_of(found.order_by(*order(filters.shown_sort))[start : start + PAGE_SIZE], viewer=viewer, now=now)
    controls = selects(filters, accounts, teams)
    return CandidateList(
        rows=rows,
        tabs=tabs(counts, filters),
        view_name=VIEWS[view],
        selects=controls,
        hidden=tuple(
            (name, value)
            for name in ("view", "keys", "age", "likely", "opened", "claim")
            if (value := getattr(filters, name))
        ),
        chips=tuple(chips(filters, controls)),
        columns=tuple(column(filters, name, label) for name, label in COLUMNS),
        sort_label=sort_labels()[filters.shown_sort],
        search=filters.q,
        matching=matching,
        in_view=counts[view],
        first=start + 1 if rows else 0,
        last=start + len(rows),
        previous_query=filters.query(page=page - 1) if page > 1 else None,
        next_query=filters.query(page=page + 1) if start + len(rows) < matching else None,
        query=filters.query(page=page),
        export_query=filters.query(),
        cleared_query=Filters(view=filters.shown_view, sort=filters.sort).query(),
        has_accounts=bool(accounts),
        has_candidates=counts["everything"] > 0,
        gone_found=totals["gone"] if view == "everything" else 0,
    )


def standings_of(filters: Filters, *, viewer: Viewer, now: datetime) -> QuerySet[Standing]:
    """Return the candidates of the whole list, all pages of it, in its order."""
    found = _found(filters, known_accounts(), known_teams(), viewer=viewer, now=now)
    return found.order_by(*order(filters.shown_sort))


def known_accounts() -> dict[str, str]:
    """Return the name of every AWS account, those no longer read too."""
    return dict(AwsAccount.objects.order_by("name").values_list("pk", "name"))


def known_teams() -> dict[str, str]:
    """Return the name of every team, of the viewer's, and of having none."""
    return {NOBODY: "No team yet", MY_TEAMS: "My teams"} | dict(Team.objects.order_by("name").values_list("pk", "name"))


def _found(
    filters: Filters, accounts: Mapping[str, str], teams: Mapping[str, str], *, viewer: Viewer, now: datetime
) -> QuerySet[Standing]:
    return Standing.objects.filter(
        view_condition(filters.shown_view, viewer=viewer, now=now),
        filter_condition(filters, accounts=accounts, teams=teams, viewer=viewer, now=now),
    )


def tab_counts(*, viewer: Viewer, now: datetime) -> dict[str, int]:
    """Return the number of candidates of every view, in one query."""
    conditions = {view: view_condition(view, viewer=viewer, now=now) for view in VIEWS}
    return Standing.objects.aggregate(
        **{view: Count("pk", filter=condition) if condition else Count("pk") for view, condition in conditions.items()}
    )


def tabs(counts: Mapping[str, int], filters: Filters) -> tuple[Tab, ...]:
    """Return the views as tabs. A tab is its view and nothing else, so its number is the length of its list."""
    return tuple(
        Tab(name, counts[view], Filters(view=view).query(), is_current=view == filters.shown_view)
        for view, name in VIEWS.items()
    )


def claim_teams(person_id: int) -> tuple[tuple[str, str], ...]:
    """Return the teams in whose name this person can claim from a row: slug and name."""
    teams = Team.objects.filter(membership__person=person_id, in_config=True).order_by("name")
    return tuple(teams.values_list("slug", "name"))

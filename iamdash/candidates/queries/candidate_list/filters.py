"""The address of the candidates list: which view, which filters, which order. Any address can be read.

One spelling per list: `Filters.query` writes parameters in a fixed order and leaves out whatever says nothing, so that
two links to the same list are the same text. A value that means nothing here is kept, shown as unknown, and ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from urllib.parse import urlencode

from iamdash.candidates.queries.candidate_list.order import DEFAULT_SORT, SORTS
from iamdash.candidates.queries.typed import cleaned
from iamdash.rules.exception import Waiting
from iamdash.rules.kind import Kind
from iamdash.rules.risk import Risk
from iamdash.rules.route import Route
from iamdash.rules.stage import Stage

WEEK = timedelta(days=7)
NOBODY = "none"
MY_TEAMS = "mine"
# What stands in the place of a team, and its words.
NO_ONE_TEAM = {NOBODY: "No team yet", MY_TEAMS: "My teams"}
END = "end"
BY_WORKLOAD = "workload"

VIEWS = {
    "open": "All open",
    "mine": "Mine",
    "team": "My team",
    "unclaimed": "Unclaimed",
    "likely": "Likely ours",
    "stuck": "Stuck",
    "reopened": "Reopened",
    "safe-to-deactivate": "Safe to deactivate",
    "safe-to-delete": "Safe to delete",
    "exceptions": "Exceptions",
    "exceptions-asked": "Exceptions to approve",
    "deleted": "Deleted",
    "unreadable": "No longer readable",
    "everything": "Everything",
}
STAGES = {stage.slug: stage for stage in Stage}
RISKS = {"urgent": ("Critical or high", [Risk.CRITICAL, Risk.HIGH])} | {
    risk.slug: (risk.label, [risk]) for risk in reversed(Risk)
}
USED = {
    "7": "In the last 7 days",
    "30": "In the last 30 days",
    "over-30": "More than 30 days ago",
    "over-90": "More than 90 days ago",
    "over-365": "More than a year ago",
    "none": "No use recorded",
    "unread": "Could not be read",
}
KEYS = {"active": "Has an active key", "inactive": "Only inactive keys", "none": "No keys"}
# Of the oldest key of an IAM user that has an active one: words, short words, and days from and below.
AGES = {
    "90d": ("Under 90 days", "<90 d", 0, 90),
    "1y": ("90 days to a year", "90 d–1 y", 90, 365),
    "2y": ("1 to 2 years", "1–2 y", 365, 730),
    "3y": ("2 to 3 years", "2–3 y", 730, 1095),
    "4y": ("3 to 4 years", "3–4 y", 1095, 1460),
    "5y": ("4 to 5 years", "4–5 y", 1460, 1825),
    "older": ("5 years or more", "5 y+", 1825, 36500),
}
OPENED = {"week": "In the last 7 days"}
CLAIMS = {"lapsing": "Lapses soon"}
BLOCKED = {each.value: f"By {each.label.lower()}" for each in Waiting} | {"review": "To be reviewed"}
KINDS = {kind.value: kind.label for kind in Kind}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: "mine" and "my team" are theirs. `claim_teams`: in whose name they can claim, slug and name."""

    person_id: int
    team_slugs: tuple[str, ...]
    claim_teams: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """What an address asks for, as it was written; "" where it says nothing. The order of the fields is canonical.

    `workload`: the number of one. `by`: BY_WORKLOAD lists workloads instead of candidates.
    `after`, `before`: the number of the candidate after or before which the page lies; `before` may be END.
    """

    view: str = ""
    q: str = ""
    account: str = ""
    team: str = ""
    stage: str = ""
    risk: str = ""
    route: str = ""
    used: str = ""
    keys: str = ""
    age: str = ""
    likely: str = ""
    opened: str = ""
    claim: str = ""
    blocked: str = ""
    kind: str = ""
    workload: str = ""
    sort: str = ""
    by: str = ""
    after: str = ""
    before: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "Filters":
        """Read the parameters of an address. What says nothing, or only the default, becomes ""."""
        texts = {name: cleaned(parameters.get(name, "")) for name in TEXTS}
        asked = cls(**texts)
        asked = replace(asked, sort="" if asked.sort == DEFAULT_SORT else asked.sort)
        return replace(asked, view="") if asked.view == asked.default_view else asked

    @property
    def default_view(self) -> str:
        """Return the view where none is named."""
        return default_view(self.q)

    @property
    def teams_asked(self) -> list[str]:
        """Return the slugs of the teams that it names, whether there are such teams or not."""
        return [slug for slug in (self.team, self.likely) if slug not in {"", *NO_ONE_TEAM}]

    @property
    def shown_view(self) -> str:
        """Return the view that the list shows."""
        return self.view if self.view in VIEWS else self.default_view

    @property
    def shown_sort(self) -> str:
        """Return the sort that the list has: a key of SORTS, with "-" before it where it runs down."""
        return self.sort if self.sort.removeprefix("-") in SORTS else DEFAULT_SORT

    @property
    def here(self) -> str:
        """Return the canonical query string of this very page."""
        return self.query(after=self.after, before=self.before)

    def query(self, **changes: str) -> str:
        """Return the canonical query string, with changes; a change of anything else goes back to the first page."""
        said = {name: getattr(self, name) for name in TEXTS} | {"after": "", "before": ""} | changes
        unsaid = {"view": default_view(said["q"]), "sort": DEFAULT_SORT}
        return urlencode({name: value for name, value in said.items() if value not in {"", unsaid.get(name)}})


TEXTS = [field.name for field in fields(Filters)]


def default_view(search: str) -> str:
    """Return the view where none is named: a search looks everywhere, also among what is gone."""
    return "everything" if search else "open"


ROUTES = {NOBODY: "No route chosen"} | {route.value: route.label for route in Route}

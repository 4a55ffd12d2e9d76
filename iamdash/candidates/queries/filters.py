"""The address of the candidates list: which view, which filters, which order. Any address can be read.

One spelling per list: `Filters.query` writes parameters in a fixed order and leaves out whatever says nothing, so that
two links to the same list are the same text. A value that means nothing here is kept, shown as unknown, and ignored.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q, QuerySet, Value
from django.db.models.lookups import GreaterThanOrEqual, LessThan, LessThanOrEqual
from django.utils import timezone

from iamdash.candidates.queries.order import DEFAULT_SORT, SORTS
from iamdash.candidates.queries.search import matches
from iamdash.models import ExceptionGrant, sort_keys
from iamdash.models.question import Given
from iamdash.rules.evidence import Verdict
from iamdash.rules.exception import Waiting
from iamdash.rules.kind import Kind
from iamdash.rules.risk import Risk
from iamdash.rules.route import Route
from iamdash.rules.stage import Stage

LONGEST = 200
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
# What can be done today. With no active key there is nothing to deactivate, however safe that is.
SAFE_TO_DEACTIVATE = Q(is_open=True, safe_to_deactivate=Verdict.YES, active_keys__gt=0)
# A suggestion ends where somebody claims.
LIKELY = Q(owner_team=None, likely_team__isnull=False)
OF_PEOPLE = Q(is_open=True, kind=Kind.PERSON)
SAFE_TO_DELETE = Q(is_open=True, safe_to_delete=Verdict.YES)
# Asked for, and nobody has decided on it.
WAITING = ExceptionGrant.objects.filter(approved_at=None, declined_at=None, ended_at=None)
EXCEPTION_ASKED = ~Q(stage=Stage.DELETED) & Q(candidate__in=WAITING.values("candidate"))


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


def view_conditions(*, viewer: Viewer, now: datetime) -> dict[str, Q]:
    """Return which standings each view holds."""
    return conditions_of_views(viewer.person_id, viewer.team_slugs, now)


def conditions_of_views(
    person: int | Given, teams: Collection[str] | QuerySet[Any, Any], now: datetime | Given
) -> dict[str, Q]:
    """Return which standings each view holds, for whoever looks, or for whatever will be given.

    Open, Exceptions, Deleted and No longer readable share out Everything between them.
    """
    is_open = Q(is_open=True)
    return {
        "open": is_open,
        "mine": is_open & Q(owner_person=person),
        "team": is_open & Q(owner_team__in=teams),
        "unclaimed": is_open & Q(owner_team=None),
        "likely": is_open & LIKELY & Q(likely_team__in=teams),
        "stuck": is_open & Q(stuck_from__lte=now),
        "reopened": is_open & Q(reopened_at__isnull=False),
        "safe-to-deactivate": SAFE_TO_DEACTIVATE,
        "safe-to-delete": SAFE_TO_DELETE,
        "exceptions": Q(exception_until__isnull=False),
        "exceptions-asked": EXCEPTION_ASKED,
        "deleted": Q(is_open=False, stage=Stage.DELETED),
        "unreadable": Q(is_open=False, exception_until=None, stage__lt=Stage.DELETED),
        "everything": Q(),
    }


def filter_condition(
    filters: Filters, *, accounts: Mapping[str, str], teams: Mapping[str, str], viewer: Viewer, now: datetime
) -> Q:
    """Return the condition of the filters, and not of the search. `accounts`, `teams`: what is known; else ignored."""
    condition = Q()
    as_said = (("aws_account", filters.account, accounts), ("kind", filters.kind, KINDS))
    for column, value, known in as_said:
        condition &= Q(**{column: value}) if value in known else Q()
    if filters.team in teams or filters.team in NO_ONE_TEAM:
        condition &= _owned_by(filters.team, viewer)
    if filters.stage in STAGES:
        condition &= Q(stage=STAGES[filters.stage])
    if filters.risk in RISKS:
        condition &= _of_risk(RISKS[filters.risk][1])
    if filters.route in ROUTES:
        condition &= Q(route="" if filters.route == NOBODY else filters.route)
    if filters.used in USED:
        condition &= _used(filters.used, now)
    if filters.keys in KEYS:
        condition &= {
            "active": Q(active_keys__gt=0),
            "inactive": Q(active_keys=0, inactive_keys__gt=0),
            "none": Q(active_keys=0, inactive_keys=0),
        }[filters.keys]
    if filters.age in AGES:
        condition &= of_age(filters.age, now=now)
    if filters.likely in teams:
        condition &= LIKELY & Q(likely_team=filters.likely)
    return condition & _of_workload(filters.workload) & _by_time(filters, now)


def condition_of(query: str, *, now: datetime) -> Q:
    """Return which standings are in a list, by its query, that is about nobody's own teams and no account."""
    asked, nobody = Filters.of(dict(parse_qsl(query))), Viewer(0, ())
    in_view = view_conditions(viewer=nobody, now=now)[asked.shown_view]
    return in_view & matches(asked.q) & filter_condition(asked, accounts={}, teams={}, viewer=nobody, now=now)


ROUTES = {NOBODY: "No route chosen"} | {route.value: route.label for route in Route}


def claim_lapses_soon(now: datetime | Given) -> Q:
    """Return which standings have a claim that lapses within the days of warning, unless it is confirmed."""
    return Q(is_open=True, claim_warned_at__lte=now, claim_lapses_at__gt=now)


def of_age(age: str, *, now: datetime | Given) -> Q:
    """Return which standings have an active key, and an oldest key of this age (of AGES)."""
    _words, _short, days, below = AGES[age]
    return Q(
        active_keys__gt=0,
        oldest_key_created_at__lte=now - timedelta(days=days),
        oldest_key_created_at__gt=now - timedelta(days=below),
    )


def _of_workload(number: str) -> Q:
    pk = number_in(number)
    return Q() if pk is None else Q(candidate__workload=pk)


def _by_time(filters: Filters, now: datetime) -> Q:
    condition = Q(opened_at__gt=now - WEEK) if filters.opened in OPENED else Q()
    if filters.claim in CLAIMS:
        condition &= claim_lapses_soon(now)
    return condition & _blocked(filters.blocked, now) if filters.blocked in BLOCKED else condition


def _of_risk(risks: list[Risk]) -> Q:
    # In the words of the index, which so leads to where they begin.
    least, most = Value(-max(risks)), Value(-min(risks))
    return Q(GreaterThanOrEqual(sort_keys.HIGHEST_RISK_FIRST, least)) & Q(
        LessThanOrEqual(sort_keys.HIGHEST_RISK_FIRST, most)
    )


def _owned_by(team: str, viewer: Viewer) -> Q:
    if team == MY_TEAMS:
        return Q(owner_team__in=viewer.team_slugs)
    return Q(owner_team=None if team == NOBODY else team)


def _blocked(blocked: str, now: datetime) -> Q:
    if blocked == "review":
        return Q(is_open=True, candidate__block_review_on__lte=timezone.localdate(now))
    return Q(is_open=True, candidate__blocked_by=blocked)


def _used(used: str, now: datetime) -> Q:
    if used == "unread":
        return Q(last_used_at=None, use_unread=True)
    if used == "none":
        return Q(last_used_at=None, use_unread=False) & (Q(active_keys__gt=0) | Q(inactive_keys__gt=0))
    if used.startswith("over-"):
        return Q(LessThan(sort_keys.LONGEST_UNUSED_FIRST, now - timedelta(days=int(used.removeprefix("over-")))))
    return Q(GreaterThanOrEqual(sort_keys.LAST_USED_FIRST, now - timedelta(days=int(used))))


def number_in(text: str) -> int | None:
    """Return the number of a row that an address gives; None where the text is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def cleaned(value: str) -> str:
    """Return the value of a parameter as it can be looked for."""
    # Postgres takes neither a zero byte nor half of a surrogate pair in a text.
    return value.replace("\0", "").encode("utf-8", "ignore").decode().strip()[:LONGEST].strip()

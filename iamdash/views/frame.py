"""The frame of every page: where one can go, who is signed in, what they prefer, and how old the data is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from iamdash.candidates.queries.frame import AccountAge, DataAge, account_ages, data_age
from iamdash.models import AccessLevel, Person
from iamdash.rules.sentence import ago
from iamdash.views.moment import now_of
from iamdash.views.preferences import preferences_of

PLACES = (
    ("overview", "Overview"),
    ("candidates", "Candidates"),
    ("teams", "Teams"),
    ("accounts", "Accounts"),
    ("settings", "Settings"),
)
MOST_NAMED = 3
_AGES: WeakKeyDictionary[HttpRequest, tuple[AccountAge, ...]] = WeakKeyDictionary()
# The page of one candidate stands below "Candidates" in the bar.
BELOW = {
    "candidate": "candidates",
    "candidates-bulk": "candidates",
    "candidate-record": "candidates",
    "candidate-records": "candidates",
    "account": "accounts",
    "team": "teams",
    "my-teams": "teams",
    "rules": "settings",
    "components": "settings",
    "workload": "candidates",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A link of the top bar. `current`: "page" on the page itself, "true" below it, "" elsewhere."""

    name: str
    url: str
    current: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence above the page. `tone`: warning or problem."""

    tone: str
    strong: str
    text: str
    url: str
    link: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What templates/base.html shows around a page to somebody who is signed in."""

    places: tuple[Place, ...]
    person_name: str
    person_email: str
    access_level: str
    zone: str
    accounts_url: str
    synced_at: datetime | None
    late: bool
    notices: tuple[Notice, ...]
    asks_for_team: bool


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `now` and what one prefers for every template, the frame for whole pages of who signed in."""
    now = now_of(request)
    # Every form of a page says the same; Jinja's own `csrf_input` would hide the token anew for each.
    token = SimpleLazyObject(lambda: csrf_input(request))
    context: dict[str, Any] = {"now": now, "prefers": preferences_of(request), "csrf_input": token}
    # A fragment has no frame, and so asks nothing of the database for one.
    if "HX-Request" not in request.headers and isinstance(request.user, Person):
        context["frame"] = _frame_of(request, request.user, now=now)
    return context


def ages_for(request: HttpRequest) -> tuple[AccountAge, ...]:
    """Return how old the data of every account is; a page and its frame ask for it once."""
    if request not in _AGES:
        _AGES[request] = account_ages()
    return _AGES[request]


def _frame_of(request: HttpRequest, person: Person, *, now: datetime) -> Frame:
    age = data_age(ages_for(request), now=now)
    return Frame(
        places=tuple(_place(request, view_name, name) for view_name, name in PLACES),
        person_name=str(person),
        person_email=person.email,
        access_level=person.get_access_level_display(),
        zone=timezone.get_current_timezone_name(),
        accounts_url=reverse("accounts"),
        synced_at=age.synced_at,
        late=age.late,
        # Who only reads claims for no team.
        asks_for_team=person.asks_for_team and person.may(AccessLevel.ENGINEER) and _here(request) != "my-teams",
        notices=tuple(_notices(age, now=now, at_length=_here(request) in {"accounts", "account"})),
    )


def _place(request: HttpRequest, view_name: str, name: str) -> Place:
    here = _here(request)
    below = "true" if BELOW.get(here) == view_name else ""
    return Place(name, reverse(view_name), "page" if here == view_name else below)


def _here(request: HttpRequest) -> str:
    return (request.resolver_match and request.resolver_match.url_name) or ""


def _notices(age: DataAge, *, now: datetime, at_length: bool) -> list[Notice]:
    """Return the notices of a page; `at_length`: it tells itself what is old or missing, and why."""
    accounts_url = reverse("accounts")
    notices = []
    if age.behind and not at_length:
        notices.append(Notice("problem", *_behind(age.behind, now=now), accounts_url, "See what AWS said"))
    if age.partial and not at_length:
        text = "Where a part could not be read, what was last seen is shown."
        strong = f"Read only in part: {_names(age.partial)}."
        notices.append(Notice("warning", strong, text, accounts_url, "See what is missing"))
    if age.long_lived:
        strong = "iamdash itself reads AWS with a long-lived access key."
        notices.append(Notice("warning", strong, "It should run on a role.", accounts_url, "See which account"))
    return notices


def _behind(accounts: tuple[AccountAge, ...], *, now: datetime) -> tuple[str, str]:
    """Return what is to be said of the accounts that are behind: in one notice, for a whole organisation may be."""
    if len(accounts) > 1:
        strong = f"{len(accounts):,} AWS accounts are not up to date: {_names(accounts)}."
        return strong, "What stands here of them is old, or missing."
    (account,) = accounts
    if account.last_good_at is None:
        return f"{account.name} has never been read.", "So it is missing from every list and number here."
    since = ago(account.last_good_at, now=now)
    return f"{account.name} was last read {since}.", "What stands here of it is what AWS held then."


def _names(accounts: tuple[AccountAge, ...]) -> str:
    """Return the names of the first accounts, and how many others there are."""
    names = ", ".join(account.name for account in accounts[:MOST_NAMED])
    others = len(accounts) - MOST_NAMED
    return f"{names} and {others:,} more" if others > 0 else names

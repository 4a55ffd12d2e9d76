"""The overview, put together: are we on track, who is stuck, what changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache

from django.db.models import DateTimeField, Exists, OuterRef
from django.utils import timezone

from iamdash.candidates.queries.candidate_list.controls import Choice
from iamdash.candidates.queries.candidate_list.filters import AGES, Viewer
from iamdash.candidates.queries.compiled import Compiled, compiled, number_of
from iamdash.candidates.queries.frame import AccountAge
from iamdash.candidates.queries.overview.background import Background, background
from iamdash.candidates.queries.overview.burn_down import DayCount, history, last_whole_day, weeks_of
from iamdash.candidates.queries.overview.groups import GROUPINGS, Grouping, Groups, groups
from iamdash.candidates.queries.overview.needs_someone import NeedsSomeone, needs_someone
from iamdash.candidates.queries.overview.numbers import Number, Totals, numbers, totals
from iamdash.candidates.queries.overview.scope import Bounds, Scope, scope_choices, scope_of
from iamdash.candidates.queries.overview.week import Week, week
from iamdash.models import AccessKey, Candidate
from iamdash.models.question import Given
from iamdash.rules.keys import ACTIVE
from iamdash.rules.kind import Kind
from iamdash.rules.overview.forecast import Forecast, forecast
from iamdash.rules.overview.forecast import Week as WeekOfKeys
from iamdash.rules.overview.headline import Headline, headline
from iamdash.rules.stage import Stage

NEEDS = {"reopened": "reopened", "stuck": "stuck", "exceptions": "exceptions", "exceptions_asked": "exceptions-asked"}
PEOPLE = f"kind={Kind.PERSON}"
# Further back than any key was made; a limit may be any number.
LONGEST_DAYS = 36_500
# From here on an age is drawn as a warning.
OLD = {"4y", "5y", "older"}


@dataclass(frozen=True, slots=True)
class Age:
    """IAM users with an active key whose oldest key is of one age, and their list."""

    words: str
    short: str
    is_old: bool
    number: Number


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole page. `has_accounts`, `has_synced`: for the empty states. `history` ends with what is true now.

    `never_read`: the account that it is about, where none of its syncs brought anything home: its numbers say nothing.
    `root_keys`: the accounts whose root user has an access key, which is no candidate and goes before all of them.
    `groups`: None where the work is not shared out.
    `other_active_keys`: active keys of IAM users that are no candidates (yet), which the accounts page counts too.
    """

    scope: Scope
    scopes: tuple[Choice, ...]
    has_accounts: bool
    has_synced: bool
    headline: Headline
    background: Background
    numbers: tuple[Number, ...]
    history: tuple[DayCount, ...]
    forecast: Forecast | None
    root_keys: tuple[AccountAge, ...]
    needs_someone: tuple[NeedsSomeone, ...]
    totals: Totals
    groups: Groups | None
    ages: tuple[Age, ...]
    week: Week
    never_read: str = ""
    other_active_keys: int = 0

    @property
    def partly_invented(self) -> bool:
        """Return whether some of the history was made up for the demo."""
        return any(count.invented for count in self.history)

    @property
    def needs_query(self) -> Mapping[str, str]:
        """Return the lists behind "Needs someone"."""
        return {name: self.scope.list_query(f"view={view}") for name, view in NEEDS.items()}

    @property
    def people_query(self) -> str:
        """Return the list of the IAM users that look like people's."""
        return self.scope.list_query(PEOPLE)


def overview(parameters: Mapping[str, str], ages: Sequence[AccountAge], *, viewer: Viewer, now: datetime) -> Overview:
    """Return the page's data as of `now`, as the address asks for it: `scope=` and `by=`. Seven queries.

    What is over is asked for once a day: two queries more, and another for each other way to share out the work.
    """
    accounts = {account.account_id: account.name for account in ages if account.is_read}
    scope = scope_of(parameters, viewer=viewer, accounts=accounts)
    grouping = GROUPINGS.get(parameters.get("by", ""), GROUPINGS["team"])
    page = overview_of(scope, ages, grouping=grouping, viewer=viewer, now=now)
    return replace(page, other_active_keys=_other_active_keys(scope, page.background, now))


def overview_of(
    scope: Scope, ages: Sequence[AccountAge], *, grouping: Grouping | None, viewer: Viewer, now: datetime
) -> Overview:
    """Return the page's data for one scope, and how it is shared out by `grouping` unless that is None."""
    today = timezone.localdate(now)
    accounts = {account.account_id: account.name for account in ages if account.is_read}
    beside = background(scope, viewer=viewer)
    shared_out = groups(grouping, scope, beside, now=now) if grouping else None
    counted = totals(scope, _told(shared_out) if shared_out else {}, viewer=viewer, now=now)
    until = last_whole_day(now)
    past = history(scope, until=until, newest=beside.newest_count)
    weeks = shared_out.weeks if shared_out else _weeks(scope, beside, until)
    expected = forecast(weeks, left=counted.keys, today=today)
    days = {count.day: count for count in past}
    return Overview(
        scope=scope,
        scopes=scope_choices(scope, viewer=viewer, accounts=accounts),
        has_accounts=bool(accounts),
        has_synced=beside.first_at is not None or scope.is_narrow,
        headline=headline(
            counted.keys,
            iam_users=counted.open,
            any_found=beside.first_at is not None,
            weeks=weeks,
            expected=expected,
            target_on=beside.target_date,
            today=today,
        ),
        background=beside,
        numbers=numbers(counted, days, scope, stuck_days=beside.stuck_days, until=until),
        history=(*past, DayCount(today, counted.keys, counted.open, counted.unclaimed)),
        forecast=expected,
        root_keys=_with_root_keys(scope, ages),
        needs_someone=needs_someone(scope, ages, now=now),
        totals=counted,
        groups=shared_out,
        ages=tuple(
            Age(words, short, name in OLD, Number(count, words, scope.list_query(f"age={name}")))
            for (name, (words, short, _from, _below)), count in zip(AGES.items(), counted.ages, strict=True)
        ),
        week=week(scope, now=now),
        never_read=_never_read(scope, ages),
    )


def _with_root_keys(scope: Scope, ages: Iterable[AccountAge]) -> tuple[AccountAge, ...]:
    with_keys = (age for age in ages if age.is_read and age.root_has_access_key)
    return tuple(age for age in with_keys if scope.account_id == age.account_id or not scope.is_narrow)


def _never_read(scope: Scope, ages: Iterable[AccountAge]) -> str:
    unread = (age.name for age in ages if age.account_id == scope.account_id and age.last_good_at is None)
    return next(unread, "")


def _weeks(scope: Scope, beside: Background, until: date) -> tuple[WeekOfKeys, ...]:
    return weeks_of(scope, first_at=beside.first_at, until=until, newest=beside.newest_count).whole


def _told(shared_out: Groups) -> dict[str, int]:
    """Return what was counted while the work was shared out."""
    whole, unclaimed = shared_out.whole, shared_out.unclaimed
    deactivated = whole.by_stage[Stage.DEACTIVATED - 1]
    told = {"open": whole.left, "stuck": whole.stuck, "keys": whole.keys, "deactivated": deactivated}
    return told if unclaimed is None else told | {"unclaimed": unclaimed}


def _other_active_keys(scope: Scope, beside: Background, now: datetime) -> int:
    """Return how many active keys belong to IAM users that are no candidates; those of teams are candidates, all.

    A key that was too old would have made its IAM user one, so only the young have to be looked through.
    """
    if scope.team_slugs is not None:
        return 0
    youngest = now - timedelta(days=min(beside.long_lived_days + 1, LONGEST_DAYS))
    ((number,),) = _young_keys_of_no_candidate(scope.bounds).ask(youngest=youngest, **scope.given)
    return int(number)


@cache
def _young_keys_of_no_candidate(bounds: Bounds) -> Compiled:
    is_candidate = Exists(Candidate.objects.filter(iam_user=OuterRef("iam_user")))
    youngest = Given("youngest", DateTimeField())
    young = AccessKey.objects.filter(~is_candidate, status=ACTIVE, gone_at=None, created_at__gt=youngest)
    return compiled(number_of(young.filter(bounds.accounts(), aws_account__removed_at=None)))

"""The overview, put together: are we on track, who is stuck, what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef

from iamdash.candidates.queries.filters import AGES, Viewer
from iamdash.candidates.queries.frame import AccountAge
from iamdash.candidates.queries.overview.burn_down import DayCount, history, weeks_of
from iamdash.candidates.queries.overview.groups import GROUPINGS, Groups, groups
from iamdash.candidates.queries.overview.needs_someone import NeedsSomeone, needs_someone
from iamdash.candidates.queries.overview.numbers import Number, Totals, numbers, totals
from iamdash.candidates.queries.overview.scope import Scope, ScopeChoice, scope_choices, scope_of
from iamdash.candidates.queries.overview.week import Week, week
from iamdash.models import AccessKey, Candidate, Claim, Programme
from iamdash.rules.forecast import Forecast, forecast
from iamdash.rules.headline import Headline, headline
from iamdash.rules.keys import ACTIVE
from iamdash.rules.kind import Kind

NEEDS = {"reopened": "reopened", "stuck": "stuck", "exceptions": "exceptions", "exceptions_asked": "exceptions-asked"}
PEOPLE = f"kind={Kind.PERSON}"
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

    `offers`: what is offered to the viewer and not answered yet: the candidate's number, its name, and by whom.
    `other_active_keys`: active keys of IAM users that are no candidates (yet), which the accounts page counts too.
    """

    scope: Scope
    scopes: tuple[ScopeChoice, ...]
    has_accounts: bool
    has_synced: bool
    headline: Headline
    other_active_keys: int
    target_on: date | None
    claim_warning_days: int
    offers: tuple[tuple[int, str, str], ...]
    numbers: tuple[Number, ...]
    history: tuple[DayCount, ...]
    forecast: Forecast | None
    needs_someone: tuple[NeedsSomeone, ...]
    totals: Totals
    groups: Groups
    ages: tuple[Age, ...]
    week: Week

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
    """Return the page's data as of `now`, as the address asks for it: `scope=` and `by=`."""
    accounts = {account.account_id: account.name for account in ages if account.is_read}
    scope = scope_of(parameters, viewer=viewer, accounts=accounts)
    return overview_of(scope, ages, grouping=parameters.get("by", ""), viewer=viewer, now=now)


def overview_of(
    scope: Scope, ages: Sequence[AccountAge], *, grouping: str = "", viewer: Viewer, now: datetime
) -> Overview:
    """Return the page's data for one scope, shared out by `grouping`. Thirteen queries at most."""
    accounts = {account.account_id: account.name for account in ages if account.is_read}
    shared_out = GROUPINGS.get(grouping, GROUPINGS["team"])
    programme = Programme.objects.filter(pk=1).first() or Programme()
    counted = totals(scope, viewer=viewer, now=now)
    past = history(scope, today=now.date())
    weeks = weeks_of(scope, first_at=counted.first_at, today=now.date())
    expected = forecast(weeks, left=counted.keys, today=now.date())
    return Overview(
        scope=scope,
        scopes=scope_choices(scope, viewer=viewer, accounts=accounts),
        has_accounts=bool(accounts),
        has_synced=counted.first_at is not None or scope.is_narrow,
        headline=headline(
            counted.keys,
            iam_users=counted.open,
            weeks=weeks,
            expected=expected,
            target_on=programme.target_date,
            today=now.date(),
        ),
        other_active_keys=_other_active_keys(scope),
        target_on=programme.target_date,
        claim_warning_days=programme.claim_warning_days,
        offers=_offers(viewer),
        numbers=numbers(counted, {count.day: count for count in past}, scope, stuck_days=programme.stuck_days, now=now),
        history=(*past, DayCount(now.date(), counted.keys, counted.open, counted.unclaimed)),
        forecast=expected,
        needs_someone=needs_someone(scope, ages, now=now),
        totals=counted,
        groups=groups(shared_out, scope, target_on=programme.target_date, now=now),
        ages=tuple(
            Age(words, short, name in OLD, Number(count, words, scope.list_query(f"age={name}")))
            for (name, (words, short, _from, _below)), count in zip(AGES.items(), counted.ages, strict=True)
        ),
        week=week(scope, now=now),
    )


def _offers(viewer: Viewer) -> tuple[tuple[int, str, str], ...]:
    offered = Claim.objects.filter(offered_person=viewer.person_id, ended_at=None).order_by("offered_at")
    rows = offered.select_related("candidate__iam_user", "offered_by")
    return tuple((each.candidate_id, each.candidate.iam_user.user_name, str(each.offered_by)) for each in rows)


def _other_active_keys(scope: Scope) -> int:
    """Return the active keys of IAM users that are no candidates; those of teams are candidates, all of them."""
    if scope.team_slugs is not None:
        return 0
    is_candidate = Exists(Candidate.objects.filter(iam_user=OuterRef("iam_user")))
    of_no_candidate = AccessKey.objects.filter(~is_candidate, iam_user__aws_account__removed_at=None)
    in_scope = of_no_candidate.filter(iam_user__aws_account=scope.account_id) if scope.account_id else of_no_candidate
    return in_scope.filter(status=ACTIVE, gone_at=None).count()

"""Whose work the overview is about: everybody's, that of the viewer's teams, or that of one AWS account."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, CharField, ExpressionWrapper, F, Func, Q, QuerySet
from django.db.models.expressions import RawSQL

from iamdash.candidates.queries.candidate_list.controls import Choice
from iamdash.candidates.queries.candidate_list.filters import MY_TEAMS, Viewer
from iamdash.models import Standing
from iamdash.models.question import Given

EVERYTHING = "all"
MINE = "mine"
ACCOUNT = Given("account", CharField(), narrows=True)
TEAMS = RawSQL("SELECT unnest(%s::text[])", [Given("teams", CharField(), narrows=True)])


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a scope is limited by, whichever account or teams they are: of one kind a question is the same in SQL."""

    by_account: bool = False
    by_teams: bool = False

    def standings(self, path: str = "") -> Q:
        """Return which standings belong to the scope; `path` leads to them from another table."""
        condition = Q(**{f"{path}aws_account": ACCOUNT}) if self.by_account else Q()
        return condition & Q(**{f"{path}owner_team__in": TEAMS}) if self.by_teams else condition

    def accounts(self) -> Q:
        """Return which rows of AWS accounts belong to it, whoever has claimed them."""
        return Q(aws_account=ACCOUNT) if self.by_account else Q()

    def counts(self) -> Q:
        """Return which rows of the daily counts belong to it."""
        condition = Q(aws_account_id=ACCOUNT) if self.by_account else Q()
        return condition & Q(team_slug__in=TEAMS) if self.by_teams else condition

    def events(self) -> Q:
        """Return which lines of the journal belong to it: those of its account, or of the candidates of its teams."""
        condition = Q(aws_account_id=ACCOUNT) if self.by_account else Q()
        if not self.by_teams:
            return condition
        theirs = Standing.objects.filter(self.standings())
        of_candidates = _is_one_of("candidate_number", theirs.values("pk"))
        return condition & (of_candidates | _is_one_of("unique_id", theirs.values("candidate__iam_user__unique_id")))


def _is_one_of(column: str, values: QuerySet[Any, Any]) -> Q:
    """Return a condition that an index can look up, which it cannot where two of `__in` are joined by "or"."""
    lookup = Func(F(column), ArraySubquery(values), template="%(expressions)s)", arg_joiner=" = ANY(")
    return Q(ExpressionWrapper(lookup, output_field=BooleanField()))


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the work, as `scope=` in the address says it. `words` begin the line under the page's name.

    `account_id`, `team_slugs`: what it is limited to; "" and None: not. `asked`: a scope that means nothing here.
    `team_filter`: how the list says these teams.
    """

    value: str = EVERYTHING
    words: str = "All accounts"
    account_id: str = ""
    team_slugs: tuple[str, ...] | None = None
    asked: str = ""
    team_filter: str = MY_TEAMS

    @property
    def bounds(self) -> Bounds:
        """Return what it is limited by."""
        return Bounds(by_account=bool(self.account_id), by_teams=self.team_slugs is not None)

    @property
    def given(self) -> dict[str, object]:
        """Return what a question with these bounds has to be given."""
        return {"account": self.account_id, "teams": list(self.team_slugs or ())}

    def list_query(self, query: str = "") -> str:
        """Return the query string of a list, narrowed to this scope; what `query` says itself is narrower still."""
        asked = dict(parse_qsl(query))
        if self.account_id:
            asked.setdefault("account", self.account_id)
        if self.team_slugs is not None:
            asked.setdefault("team", self.team_filter)
        return urlencode(asked)

    @property
    def is_narrow(self) -> bool:
        """Return whether it is less than everything."""
        return bool(self.account_id) or self.team_slugs is not None


def team_scope(slug: str, name: str) -> Scope:
    """Return the scope of one team."""
    return Scope(slug, f"The candidates of {name}", team_slugs=(slug,), team_filter=slug)


def scope_of(parameters: Mapping[str, str], *, viewer: Viewer, accounts: Mapping[str, str]) -> Scope:
    """Return the scope that the address names; everything where it names none, or one that means nothing here."""
    asked = parameters.get("scope", "")
    if asked in {"", EVERYTHING}:
        return Scope()
    if asked == MINE and viewer.team_slugs:
        return Scope(MINE, "The candidates of your teams", team_slugs=viewer.team_slugs)
    if asked in accounts:
        return Scope(asked, f"AWS account {accounts[asked]}", account_id=asked)
    return Scope(asked=asked)


def scope_choices(scope: Scope, *, viewer: Viewer, accounts: Mapping[str, str]) -> tuple[Choice, ...]:
    """Return what can be chosen: everything, the viewer's teams where there are any, and each account."""
    labels = {EVERYTHING: "All accounts and teams"} | ({MINE: "My teams"} if viewer.team_slugs else {}) | dict(accounts)
    return tuple(Choice(value, label, value == scope.value) for value, label in labels.items())

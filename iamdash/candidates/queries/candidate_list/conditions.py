"""Which standings a list holds: those of each view, and what each filter of its address leaves of them."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual
from django.utils import timezone

from iamdash.candidates.queries.candidate_list.filters import (
    AGES,
    BLOCKED,
    CLAIMS,
    KEYS,
    KINDS,
    MY_TEAMS,
    NO_ONE_TEAM,
    NOBODY,
    OPENED,
    RISKS,
    ROUTES,
    STAGES,
    USED,
    WEEK,
    Filters,
    Viewer,
)
from iamdash.candidates.queries.candidate_list.search import matches
from iamdash.candidates.queries.compiled import to_the_minute
from iamdash.candidates.queries.typed import number_in
from iamdash.models import ExceptionGrant, sort_keys
from iamdash.models.question import Given
from iamdash.rules.evidence import Verdict
from iamdash.rules.kind import Kind
from iamdash.rules.risk import Risk
from iamdash.rules.stage import Stage

# What can be done today. With no active key there is nothing to deactivate, however safe that is.
SAFE_TO_DEACTIVATE = Q(is_open=True, safe_to_deactivate=Verdict.YES, active_keys__gt=0)
OLDEST_KEY = F("oldest_key_created_at")
# A suggestion ends where somebody claims.
LIKELY = Q(owner_team=None, likely_team__isnull=False)
OF_PEOPLE = Q(is_open=True, kind=Kind.PERSON)
SAFE_TO_DELETE = Q(is_open=True, safe_to_delete=Verdict.YES)
# Asked for, and nobody has decided on it.
WAITING = ExceptionGrant.objects.filter(approved_at=None, declined_at=None, ended_at=None)
EXCEPTION_ASKED = ~Q(stage=Stage.DELETED) & Q(candidate__in=WAITING.values("candidate"))


def view_conditions(*, viewer: Viewer, now: datetime) -> dict[str, Q]:
    """Return which standings each view holds, to the minute."""
    return conditions_of_views(viewer.person_id, viewer.team_slugs, to_the_minute(now))


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
    """Return the condition of the filters, and not of the search, to the minute.

    `accounts`, `teams`: what is known; else ignored.
    """
    condition, now = Q(), to_the_minute(now)
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
        # In the words of the orders: whatever the order, its index tells the age of a key as well.
        condition &= of_age(filters.age, now=now, oldest_key=sort_keys.OLDEST_KEY_FIRST)
    if filters.likely in teams:
        condition &= LIKELY & Q(likely_team=filters.likely)
    return condition & _of_workload(filters.workload) & _by_time(filters, now)


def condition_of(query: str, *, now: datetime) -> Q:
    """Return which standings are in a list, by its query, that is about nobody's own teams and no account."""
    asked, nobody = Filters.of(dict(parse_qsl(query))), Viewer(0, ())
    in_view = view_conditions(viewer=nobody, now=now)[asked.shown_view]
    return in_view & matches(asked.q) & filter_condition(asked, accounts={}, teams={}, viewer=nobody, now=now)


def claim_lapses_soon(now: datetime | Given) -> Q:
    """Return which standings have a claim that lapses within the days of warning, unless it is confirmed."""
    return Q(is_open=True, claim_warned_at__lte=now, claim_lapses_at__gt=now)


def of_age(age: str, *, now: datetime | Given, oldest_key: F | Coalesce = OLDEST_KEY) -> Q:
    """Return which standings have an active key, and an oldest key of this age (of AGES)."""
    _words, _short, days, below = AGES[age]
    youngest, oldest = now - timedelta(days=days), now - timedelta(days=below)
    return Q(active_keys__gt=0) & Q(LessThanOrEqual(oldest_key, youngest)) & Q(GreaterThan(oldest_key, oldest))


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

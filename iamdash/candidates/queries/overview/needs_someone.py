"""Who needs someone: reopened, under an exception that ends soon, or too long in one stage."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from iamdash.candidates.queries.compiled import NOW, Compiled, compiled
from iamdash.candidates.queries.exceptions import WARNED, Flag, block_flag, ending
from iamdash.candidates.queries.frame import AccountAge, behind
from iamdash.candidates.queries.overview.scope import Bounds, Scope
from iamdash.models import Standing
from iamdash.rules.stage import Stage

MOST = 5


@dataclass(frozen=True, slots=True)
class NeedsSomeone:
    """A candidate that was reopened, comes back soon, or has been in its stage for too long.

    `owner`: its team; `person`: who answers for it there, "" where nobody does. `excepted`: its exception ends soon.
    `blocked`: what it waits for. `as_of`: its account was not read since, for too long.
    """

    number: int
    user_name: str
    owner: str
    person: str
    stage: Stage
    stage_since: datetime
    reopened_at: datetime | None
    excepted: Flag | None
    blocked: Flag | None
    as_of: datetime | None


def needs_someone(scope: Scope, accounts: Iterable[AccountAge], *, now: datetime) -> tuple[NeedsSomeone, ...]:
    """Return who was reopened, the newest first, then whose exception ends next, then who has been stuck longest."""
    rows = _first(scope.bounds).ask(now=now, **scope.given)
    read_at = behind(accounts, now=now)
    return tuple(
        NeedsSomeone(
            number=number,
            user_name=user_name,
            owner=team or "No owner yet",
            person=person,
            stage=Stage(stage),
            stage_since=since,
            reopened_at=reopened_at,
            excepted=ending(timezone.localdate(until), now=now) if until else None,
            blocked=block_flag(blocked_by, review_on, now=now) if blocked_by else None,
            as_of=read_at.get(account_id),
        )
        for number, user_name, account_id, team, person, stage, since, reopened_at, until, blocked_by, review_on in rows
    )


@cache
def _first(bounds: Bounds) -> Compiled:
    in_scope = Standing.objects.filter(bounds.standings())
    # The first of each kind, by its index, before they are put in one order.
    reopened = in_scope.filter(is_open=True, reopened_at__isnull=False).order_by("-reopened_at", "pk")
    ends = in_scope.filter(exception_until__lte=NOW + WARNED).order_by("exception_until", "pk")
    stuck = in_scope.filter(is_open=True, stuck_from__lte=NOW).order_by("stuck_from", "pk")
    first, *others = (kind.values("pk")[:MOST] for kind in (reopened, ends, stuck))
    iam_user, name = "candidate__iam_user__", NullIf("owner_person__full_name", Value(""))
    return compiled(
        Standing.objects.filter(pk__in=first.union(*others, all=True))
        .annotate(
            reopened=Case(When(is_open=True, then=F("reopened_at"))),
            person=Coalesce(name, "owner_person__email", Value(""), output_field=CharField()),
        )
        .order_by(F("reopened").desc(nulls_last=True), F("exception_until").asc(nulls_last=True), "stuck_from", "pk")
        .values_list(
            *("pk", f"{iam_user}user_name", f"{iam_user}aws_account", "owner_team__name"),
            *("person", "stage", "stage_since", "reopened", "exception_until"),
            *("candidate__blocked_by", "candidate__block_review_on"),
        )[:MOST]
    )

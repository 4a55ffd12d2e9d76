"""Every rule of the organisation in words, each with how many it concerns today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from iamdash.candidates.queries.limits import Limit, limits
from iamdash.candidates.queries.ownership_rules import RuleOfOwnership, rules_of_ownership
from iamdash.models import Standing
from iamdash.rules.risk import Risk
from iamdash.rules.route import Route
from iamdash.rules.stage import Stage
from iamdash.rules.vendors import VendorFacts
from iamdash.standing.thresholds import thresholds
from iamdash.standing.vendors import vendors

HOLDS_WHEN = {
    Stage.IDENTIFIED: "An access key is old enough, or active for long enough without a recorded use.",
    Stage.CLAIMED: "Somebody answers for it, for a team.",
    Stage.ROLE_READY: "Every role that replaces it can be assumed as its route needs it, and has a policy.",
    Stage.SWITCHED_OVER: "The new role does the work, and every key is silent.",
    Stage.DEACTIVATED: "A complete direct reading shows no active key.",
    Stage.DELETED: "AWS has said twice, in two syncs, that the IAM user is gone.",
}
SEEN_BY = {
    Stage.IDENTIFIED: "iam:ListAccessKeys",
    Stage.CLAIMED: "people",
    Stage.ROLE_READY: "iam:GetAccountAuthorizationDetails, eks:DescribePodIdentityAssociation",
    Stage.SWITCHED_OVER: "RoleLastUsed, iam:GetAccessKeyLastUsed",
    Stage.DEACTIVATED: "iam:ListAccessKeys",
    Stage.DELETED: "iam:GetUser",
}
# Whom the numbers of a column are of. A stage of the ladder has its own, the last one those that are no longer open.
OF = {"stage": Q(), "candidate__route": Q(is_open=True), "risk": Q(is_open=True)}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with the open candidates that it concerns. `query`: the list of them."""

    name: str
    says: str
    source: str
    concerned: int
    query: str


@dataclass(frozen=True, slots=True)
class RulesPage:
    """All rules, by what they are about."""

    stages: tuple[Rule, ...]
    limits: tuple[Limit, ...]
    ownership: tuple[RuleOfOwnership, ...]
    routes: tuple[Rule, ...]
    risks: tuple[Rule, ...]
    environments: tuple[tuple[str, ...], ...]
    vendors: tuple[VendorFacts, ...]


def rules_page(now: datetime) -> RulesPage:
    """Return the page's data. Nine queries."""
    in_force = thresholds()
    stages, routes, risks = (_counts(column) for column in ("stage", "candidate__route", "risk"))
    return RulesPage(
        stages=tuple(_stage(stage, stages) for stage in Stage),
        limits=limits(now),
        ownership=rules_of_ownership(in_force.ownership),
        routes=tuple(
            Rule(route.label, _needs(route), "", routes.get(route.value, 0), f"route={route.value}") for route in Route
        ),
        risks=tuple(Rule(risk.label, "", "", risks.get(risk.value, 0), f"risk={risk.slug}") for risk in reversed(Risk)),
        environments=in_force.environments,
        vendors=vendors(),
    )


def _counts(column: str) -> Mapping[Any, int]:
    """Return the number of candidates by what stands in a column: of those that are open, and of the Deleted."""
    counted = Standing.objects.filter(Q(is_open=True) | Q(stage=Stage.DELETED)).order_by()
    return dict(counted.values_list(column).annotate(counted=Count("pk", filter=OF[column])))


def _stage(stage: Stage, counts: Mapping[int, int]) -> Rule:
    query = "view=deleted" if stage is Stage.DELETED else f"stage={stage.slug}"
    return Rule(stage.label, HOLDS_WHEN[stage], SEEN_BY[stage], counts.get(stage, 0), query)


def _needs(route: Route) -> str:
    return "A role takes over." if route.needs_role else "No role is needed: the waiting time takes its place."

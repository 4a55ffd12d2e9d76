"""Every rule of the organisation in words, each with how many it concerns today."""

from dataclasses import dataclass, replace
from datetime import datetime

from iamdash.candidates.queries.candidate_list.conditions import condition_of
from iamdash.candidates.queries.candidate_list.counts import exact_counts
from iamdash.candidates.queries.limits import Limit, limits
from iamdash.candidates.queries.ownership_rules import RuleOfOwnership, rules_of_ownership
from iamdash.models import Vendor
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


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: what it says, who has seen it, and how many candidates it concerns. `query`: the list of them."""

    name: str
    query: str
    says: str = ""
    source: str = ""
    concerned: int = 0


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
    """Return the page's data. Six queries."""
    in_force = thresholds()
    rules = {"stages": _stages(), "routes": _routes(), "risks": _risks()}
    numbers = exact_counts({rule.query: condition_of(rule.query, now=now) for some in rules.values() for rule in some})
    return RulesPage(
        **{name: tuple(replace(rule, concerned=numbers[rule.query]) for rule in some) for name, some in rules.items()},
        limits=limits(now),
        ownership=rules_of_ownership(in_force.ownership),
        environments=in_force.environments,
        vendors=vendors(Vendor.objects.order_by("name")),
    )


def _stages() -> list[Rule]:
    queries = {stage: f"stage={stage.slug}" for stage in Stage} | {Stage.DELETED: "view=deleted"}
    return [Rule(stage.label, queries[stage], HOLDS_WHEN[stage], SEEN_BY[stage]) for stage in Stage]


def _routes() -> list[Rule]:
    return [Rule(route.label, f"route={route.value}", _needs(route)) for route in Route]


def _needs(route: Route) -> str:
    if route is Route.NONE_POSSIBLE:
        return "Nothing takes over yet: an exception is asked for until something can."
    return "A role takes over." if route.needs_role else "No role is needed: the waiting time takes its place."


def _risks() -> list[Rule]:
    return [Rule(risk.label, f"risk={risk.slug}") for risk in reversed(Risk)]

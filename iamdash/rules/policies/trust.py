"""A role's trust policy: does it let this asker do this action? True, false or unknown; a matching Deny wins.

What cannot be judged (`NotPrincipal`, `NotAction`, unfamiliar conditions) is unknown. See the IAM User Guide, "Policy
evaluation logic" and "AWS JSON policy elements: Principal".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from iamdash.rules.policies.conditions import Context, as_list, conditions_hold, matches
from iamdash.rules.policies.finding import YES, Finding, every, no, some, unsure

Policy = Mapping[str, Any]
Statement = Mapping[str, Any]
Kind = Literal["Service", "AWS", "Federated"]

# A principal that was deleted leaves its unique ID behind in the policies that named it; it matches nobody.
DANGLING = re.compile(r"A(IDA|ROA)[A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks to take a role: the ways in which a policy may name it, and what its request is known to carry.

    `guessed`: keys of `context` whose value is only an example; no Deny may be judged by them.
    """

    kind: Kind
    names: frozenset[str]
    context: Context = field(default_factory=dict)
    guessed: frozenset[str] = frozenset()


def may(policy: Policy, asker: Asker, action: str) -> Finding:
    """Return whether the policy lets the asker do the action, such as `sts:AssumeRole`."""
    statements = statements_of(policy)
    if any(statement.get("Effect") not in {"Allow", "Deny"} for statement in statements):
        return unsure("its trust policy has a statement of a shape that iamdash does not know")
    known = {key: value for key, value in asker.context.items() if key not in asker.guessed}
    strict = replace(asker, context=known)
    denied = some(_applies(statement, strict, action) for statement in statements if statement["Effect"] == "Deny")
    if denied.truth:
        return no("a Deny in its trust policy matches")
    allowed = some(_applies(statement, asker, action) for statement in statements if statement["Effect"] == "Allow")
    if allowed.truth and denied.truth is None:
        return unsure(f"its trust policy has a Deny with {denied.why}")
    if allowed.truth is False and not allowed.why:
        return no(f"its trust policy does not allow {action}")
    if not allowed.truth:
        return replace(allowed, why=f"its trust policy: {allowed.why}")
    return allowed


def statements_of(policy: Policy) -> list[Statement]:
    """Return the statements; one that is no object comes back empty, and so is judged unknown."""
    found = as_list(policy.get("Statement", []))
    return [statement if isinstance(statement, Mapping) else {} for statement in found]


def allowing(policy: Policy, kind: Kind) -> Iterator[tuple[str, Statement]]:
    """Yield each principal of this kind that an Allow names, with its statement; "*" comes as it stands."""
    for statement in statements_of(policy):
        if statement.get("Effect") == "Allow":
            for name in _named(statement.get("Principal"), kind):
                yield name, statement


def dangling(policy: Policy) -> list[str]:
    """Return the principals that are bare unique IDs: what is left of a deleted user or role."""
    return [name for name, _statement in allowing(policy, "AWS") if DANGLING.fullmatch(name)]


def _applies(statement: Statement, asker: Asker, action: str) -> Finding:
    principal = _names_asker(statement, asker)
    if principal.truth is False:
        return principal
    return every(
        [_names_action(statement, action), principal, conditions_hold(statement.get("Condition"), asker.context)]
    )


def _names_asker(statement: Statement, asker: Asker) -> Finding:
    if "NotPrincipal" in statement or "Principal" not in statement:
        return unsure("a NotPrincipal, which iamdash cannot evaluate")
    principal = statement["Principal"]
    if asker.names.intersection(_named(principal, asker.kind)):
        return YES
    if "*" in _named(principal, asker.kind):
        known_to_match = asker.kind == "AWS"
        return YES if known_to_match else unsure("the principal *, which iamdash cannot judge here")
    return no()


def _names_action(statement: Statement, action: str) -> Finding:
    if "Action" not in statement:
        return unsure("a NotAction, which iamdash cannot evaluate")
    patterns = [str(pattern).lower() for pattern in as_list(statement["Action"])]
    return YES if any(matches(pattern, action.lower()) for pattern in patterns) else no()


def _named(principal: Any, kind: Kind) -> list[str]:
    if principal == "*":
        return ["*"]
    if not isinstance(principal, Mapping):
        return []
    return [str(name) for name in as_list(principal.get(kind, []))]

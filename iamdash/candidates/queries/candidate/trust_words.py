"""Says in words who may assume an IAM role, as its trust policy has it. It describes; `rules` decides."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from iamdash.rules.policies.arns import principal_of
from iamdash.rules.policies.conditions import flattened
from iamdash.rules.policies.trust import DANGLING, Statement, statements_of
from iamdash.rules.routes.federation import EKS_HOST, PROVIDER

KNOWN_SERVICES = {
    "pods.eks.amazonaws.com": "EKS Pod Identity",
    "ec2.amazonaws.com": "EC2",
    "ecs-tasks.amazonaws.com": "ECS tasks",
    "lambda.amazonaws.com": "Lambda",
    "rolesanywhere.amazonaws.com": "IAM Roles Anywhere",
}
KNOWN_PROVIDERS = {
    "token.actions.githubusercontent.com": "GitHub Actions",
    "gitlab.com": "GitLab",
    "agent.buildkite.com": "Buildkite",
    "app.terraform.io": "HCP Terraform",
    "accounts.google.com": "Google",
    "cognito-identity.amazonaws.com": "Amazon Cognito",
    "graph.facebook.com": "Facebook",
    "www.amazon.com": "Login with Amazon",
}
# Conditions that have a word of their own; any other is told by its key.
CONDITIONS = {
    "sts:externalid": "external ID",
    "aws:requesttag/kubernetes-namespace": "namespace",
    "aws:requesttag/kubernetes-service-account": "service account",
    "aws:requesttag/eks-cluster-name": "cluster",
    "aws:requesttag/eks-cluster-arn": "cluster",
    "aws:sourceaccount": "source account",
    "aws:sourcearn": "source",
    "aws:principalorgid": "organisation",
    "aws:principalarn": "caller",
    "saml:aud": "aud",
    "saml:sub": "sub",
}
PLAIN_OPERATORS = frozenset({"stringequals", "stringlike", "arnequals", "arnlike", "stringequalsignorecase"})
SERVICE_ACCOUNT = re.compile(r"system:serviceaccount:([^:]+):([^:]+)")
VALUES_SHOWN = 3

# The unique ID of a user or role that is gone, and the name it had while it was there.
Names = Mapping[str, str]
# Operator, key in lower case, values; no key: of a shape that is unknown.
Condition = tuple[str, str, tuple[str, ...]]


def who_may_assume(trust_policy: Mapping[str, Any] | None, *, names: Names | None = None) -> tuple[str, ...]:
    """Return who may assume the role, each with the conditions in force, and last what a Deny takes back.

    `names` knows unique IDs of users and roles that are gone. A policy that could not be read (None) says so.
    """
    if trust_policy is None:
        return ("Its trust policy could not be read",)
    statements = statements_of(trust_policy)
    allowed = [line for each in statements if each.get("Effect") == "Allow" for line in _lines(each, names or {})]
    denied = [line for each in statements if each.get("Effect") == "Deny" for line in _lines(each, names or {})]
    denials = [f"Denied: {line}" for line in dict.fromkeys(denied)] if allowed else []
    return (*dict.fromkeys(allowed), *denials) or ("Nobody",)


def unique_ids(trust_policy: Mapping[str, Any] | None) -> set[str]:
    """Return the bare unique IDs (AIDA…, AROA…) which a policy names: what AWS leaves of a deleted user or role."""
    named = [
        name
        for statement in statements_of(trust_policy or {})
        for kind, name in _principals(statement.get("Principal"))
        if kind == "AWS"
    ]
    return {name for name in named if DANGLING.fullmatch(name)}


def _conditions(statement: Statement) -> list[Condition]:
    block = statement.get("Condition")
    return list(flattened(block)) if isinstance(block, Mapping) or block is None else [("", "", ())]


def _lines(statement: Statement, names: Names) -> Iterator[str]:
    conditions = _conditions(statement)
    if "NotPrincipal" in statement:
        others = " and ".join(_named(kind, name, names) for kind, name in _principals(statement["NotPrincipal"]))
        yield f"Anybody but {others}{_given(conditions)}"
    for kind, name in _principals(statement.get("Principal")):
        if kind == "Federated":
            yield _federated(name, conditions)
        else:
            yield _named(kind, name, names) + _given(conditions)


def _principals(principal: object) -> Iterator[tuple[str, str]]:
    if isinstance(principal, str):
        yield "AWS", principal
    elif isinstance(principal, Mapping):
        for kind, some in principal.items():
            yield from ((str(kind), str(one)) for one in (some if isinstance(some, list) else [some]))


def _named(kind: str, name: str, names: Names) -> str:
    if kind == "Service":
        return KNOWN_SERVICES.get(name, name)
    if name == "*":
        return "Anybody"
    if kind != "AWS":
        return name
    if DANGLING.fullmatch(name):
        return _left_over(name, names)
    principal = principal_of(name)
    if principal is None:
        return name
    if principal.kind == "account":
        return f"AWS account {principal.account_id}"
    words = {"user": "IAM user", "role": "IAM role"}.get(principal.kind, "Session")
    return f"{words} {principal.name} of AWS account {principal.account_id}"


def _left_over(unique_id: str, names: Names) -> str:
    kind = "IAM user" if unique_id.startswith("AIDA") else "IAM role"
    if unique_id in names:
        return f"{unique_id}, which was the {kind} {names[unique_id]}: it is gone, so this lets nobody in"
    return f"{unique_id}, what is left of a deleted {kind}: it lets nobody in"


def _federated(name: str, conditions: list[Condition]) -> str:
    provider = PROVIDER.fullmatch(name)
    host = provider["host"] if provider else name.partition(":saml-provider/")[2] or name
    asked = [(operator, _claim(key, host), values) for operator, key, values in conditions]
    if not EKS_HOST.fullmatch(host):
        known = KNOWN_PROVIDERS.get(host)
        saml = "SAML provider " if ":saml-provider/" in name else ""
        return (f"{known} ({host})" if known else f"{saml}{host}") + _given(asked)
    subjects = [value for operator, key, values in asked if key == "sub" and _is_plain(operator) for value in values]
    named = [found for subject in subjects if (found := SERVICE_ACCOUNT.fullmatch(subject))]
    if not named or len(named) != len(subjects):
        return f"Pods of the EKS cluster behind {host} (IRSA)" + _given(asked)
    accounts = _listed([f"{found[2]} in namespace {found[1]}" for found in named])
    others = [condition for condition in asked if condition[1] != "sub"]
    return f"Service account {accounts} of the EKS cluster behind {host} (IRSA)" + _given(others)


def _claim(key: str, host: str) -> str:
    """Return the claim of a token that a key asks for ("sub"), or the key as it is."""
    return key.removeprefix(f"{host.lower()}:")


def _given(conditions: list[Condition]) -> str:
    words = [_condition(*condition) for condition in conditions]
    return ", with " + " and ".join(words) if words else ""


def _condition(operator: str, key: str, values: tuple[str, ...]) -> str:
    if not key:
        return "a condition that iamdash does not know"
    word = CONDITIONS.get(key, key)
    shown = _listed(list(values))
    return f"{word} {shown}" if _is_plain(operator) else f"{word} {operator} {shown}"


def _is_plain(operator: str) -> bool:
    return operator.lower().removeprefix("foranyvalue:") in PLAIN_OPERATORS


def _listed(values: list[str]) -> str:
    more = f" and {len(values) - VALUES_SHOWN} more" if len(values) > VALUES_SHOWN else ""
    return " or ".join(values[:VALUES_SHOWN]) + more

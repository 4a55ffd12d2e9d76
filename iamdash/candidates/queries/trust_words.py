"""Says in a few words whom an IAM role trusts, for a table cell. It describes; `rules` decides."""

from collections.abc import Iterator, Mapping
from typing import Any

KNOWN = {
    "pods.eks.amazonaws.com": "EKS Pod Identity",
    "ec2.amazonaws.com": "EC2",
    "ecs-tasks.amazonaws.com": "ECS tasks",
    "lambda.amazonaws.com": "Lambda",
    "rolesanywhere.amazonaws.com": "IAM Roles Anywhere",
}
SHOWN = 3


def trust_in_words(trust_policy: Mapping[str, Any] | None) -> str:
    """Return "Trusts EKS Pod Identity", or why it cannot be said. Names of principals only, no conditions."""
    if trust_policy is None:
        return "Its trust policy could not be read"
    named = list(dict.fromkeys(_trusted(trust_policy)))
    if not named:
        return "Trusts nobody"
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return "Trusts " + ", ".join(named[:SHOWN]) + more


def _trusted(trust_policy: Mapping[str, Any]) -> Iterator[str]:
    for statement in _listed(trust_policy.get("Statement")):
        if not isinstance(statement, Mapping) or statement.get("Effect") != "Allow":
            continue
        principal = statement.get("Principal", {})
        if isinstance(principal, str):
            yield "anybody" if principal == "*" else principal
        elif isinstance(principal, Mapping):
            yield from (_named(kind, one) for kind, some in principal.items() for one in _listed(some))


def _named(kind: str, principal: object) -> str:
    text = str(principal)
    if kind == "Service":
        return KNOWN.get(text, text)
    if kind == "Federated":
        return text.partition(":oidc-provider/")[2] or text.partition(":saml-provider/")[2] or text
    if text == "*":
        return "anybody"
    if text.isdecimal() or text.endswith(":root"):
        return f"account {text.removesuffix(':root').rpartition(':')[2]}"
    return text.rpartition(":")[2]


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]

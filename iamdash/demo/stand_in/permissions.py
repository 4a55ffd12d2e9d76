"""A small evaluator of policies: enough to grant a role its actions and to refuse the rest.

Statements are read for Effect, Action and Resource. Conditions of identity policies are not evaluated; of a trust
policy only StringEquals sts:ExternalId is, and any other condition refuses.
"""

import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from iamdash.demo.stand_in import backends


def documents_of_role(iam_role: Any) -> tuple[Mapping[str, Any], ...]:
    """Return the inline and attached policy documents of moto's role."""
    return _documents(iam_role)


def documents_of_user(account_id: str, iam_user: Any) -> tuple[Mapping[str, Any], ...]:
    """Return the policy documents of moto's user, those of its groups included."""
    groups = backends.iam(account_id).get_groups_for_user(iam_user.name)
    return tuple(document for holder in (iam_user, *groups) for document in _documents(holder))


def _documents(holder: Any) -> tuple[Mapping[str, Any], ...]:
    texts = [*holder.policies.values()]
    for policy in holder.managed_policies.values():
        texts += [version.document for version in policy.versions if version.version_id == policy.default_version_id]
    return tuple(json.loads(text) for text in texts)


def allowed(documents: Iterable[Mapping[str, Any]], action: str, resource: str = "") -> bool:
    """Say whether a statement allows the action and none denies it. An empty resource matches every statement."""
    effects = {
        statement["Effect"]
        for document in documents
        for statement in as_list(document["Statement"])
        if _matches(statement.get("Action"), action.lower(), lower=True)
        and (not resource or _matches(statement.get("Resource"), resource))
    }
    return effects == {"Allow"}


def _matches(patterns: Any, value: str, *, lower: bool = False) -> bool:
    return any(fnmatchcase(value, pattern.lower() if lower else pattern) for pattern in as_list(patterns))


def trusts(iam_role: Any, principal_arn: str, external_id: str | None) -> bool:
    """Say whether the role's trust policy lets this principal in."""
    document = json.loads(iam_role.assume_role_policy_document)
    return any(
        statement["Effect"] == "Allow"
        and _matches(statement.get("Action"), "sts:assumerole", lower=True)
        and _names(statement.get("Principal"), principal_arn)
        and _external_id_agrees(statement.get("Condition", {}), external_id)
        for statement in as_list(document["Statement"])
    )


def _names(principal: Any, arn: str) -> bool:
    account_id = arn.split(":")[4]
    whole_account = {account_id, f"arn:aws:iam::{account_id}:root", "*"}
    named = principal if principal == "*" else principal.get("AWS") if isinstance(principal, Mapping) else None
    return any(name == arn or name in whole_account for name in as_list(named))


def _external_id_agrees(conditions: Mapping[str, Any], external_id: str | None) -> bool:
    for operator, keys in conditions.items():
        for key, expected in keys.items():
            if operator != "StringEquals" or key.lower() != "sts:externalid":
                return False
            if external_id not in as_list(expected):
                return False
    return True


def as_list(value: Any) -> list[Any]:
    """Return one thing, a list of things or nothing as a list: policies write all three."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]

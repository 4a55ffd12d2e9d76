"""Policies and tags as rows hold them, in an order of their own: AWS's order means nothing and may differ."""

from collections.abc import Iterable
from typing import Any

from iamdash.aws.snapshot import ListedRole, ListedUser, NamedPolicy


def described(listed: ListedUser | ListedRole) -> dict[str, Any]:
    """Return the columns that IAM users and IAM roles have in common."""
    return {
        "arn": listed.arn,
        "path": listed.path,
        "created_at": listed.created_at,
        "tags": dict(listed.tags),
        "attached_policies": _attached(listed.attached_policies),
        "inline_policies": _inline(listed.inline_policies),
        "permissions_boundary": listed.permissions_boundary,
    }


def _attached(policies: Iterable[NamedPolicy]) -> list[dict[str, Any]]:
    kept = [{"name": policy.name, "arn": policy.arn} for policy in policies]
    return sorted(kept, key=lambda policy: (policy["arn"], policy["name"]))


def _inline(policies: Iterable[NamedPolicy]) -> list[dict[str, Any]]:
    kept = [{"name": policy.name, "document": policy.document} for policy in policies]
    return sorted(kept, key=lambda policy: str(policy["name"]))

"""ARNs, taken apart rather than searched: "root" is also in the name of a role called chroot-builder."""

import re
from dataclasses import dataclass

ACCOUNT_ID = re.compile(r"\d{12}")


@dataclass(frozen=True, slots=True)
class Principal:
    """An AWS principal of a policy. `kind`: "account", "role", "user", "other"; `name` without its path."""

    account_id: str
    kind: str
    name: str


def principal_of(text: str) -> Principal | None:
    """Return what a principal such as `arn:aws:iam::111122223333:role/app` names; None: it is no such thing."""
    if ACCOUNT_ID.fullmatch(text):
        return Principal(text, "account", "root")
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or parts[2] not in {"iam", "sts"} or not ACCOUNT_ID.fullmatch(parts[4]):
        return None
    resource = parts[5]
    if resource == "root":
        return Principal(parts[4], "account", "root")
    kind, _slash, path = resource.partition("/")
    return Principal(parts[4], kind if kind in {"role", "user"} else "other", path.rpartition("/")[2])


def ways_to_name(arn: str, account_id: str) -> frozenset[str]:
    """Return the principals of a policy that match this IAM user or role: its ARN, or its whole account."""
    partition = arn.split(":")[1] if arn.startswith("arn:") else "aws"
    return frozenset({arn, account_id, f"arn:{partition}:iam::{account_id}:root"})

"""ARNs and the names of services, taken apart rather than searched: a role called chroot-builder holds "root" too."""

import re
from dataclasses import dataclass

ACCOUNT_ID = re.compile(r"\d{12}")
# What AWS's names end with in one partition or another (botocore, partitions.json).
DNS_SUFFIXES = (
    *("amazonaws.com", "amazonaws.com.cn", "amazonaws.eu"),
    *("c2s.ic.gov", "sc2s.sgov.gov", "cloud.adc-e.uk", "csp.hci.ic.gov"),
)


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


def service_of(principal: str) -> str:
    """Return the service behind a principal, the same in every partition: `ec2` for `ec2.amazonaws.com.cn`."""
    ending = next((suffix for suffix in DNS_SUFFIXES if principal.endswith(f".{suffix}")), "")
    return principal.removesuffix(f".{ending}")


def partition_of(arn: str) -> str:
    """Return the partition of an ARN; AWS's first one where it is none."""
    return arn.split(":")[1] if arn.startswith("arn:") else "aws"


def ways_to_name(arn: str, account_id: str) -> frozenset[str]:
    """Return the principals of a policy that match this IAM user or role: its ARN, or its whole account."""
    return frozenset({arn, account_id, f"arn:{partition_of(arn)}:iam::{account_id}:root"})

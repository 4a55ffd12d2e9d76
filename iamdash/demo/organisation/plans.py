"""What is planned of an IAM user, a key, a role: the vocabulary in which the organisation is written down.

Days are counted back from the anchor, the day of the stand-in's first start.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from iamdash.demo.organisation.accounts import REGION, Account


@dataclass(frozen=True)
class Job:
    """Something that uses a credential `every` so often, of one AWS service; until `stopped_days_ago`."""

    every: timedelta
    service: str
    region: str = REGION
    stopped_days_ago: int | None = None

    def stopped(self, days_ago: int) -> "Job":
        """Return the same job, ended so many days before the anchor."""
        return replace(self, stopped_days_ago=days_ago)


@dataclass(frozen=True)
class KeyPlan:
    """One access key. `job` None: no use recorded. `description` becomes a tag, as the console makes it."""

    age_days: int
    job: Job | None = None
    active: bool = True
    description: str = ""


@dataclass(frozen=True)
class UserPlan:
    """One IAM user. `policies` are names in policies.py; `console` is the job of its password, if it has one."""

    account: Account
    name: str
    age_days: int
    keys: tuple[KeyPlan, ...] = ()
    policies: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    path: str = "/"
    console: Job | None = None
    has_password: bool = False
    mfa: bool = False


@dataclass(frozen=True)
class RolePlan:
    """One IAM role. `pods`: the (namespace, service account) of its Pod Identity association."""

    account: Account
    name: str
    trust: Mapping[str, Any]
    policies: tuple[str, ...] = ()
    age_days: int = 400
    job: Job | None = None
    path: str = "/"
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    pods: tuple[str, str] | None = None
    instance_profile: bool = False


def minutes(number: int, service: str, region: str = REGION) -> Job:
    """Return a job that runs every so many minutes."""
    return Job(timedelta(minutes=number), service, region)


def hours(number: float, service: str, region: str = REGION) -> Job:
    """Return a job that runs every so many hours."""
    return Job(timedelta(hours=number), service, region)


def days(number: float, service: str, region: str = REGION) -> Job:
    """Return a job that runs every so many days."""
    return Job(timedelta(days=number), service, region)

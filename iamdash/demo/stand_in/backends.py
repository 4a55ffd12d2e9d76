"""moto's objects, and the few places where moto itself is corrected before it starts.

moto keeps users, keys, groups, roles, policies and clusters, one backend for each account, in global variables:
there can be one stand-in in a process.
"""

import random
import string
from collections.abc import Callable
from typing import Any

import moto.eks.models
import moto.iam.models
from moto.core.base_backend import BackendDict
from moto.eks.models import eks_backends
from moto.iam.models import IAMBackend, iam_backends

from iamdash.demo.stand_in.clock import Clock

UNIQUE_ID_LETTERS = string.ascii_uppercase + "234567"


def iam(account_id: str) -> Any:
    """Return moto's IAM of one account."""
    return iam_backends[account_id]["aws"]


def eks(account_id: str, region: str) -> Any:
    """Return moto's EKS of one account and region."""
    return eks_backends[account_id][region]


def account_ids() -> list[str]:
    """Return the accounts that anything has asked about."""
    return sorted(iam_backends)


def find_access_key(access_key_id: str) -> tuple[str, Any] | None:
    """Return the account and moto's object of a long-lived access key, or None."""
    for account_id in account_ids():
        if access_key := iam(account_id).access_keys.get(access_key_id):
            return account_id, access_key
    return None


def unique_id(prefix: str, source: random.Random | None = None) -> str:
    """Return an ID as AWS makes them: AIDA (user), AROA (role), AGPA (group) and 17 characters; AKIA (key) and 16."""
    length = 16 if prefix in {"AKIA", "ASIA"} else 17
    return prefix + "".join((source or random).choices(UNIQUE_ID_LETTERS, k=length))


def correct_moto(clock: Clock) -> None:
    """Give moto the stand-in's clock and AWS's kind of unique IDs, and leave "last used" to usage.py."""

    def utcnow() -> Any:
        return clock.now().replace(tzinfo=None)

    for module, name, ours in (
        (moto.iam.models, "utcnow", utcnow),
        (moto.eks.models, "utcnow", utcnow),
        (moto.iam.models, "mark_account_as_visited", lambda **_: None),
    ):
        setattr(module, name, ours)
    for method, prefix in (("create_user", "AIDA"), ("create_group", "AGPA")):
        _give_unique_ids(method, prefix)


def _give_unique_ids(method: str, prefix: str) -> None:
    make: Callable[..., Any] = getattr(IAMBackend, method)
    if hasattr(make, "gives_unique_ids"):
        return

    def make_with_unique_id(*args: Any, **kwargs: Any) -> Any:
        made = make(*args, **kwargs)
        made.id = unique_id(prefix)
        return made

    make_with_unique_id.gives_unique_ids = True  # type: ignore[attr-defined]
    setattr(IAMBackend, method, make_with_unique_id)


def forget_everything() -> None:
    """Empty every account."""
    BackendDict.reset()


def contents() -> dict[str, Any]:
    """Return what every account holds, ready to be pickled."""
    return {
        "iam": {account_id: vars(iam(account_id)) for account_id in account_ids()},
        "eks": {
            (account_id, region): vars(backend)
            for account_id, regions in list(eks_backends.items())
            for region, backend in regions.items()
            if backend.clusters
        },
    }


def restore(saved: dict[str, Any]) -> None:
    """Put back what `contents` returned."""
    forget_everything()
    for account_id, values in saved["iam"].items():
        vars(iam(account_id)).update(values)
    for (account_id, region), values in saved["eks"].items():
        vars(eks(account_id, region)).update(values)

"""What must hold after every sync, whatever went wrong in it. This file is the whole list.

1. Nothing that exists in AWS is marked gone, and Deleted is only said of what AWS holds no more.
2. Nothing is lost: no row, no line of the journal, no value of the ledgers; no reading grows older.
3. Nothing is invented: no foreign account's thing, no key of somebody else, no use that never was.
4. A run that is not complete says which part is unread, and why.
5. The stored answers are what the rules say of the rows.
6. After a sync that nothing disturbed, the rows are what AWS holds, one by one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from iamdash.models import (
    AccessKey,
    AccessKeyUse,
    Candidate,
    Event,
    IamRole,
    IamUser,
    PodIdentityAssociation,
    RoleUse,
    Standing,
    SyncRun,
)
from iamdash.rules.stage import Stage
from iamdash.standing.check import differences
from tests.faults.world import ACCOUNT, FOR_PODS, READER, History, Truth

KEPT = (IamUser, AccessKey, IamRole, PodIdentityAssociation, Candidate, SyncRun)
BROKE_OFF = "The sync broke off"


@dataclass(frozen=True)
class Held:
    """What was in the database at one moment and has to be there for ever."""

    rows: Mapping[str, frozenset[Any]]
    freshness: Mapping[str, datetime]
    readings: Mapping[tuple[str, int], datetime]

    @classmethod
    def now(cls) -> "Held":
        rows = {model.__name__: frozenset(model.objects.values_list("pk", flat=True)) for model in KEPT}
        rows["journal"] = frozenset(Event.objects.values_list("pk", "at", "kind", "sentence", "unique_id"))
        rows["uses of keys"] = frozenset(AccessKeyUse.objects.values_list("access_key", "last_used_at", "as_of"))
        rows["uses of roles"] = frozenset(RoleUse.objects.values_list("iam_role", "last_used_at", "as_of"))
        newest = SyncRun.objects.filter(finished_at__isnull=False).order_by("-started_at", "-pk").first()
        return cls(
            rows=rows,
            freshness={part: datetime.fromisoformat(at) for part, at in newest.freshness.items()} if newest else {},
            readings={
                (column, pk): at
                for model, column in (
                    *((AccessKey, "last_used_at"), (IamRole, "last_used_at")),
                    *((IamUser, "console_as_of"), (IamUser, "keys_read_at")),
                )
                for pk, at in model.objects.exclude(**{column: None}).values_list("pk", column)
            },
        )


def check(truth: Truth, history: History, before: Held, *, now: datetime) -> Held:
    """Check promises 1 to 5 and return what is held now. Raises AssertionError."""
    nothing_that_exists_is_gone(truth)
    held = Held.now()
    nothing_is_lost(before, held)
    nothing_is_invented(history)
    gaps_say_why()
    assert list(differences(now)) == [], "the stored answers differ from the rules'"
    return held


def nothing_that_exists_is_gone(truth: Truth) -> None:
    """Promise 1."""
    gone_users = set(IamUser.objects.exclude(gone_at=None).values_list("unique_id", flat=True))
    assert not gone_users & set(truth.users), "an IAM user that exists is marked gone"
    gone_keys = set(AccessKey.objects.exclude(gone_at=None).values_list("access_key_id", flat=True))
    assert not gone_keys & set(truth.keys), "an access key that exists is marked gone"
    gone_roles = set(IamRole.objects.exclude(gone_at=None).values_list("unique_id", flat=True))
    assert not gone_roles & set(truth.roles), "an IAM role that exists is marked gone"
    gone_pods = set(PodIdentityAssociation.objects.exclude(gone_at=None).values_list("association_id", flat=True))
    assert not gone_pods & set(truth.associations), "an association that exists is marked gone"
    deleted = Standing.objects.filter(stage=Stage.DELETED).values_list("candidate__iam_user__unique_id", flat=True)
    assert not set(deleted) & set(truth.users), "a user that exists is Deleted"


def nothing_is_lost(before: Held, after: Held) -> None:
    """Promise 2."""
    for what, rows in before.rows.items():
        assert rows <= after.rows[what], f"lost: {what} {sorted(rows - after.rows[what], key=str)[:3]}"
    for part, at in before.freshness.items():
        assert after.freshness.get(part, at) >= at, f"the reading of {part} has grown older"
        assert part in after.freshness, f"when {part} was read is forgotten"
    for reading, at in before.readings.items():
        assert reading in after.readings, f"{reading} is forgotten"
        assert after.readings[reading] >= at, f"{reading} went back in time"


def nothing_is_invented(history: History) -> None:
    """Promise 3."""
    for unique_id, name, account in IamUser.objects.values_list("unique_id", "user_name", "aws_account"):
        assert account == ACCOUNT
        assert name in history.names[unique_id], f"{unique_id} was never called {name}"
    for key_id, owner in AccessKey.objects.values_list("access_key_id", "iam_user__unique_id"):
        assert history.key_owners[key_id] == owner, f"{key_id} was never a key of {owner}"
    for key_id, at in AccessKeyUse.objects.values_list("access_key__access_key_id", "last_used_at"):
        assert at in history.uses[key_id], f"{key_id} was not used at {at}"
    roles = RoleUse.objects.exclude(iam_role__role_name__in=[READER, FOR_PODS])
    for unique_id, at in roles.values_list("iam_role__unique_id", "last_used_at"):
        assert at in history.uses[unique_id], f"{unique_id} was not used at {at}"


def gaps_say_why() -> None:
    """Promise 4."""
    for run in SyncRun.objects.exclude(finished_at=None):
        assert (run.outcome == "complete") == (not run.unread), f"{run}: {run.outcome}, unread: {run.unread}"
        for gap in run.unread:
            assert gap["part"], f"{run}: a gap without a part"
            assert gap["reason"], f"{run}: {gap} without a reason"
            # What AWS answers must be a gap in words; a sync whose database goes away is not there to say so.
            assert not gap["reason"].startswith(BROKE_OFF), f"{run}: {gap['reason']}"


def rows_are_the_truth(truth: Truth) -> None:
    """Promise 6."""
    here = {"aws_account": ACCOUNT, "gone_at": None}
    users = IamUser.objects.filter(**here).values_list("unique_id", "user_name", "arn", "created_at", "tags")
    agree("users", users, truth.users)
    keys = AccessKey.objects.filter(iam_user__aws_account=ACCOUNT, gone_at=None)
    held = keys.values_list("access_key_id", "iam_user__unique_id", "status", "created_at")
    agree("access keys", held, truth.keys)
    roles = IamRole.objects.filter(**here)
    listed = roles.values_list("unique_id", "role_name", "arn", "created_at")
    agree("roles", listed, truth.roles)
    agree("last uses of keys", keys.values_list("access_key_id", "last_used_at"), truth.key_uses)
    # The reader's own role is used by every sync, before and after it is listed.
    others = roles.exclude(role_name__in=[READER, FOR_PODS])
    agree("last uses of roles", others.values_list("unique_id", "last_used_at"), truth.role_uses)
    pods = PodIdentityAssociation.objects.filter(**here)
    described = pods.values_list("association_id", "namespace", "service_account", "role_arn")
    agree("associations", described, truth.associations)


def agree(what: str, held: Iterable[tuple[Any, ...]], true: Mapping[str, tuple[Any, ...]]) -> None:
    """Compare rows, which begin with AWS's ID, with the truth. Raises AssertionError that names what differs."""
    rows = {key: tuple(values) for key, *values in held}
    differing = [key for key in rows.keys() | true.keys() if rows.get(key) != true.get(key)]
    words = [f"{key} is {rows.get(key)} here and {true.get(key)} in AWS" for key in sorted(differing)]
    assert not words, f"{what}: {'; '.join(words)}"


def who_is_gone_is_proved_gone(truth: Truth) -> None:
    """Promise 6, of what is no more: after a second clean sync no user is left in doubt."""
    in_doubt = IamUser.objects.filter(gone_confirmed_at=None).exclude(unique_id__in=truth.users)
    assert list(in_doubt.values_list("user_name", flat=True)) == []

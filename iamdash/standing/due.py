"""Whose answer may change by the passing of time alone: one indexed question, and the keys that grow too old."""

from datetime import datetime, timedelta

from django.db.models import Q

from iamdash.models import AccessKey, IamUser, Standing
from iamdash.rules.facts import Thresholds
from iamdash.rules.keys import ACTIVE

LONGEST = timedelta(days=36_500)


def due_iam_users(limits: Thresholds, now: datetime) -> list[int]:
    """Return the row ids of the IAM users to look at again at `now`, in order."""
    return sorted({*due_candidates(now), *coming_up(limits, now)})


def due_candidates(now: datetime) -> list[int]:
    """Return the IAM users whose stored answer says that it holds until `now` at most."""
    return list(Standing.objects.filter(recheck_at__lte=now).values_list("candidate__iam_user", flat=True))


def coming_up(limits: Thresholds, now: datetime) -> list[int]:
    """Return the IAM users that are no candidates, and that a key's age may have made one."""
    readable = Q(candidate=None, gone_at=None, aws_account__removed_at=None)
    too_old = Q(created_at__lte=_before(now, limits.long_lived_days))
    unused = Q(status=ACTIVE, last_used_at=None, last_used_as_of__isnull=False)
    keys = AccessKey.objects.filter(
        too_old | (unused & Q(created_at__lte=_before(now, limits.grace_days))), gone_at=None
    )
    with_keys = IamUser.objects.filter(readable, access_keys__in=keys).values_list("pk", flat=True)
    return [*with_keys, *_by_their_slots(readable, limits, now)]


def _by_their_slots(readable: Q, limits: Thresholds, now: datetime) -> list[int]:
    """Return those whose key IDs are still unread, so that only the report's slots can tell; there are few."""
    slots_only = IamUser.objects.filter(readable, keys_read_at=None, access_keys=None, report_slots__isnull=False)
    limit = _before(now, limits.long_lived_days)
    return [
        pk
        for pk, slots in slots_only.values_list("pk", "report_slots")
        if any(datetime.fromisoformat(created_at) <= limit for created_at, _active in slots or ())
    ]


def _before(now: datetime, days: int) -> datetime:
    return now - min(timedelta(days=days), LONGEST)

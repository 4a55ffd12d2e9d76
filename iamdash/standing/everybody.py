"""Assessing every IAM user anew: for changes that may concern anybody, such as a limit or a list of accounts."""

from datetime import datetime

from iamdash.models import IamUser
from iamdash.standing.assess import Cause, assess

AT_ONCE = 1000


def assess_everybody(*, now: datetime, cause: Cause, actor: str) -> None:
    """Assess all IAM users, so many at a time, in the caller's transaction."""
    ids = list(IamUser.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        assess(ids[start : start + AT_ONCE], now=now, cause=cause, actor=actor)

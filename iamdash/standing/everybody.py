"""Assessing every IAM user anew: for changes that may concern anybody, such as a limit or a list of accounts."""

from datetime import datetime

from iamdash.models import IamUser
from iamdash.standing.assess import Cause, Occasion, answer_anew, settle
from iamdash.standing.thresholds import thresholds

AT_ONCE = 1000


def assess_everybody(*, now: datetime, cause: Cause, actor: str) -> None:
    """Assess all IAM users, so many at a time, in the caller's transaction."""
    limits, occasion = thresholds(), Occasion(now, cause, actor, None)
    ids = list(IamUser.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        answer_anew(ids[start : start + AT_ONCE], limits, occasion)
    # Last, when all of them are locked: whoever waits for a new workload holds nothing that this still needs.
    settle(ids, limits)

"""Claims that nobody confirmed in time: the rules know it by themselves, and this puts it on record."""

from datetime import datetime, timedelta

from django.db import transaction

from iamdash.candidates.actions.holding import hold, lapse
from iamdash.models import Claim
from iamdash.rules.stage import Stage
from iamdash.standing.assess import Cause, assess
from iamdash.standing.thresholds import thresholds

AT_ONCE = 250
ACTOR = "clock"


def end_lapsed_claims(now: datetime) -> int:
    """End every claim that has lapsed by `now`, with a line in the journal each; return how many there were."""
    due = Claim.objects.filter(ended_at=None, confirmed_at__lte=now - timedelta(days=thresholds().claim_days))
    numbers = list(
        due.exclude(candidate__standing__stage=Stage.DELETED).order_by("candidate").values_list("candidate", flat=True)
    )
    ended = 0
    for start in range(0, len(numbers), AT_ONCE):
        with transaction.atomic():
            candidates = lapse(hold(numbers[start : start + AT_ONCE], now=now), now=now)
            iam_users = [candidate.iam_user_id for candidate in candidates]
            assess(iam_users, now=now, cause=Cause.CLOCK, actor=ACTOR)
        ended += len(candidates)
    return ended

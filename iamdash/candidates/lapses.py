"""What time alone ends, claims and exceptions: the rules know it by themselves, and this puts it on record."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from iamdash.candidates.actions.change import Line, is_deleted, locked_even_if_closed, write_lines
from iamdash.candidates.actions.holding import hold, lapse
from iamdash.models import Claim, ExceptionGrant, HowEnded
from iamdash.rules.sentence import day_in_words
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


def end_expired_exceptions(now: datetime) -> int:
    """End every exception, and every request for one, whose day has come or whose IAM user is proved deleted.

    Return how many there were. A candidate whose exception expired is back, and the journal says so.
    """
    return sum(_end(grant, now) for grant in _over(now).order_by("candidate"))


def _over(now: datetime) -> QuerySet[ExceptionGrant]:
    has_come = Q(approved_at__isnull=False, expires_on__lte=timezone.localdate(now))
    over = has_come | Q(candidate__standing__stage=Stage.DELETED)
    return ExceptionGrant.objects.select_related("candidate").filter(over, ended_at=None, declined_at=None)


@transaction.atomic
def _end(found: ExceptionGrant, now: datetime) -> bool:
    """End one if it is over still, now that its rows are locked; return whether it was."""
    candidate = locked_even_if_closed(found.candidate)
    grant = _over(now).filter(pk=found.pk).first()
    if grant is None:
        return False
    is_gone = is_deleted(candidate)
    grant.ended_at, grant.how_ended = now, HowEnded.DELETED if is_gone else HowEnded.EXPIRED
    grant.save(update_fields=["ended_at", "how_ended"])
    name, day = candidate.iam_user.user_name, day_in_words(grant.expires_on)
    if is_gone:
        line = Line(candidate, "candidate.exception_ended", f"{name} is proved deleted: its exception is over.")
    else:
        line = Line(candidate, "candidate.returned", f"{name} is back: its exception expired on {day}.")
    write_lines([line], actor=ACTOR, now=now)
    assess([candidate.iam_user_id], now=now, cause=Cause.CLOCK, actor=ACTOR)
    return True

"""Ask for an exception, approve it, decline it, end it: a dated decision to keep a key for now, taken by two people."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from iamdash.candidates.actions.address import checked_address
from iamdash.candidates.actions.change import finish, is_deleted, locked, require, storable
from iamdash.candidates.actions.errors import NotPermitted, Refused
from iamdash.models import AccessLevel, Candidate, ExceptionGrant, HowEnded, Person, Programme
from iamdash.rules.sentence import day_in_words


@transaction.atomic
def ask_exception(
    *, candidate: Candidate, reason: str, expires_on: date, review_url: str, by: Person, now: datetime
) -> ExceptionGrant:
    """Ask that the candidate may keep its keys until that day; a lead decides. Return the request.

    Where an exception is in force, this asks to extend it. Raises NotPermitted, and Refused where a request waits
    already, the words are missing, or the day is not in the future, no extension, or later than an exception may last.
    """
    require(by, AccessLevel.ENGINEER, "ask for an exception")
    fresh = locked(candidate)
    if is_deleted(fresh):
        raise Refused("It is proved deleted: there is nothing left to make an exception for.")
    words = storable(reason, what="The reason")
    if not words:
        raise Refused("Say why the key has to stay for now.")
    _refuse_day(expires_on, now)
    if _waiting(fresh).exists():
        raise Refused("A request for an exception waits for a lead already. Withdraw that one first.")
    standing = _standing(fresh, now)
    if standing and expires_on <= standing.expires_on:
        later = standing.expires_on < _last_day(now)
        instead = "Choose a later day." if later else "None lasts longer: ask for more time when that day is nearer."
        until = day_in_words(standing.expires_on)
        raise Refused(f"The exception is in force until {until} already. {instead}", field="expires_on")
    grant = ExceptionGrant.objects.create(
        candidate=fresh,
        reason=words,
        review_url=checked_address(review_url) if review_url else "",
        expires_on=expires_on,
        extends=standing,
        asked_by=by,
        asked_at=now,
    )
    what = "to extend its exception" if grant.extends else "for an exception"
    _finish(grant, by, now, "asked", f"{by} asked {what} until {day_in_words(expires_on)}: {words}")
    return grant


@transaction.atomic
def approve_exception(*, candidate: Candidate, exception: ExceptionGrant, by: Person, now: datetime) -> None:
    """Let the exception be in force until its day; what it extends ends with that. For a lead who did not ask for it.

    Raises NotPermitted, and Refused where it waits no more, or its day has come.
    """
    require(by, AccessLevel.LEAD, "approve an exception")
    grant = _undecided(candidate, exception)
    if is_deleted(grant.candidate):
        raise Refused("It is proved deleted: there is nothing left to make an exception for.")
    if grant.asked_by_id == by.pk:
        raise NotPermitted("You asked for this exception yourself. Another lead has to approve it.")
    _refuse_day(grant.expires_on, now, instead="Decline the request: it has to be made anew.")
    earlier = ExceptionGrant.objects.filter(candidate=grant.candidate, ended_at=None).exclude(approved_at=None)
    is_expired = Q(expires_on__lte=timezone.localdate(now))
    earlier.filter(is_expired).update(ended_at=now, how_ended=HowEnded.EXPIRED)
    earlier.update(ended_at=now, ended_by=by, how_ended=HowEnded.EXTENDED)
    grant.approved_by, grant.approved_at = by, now
    grant.save(update_fields=["approved_by", "approved_at"])
    words = f"{by} approved the exception that {grant.asked_by} asked for, until {day_in_words(grant.expires_on)}."
    _finish(grant, by, now, "approved", words)


@transaction.atomic
def decline_exception(*, candidate: Candidate, exception: ExceptionGrant, by: Person, now: datetime) -> None:
    """Say no to a request. For a lead. Raises NotPermitted, and Refused where it waits no more."""
    require(by, AccessLevel.LEAD, "decline an exception")
    grant = _undecided(candidate, exception)
    grant.declined_by, grant.declined_at = by, now
    grant.save(update_fields=["declined_by", "declined_at"])
    _finish(grant, by, now, "declined", f"{by} declined the exception that {grant.asked_by} asked for.")


@transaction.atomic
def end_exception(*, candidate: Candidate, exception: ExceptionGrant, by: Person, now: datetime) -> None:
    """End an exception before its day, or withdraw the request for it. For whoever asked for it, or a lead.

    Raises NotPermitted, and Refused where it is over already.
    """
    require(by, AccessLevel.ENGINEER, "end an exception")
    fresh = locked(candidate)
    grant = _own(fresh, exception)
    if grant.asked_by_id != by.pk and not by.may(AccessLevel.LEAD):
        raise NotPermitted(f"{grant.asked_by} asked for this exception. They or a lead can end it.")
    was_in_force = grant.approved_at is not None
    has_expired = was_in_force and grant.expires_on <= timezone.localdate(now)
    if grant.declined_at or grant.ended_at or has_expired:
        raise Refused("That exception is over already.")
    grant.ended_by, grant.ended_at = by, now
    grant.how_ended = HowEnded.ENDED if was_in_force else HowEnded.WITHDRAWN
    grant.save(update_fields=["ended_by", "ended_at", "how_ended"])
    if was_in_force:
        words = f"{by} ended the exception before {day_in_words(grant.expires_on)}: the candidate is back."
        finish(fresh, by=by, now=now, kind="candidate.returned", sentence=words, after={"exception": grant.pk})
    else:
        _finish(grant, by, now, "withdrawn", f"{by} withdrew the request for an exception.")


def _standing(candidate: Candidate, now: datetime) -> ExceptionGrant | None:
    standing = ExceptionGrant.objects.filter(candidate=candidate, ended_at=None, expires_on__gt=timezone.localdate(now))
    return standing.exclude(approved_at=None).first()


def _waiting(candidate: Candidate) -> QuerySet[ExceptionGrant]:
    return ExceptionGrant.objects.filter(candidate=candidate, approved_at=None, declined_at=None, ended_at=None)


def _own(fresh: Candidate, exception: ExceptionGrant) -> ExceptionGrant:
    grant = ExceptionGrant.objects.select_related("asked_by").filter(candidate=fresh, pk=exception.pk).first()
    if grant is None:
        raise Refused("That exception does not belong to this candidate.")
    grant.candidate = fresh
    return grant


def _undecided(candidate: Candidate, exception: ExceptionGrant) -> ExceptionGrant:
    grant = _own(locked(candidate), exception)
    if grant.ended_at:
        raise Refused(f"{grant.ended_by} withdrew this request. There is nothing left to decide.")
    if grant.approved_at or grant.declined_at:
        raise Refused("Somebody has decided on this request already.")
    return grant


def _refuse_day(expires_on: date, now: datetime, *, instead: str = "") -> None:
    """Raise Refused where no exception lasts until that day. `instead`: what to do where no other can be chosen."""
    last = _last_day(now)
    if expires_on <= timezone.localdate(now):
        raise Refused(
            f"{day_in_words(expires_on)} is not in the future. {instead or 'Choose a later day.'}", field="expires_on"
        )
    if expires_on > last:
        most = (last - timezone.localdate(now)).days
        instead = instead or f"Choose {day_in_words(last)} or an earlier day."
        raise Refused(f"An exception lasts {most:,} days at most. {instead}", field="expires_on")


def _last_day(now: datetime) -> date:
    """Return the last day until which an exception that is asked for now may last."""
    most = Programme.current().exception_days
    return timezone.localdate(now) + timedelta(days=most)


def _finish(grant: ExceptionGrant, by: Person, now: datetime, what: str, sentence: str) -> None:
    after = {"exception": grant.pk, "expires_on": grant.expires_on.isoformat(), "extends": grant.extends_id}
    finish(grant.candidate, by=by, now=now, kind=f"candidate.exception_{what}", sentence=sentence, after=after)

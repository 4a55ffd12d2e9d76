"""Exceptions: two people, a day, and a way back. A block: stays open, and says what is waited for."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from iamdash.candidates import actions, lapses
from iamdash.candidates.actions.change import locked_even_if_closed
from iamdash.candidates.lapses import end_expired_exceptions
from iamdash.models import Candidate, DailyCount, Event, ExceptionGrant, IamUser, Programme, Standing
from iamdash.rules.exception import Waiting
from iamdash.rules.stage import Stage
from iamdash.standing.assess import Cause, assess, assess_due
from iamdash.standing.check import differences
from iamdash.standing.daily import count_day
from tests.candidates.actions.conftest import assessed
from tests.factories import NOW, days_ago, make_candidate

DAY = date(2026, 7, 1)
RETURNS = datetime(2026, 7, 1, tzinfo=UTC)


def asked(candidate: Candidate, by: object, *, expires_on: date = DAY, now: datetime = NOW) -> ExceptionGrant:
    return actions.ask_exception(
        candidate=candidate, reason="The vendor takes keys only.", expires_on=expires_on, review_url="", by=by, now=now
    )


def in_force(candidate: Candidate, people: SimpleNamespace, *, expires_on: date = DAY) -> ExceptionGrant:
    grant = asked(candidate, people.ann, expires_on=expires_on)
    actions.approve_exception(candidate=candidate, exception=grant, by=people.lea, now=NOW)
    return grant


def standing(candidate: Candidate) -> Standing:
    return Standing.objects.get(pk=candidate.pk)


def test_a_request_changes_nothing_until_a_lead_approves_it(candidate: Candidate, people: SimpleNamespace) -> None:
    grant = asked(candidate, people.ann)
    assert standing(candidate).is_open

    actions.approve_exception(candidate=candidate, exception=grant, by=people.lea, now=NOW)

    stored = standing(candidate)
    assert (stored.is_open, stored.exception_until) == (False, RETURNS)
    assert stored.recheck_at is not None
    assert stored.recheck_at <= RETURNS
    assert stored.stage == Stage.IDENTIFIED
    assert stored.deactivate_requirements


def test_nobody_approves_what_they_asked_for(candidate: Candidate, people: SimpleNamespace) -> None:
    grant = asked(candidate, people.lea)

    with pytest.raises(actions.NotPermitted, match="Another lead"):
        actions.approve_exception(candidate=candidate, exception=grant, by=people.lea, now=NOW)

    assert standing(candidate).is_open


def test_it_comes_back_by_itself_on_its_day_and_the_journal_says_returned(
    candidate: Candidate, people: SimpleNamespace
) -> None:
    grant = in_force(candidate, people)
    just_before = RETURNS - timedelta(seconds=1)
    assess_due(just_before)
    assert end_expired_exceptions(just_before) == 0
    assert not standing(candidate).is_open

    assess_due(RETURNS)
    assert standing(candidate).is_open
    assert end_expired_exceptions(RETURNS) == 1
    assert end_expired_exceptions(RETURNS) == 0

    grant.refresh_from_db()
    assert (grant.how_ended, grant.ended_by) == ("expired", None)
    assert Event.objects.filter(kind="candidate.returned", actor="clock").count() == 1
    assert not Event.objects.filter(kind__in=["candidate.opened", "candidate.reopened"], at=RETURNS).exists()
    assert list(differences(RETURNS)) == []


def test_without_the_record_of_its_end_it_is_back_all_the_same(candidate: Candidate, people: SimpleNamespace) -> None:
    in_force(candidate, people)

    assess_due(RETURNS + timedelta(days=1))

    assert standing(candidate).is_open
    assert list(differences(RETURNS + timedelta(days=1))) == []


def test_it_lasts_no_longer_than_the_file_says(candidate: Candidate, people: SimpleNamespace) -> None:
    Programme.objects.update_or_create(pk=1, defaults={"exception_days": 10})

    with pytest.raises(actions.Refused, match="10 days at most"):
        asked(candidate, people.ann, expires_on=date(2026, 6, 12))
    asked(candidate, people.ann, expires_on=date(2026, 6, 11))


@pytest.mark.parametrize("day", [date(2026, 6, 1), date(2026, 5, 1)])
def test_its_day_is_to_come(candidate: Candidate, people: SimpleNamespace, day: date) -> None:
    with pytest.raises(actions.Refused, match="is not in the future"):
        asked(candidate, people.ann, expires_on=day)


def test_a_request_that_waited_past_its_day_cannot_be_approved(candidate: Candidate, people: SimpleNamespace) -> None:
    grant = asked(candidate, people.ann)

    with pytest.raises(actions.Refused, match=r"is not in the future\. Decline the request"):
        actions.approve_exception(candidate=candidate, exception=grant, by=people.lea, now=RETURNS)


def test_a_limit_that_was_lowered_meanwhile_leaves_the_lead_to_decline(
    candidate: Candidate, people: SimpleNamespace
) -> None:
    grant = asked(candidate, people.ann)
    Programme.objects.update_or_create(pk=1, defaults={"exception_days": 10})

    with pytest.raises(actions.Refused, match=r"10 days at most\. Decline the request: it has to be made anew"):
        actions.approve_exception(candidate=candidate, exception=grant, by=people.lea, now=NOW)


def test_a_declined_request_leaves_it_open_and_can_be_asked_again(
    candidate: Candidate, people: SimpleNamespace
) -> None:
    grant = asked(candidate, people.ann)
    with pytest.raises(actions.Refused, match="waits for a lead already"):
        asked(candidate, people.ben)

    actions.decline_exception(candidate=candidate, exception=grant, by=people.lea, now=NOW)

    assert standing(candidate).is_open
    asked(candidate, people.ben)
    with pytest.raises(actions.Refused, match="decided on this request already"):
        actions.approve_exception(candidate=candidate, exception=grant, by=people.ada, now=NOW)


def test_an_extension_is_a_decision_of_its_own_and_linked_to_the_one_before(
    candidate: Candidate, people: SimpleNamespace
) -> None:
    first = in_force(candidate, people)
    second = asked(candidate, people.ben, expires_on=date(2026, 8, 1))
    assert second.extends == first
    assert standing(candidate).exception_until == RETURNS

    actions.approve_exception(candidate=candidate, exception=second, by=people.ada, now=NOW)

    first.refresh_from_db()
    assert (first.how_ended, first.ended_by) == ("extended", people.ada)
    assert standing(candidate).exception_until == datetime(2026, 8, 1, tzinfo=UTC)
    assert not Event.objects.filter(kind="candidate.returned").exists()


def test_what_ends_no_later_is_no_extension(candidate: Candidate, people: SimpleNamespace) -> None:
    first = in_force(candidate, people)

    with pytest.raises(actions.Refused, match=r"in force until .* already\. Choose a later day") as refused:
        asked(candidate, people.ben, expires_on=first.expires_on)

    assert refused.value.field == "expires_on"


def test_what_is_in_force_for_as_long_as_may_be_is_not_extended_by_a_later_day(
    candidate: Candidate, people: SimpleNamespace
) -> None:
    longest = in_force(candidate, people, expires_on=NOW.date() + timedelta(days=Programme().exception_days))

    with pytest.raises(actions.Refused, match=r"None lasts longer: ask for more time when that day is nearer"):
        asked(candidate, people.ben, expires_on=longest.expires_on)


def test_whoever_asked_or_a_lead_ends_it_early_and_nobody_else(candidate: Candidate, people: SimpleNamespace) -> None:
    grant = in_force(candidate, people)
    with pytest.raises(actions.NotPermitted, match="They or a lead"):
        actions.end_exception(candidate=candidate, exception=grant, by=people.cat, now=NOW)

    actions.end_exception(candidate=candidate, exception=grant, by=people.ann, now=NOW)

    assert standing(candidate).is_open
    assert Event.objects.filter(kind="candidate.returned").count() == 1
    with pytest.raises(actions.Refused, match="over already"):
        actions.end_exception(candidate=candidate, exception=grant, by=people.lea, now=NOW)


def test_proof_outranks_an_exception(candidate: Candidate, people: SimpleNamespace) -> None:
    grant = in_force(candidate, people)
    IamUser.objects.filter(pk=candidate.iam_user_id).update(gone_at=days_ago(1), gone_confirmed_at=NOW)
    assess([candidate.iam_user_id], now=NOW, cause=Cause.AWS, actor="sync")

    stored = standing(candidate)
    assert (stored.stage, stored.is_open, stored.exception_until) == (Stage.DELETED, False, None)
    assert end_expired_exceptions(NOW) == 1
    grant.refresh_from_db()
    assert grant.how_ended == "deleted"


def test_what_comes_back_while_others_are_ended_keeps_its_exception(
    candidate: Candidate, people: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = in_force(candidate, people)
    Standing.objects.update(stage=Stage.DELETED)

    def seen_again(found: Candidate) -> Candidate:
        Standing.objects.update(stage=Stage.DEACTIVATED)
        return locked_even_if_closed(found)

    monkeypatch.setattr(lapses, "locked_even_if_closed", seen_again)

    assert end_expired_exceptions(NOW) == 0
    grant.refresh_from_db()
    assert grant.ended_at is None


def test_what_has_expired_is_not_ended_by_hand_too(candidate: Candidate, people: SimpleNamespace) -> None:
    grant = in_force(candidate, people)

    with pytest.raises(actions.Refused, match="over already"):
        actions.end_exception(candidate=candidate, exception=grant, by=people.lea, now=RETURNS)


def test_the_burn_down_counts_it_neither_as_left_nor_as_retired(candidate: Candidate, people: SimpleNamespace) -> None:
    other = assessed(make_candidate())
    in_force(candidate, people)

    count_day(NOW.date(), NOW)

    assert sum(DailyCount.objects.values_list("candidates", flat=True)) == 1
    assert standing(other).is_open


def test_the_exception_of_one_is_not_approved_on_the_page_of_another(
    candidate: Candidate, people: SimpleNamespace
) -> None:
    grant = asked(assessed(make_candidate()), people.ann)

    with pytest.raises(actions.Refused, match="does not belong"):
        actions.approve_exception(candidate=candidate, exception=grant, by=people.lea, now=NOW)


def test_a_blocked_candidate_stays_open_and_says_what_it_waits_for(
    candidate: Candidate, people: SimpleNamespace
) -> None:
    said = {"waits_for": Waiting.VENDOR, "words": "Ticket 12", "review_on": DAY}
    actions.block(candidate=candidate, by=people.ann, now=NOW, **said)
    actions.block(candidate=candidate, by=people.ann, now=NOW, **said)

    assert standing(candidate).is_open
    [event] = Event.objects.filter(kind="candidate.blocked")
    assert event.sentence == "Ann said: Blocked by a vendor until 1 Jul 2026: Ticket 12"

    actions.unblock(candidate=candidate, by=people.ben, now=NOW)
    candidate.refresh_from_db()
    assert candidate.blocked_by == ""
    with pytest.raises(actions.Refused, match="not blocked"):
        actions.unblock(candidate=candidate, by=people.ben, now=NOW)
    with pytest.raises(actions.Refused, match="is not in the future"):
        actions.block(candidate=candidate, by=people.ann, now=NOW, **said | {"review_on": NOW.date()})

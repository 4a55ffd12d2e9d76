"""Two who change one candidate at the same time: whoever commits last has seen what the other changed."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Flag

import pytest
from django.db import connection, transaction

from iamdash.models import AccessKey, Claim, Programme, Standing
from iamdash.standing.assess import Cause, assess
from iamdash.standing.check import differences
from iamdash.standing.everybody import assess_everybody
from tests.factories import NOW, make_candidate, make_claim, make_iam_role, make_replacement


@pytest.mark.django_db(transaction=True)
def test_a_claim_made_while_a_sync_writes_is_not_lost_from_the_answer() -> None:
    candidate = make_candidate()
    sync_has_assessed, claim_is_written = Flag(), Flag()

    def sync() -> None:
        with transaction.atomic():
            AccessKey.objects.update(status="Inactive", status_changed_at=NOW)
            assess([candidate.iam_user_id], now=NOW, cause=Cause.AWS, actor="sync")
            sync_has_assessed.set()
            claim_is_written.wait(10)
            time.sleep(0.5)  # long enough for the other to read the old facts, if nothing held it back
        connection.close()

    def claim() -> None:
        sync_has_assessed.wait(10)
        with transaction.atomic():
            make_claim(candidate)
            claim_is_written.set()
            assess([candidate.iam_user_id], now=NOW, cause=Cause.PEOPLE, actor="ada@example.org")
        connection.close()

    with ThreadPoolExecutor(2) as people:
        for done in [people.submit(sync), people.submit(claim)]:
            done.result(30)

    standing = Standing.objects.get()
    assert (standing.stage, standing.owner_person_id) == (5, Claim.objects.get().person_id)
    assert list(differences(NOW)) == []


@pytest.mark.django_db(transaction=True)
def test_assessing_everybody_beside_a_sync_does_not_end_in_a_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iamdash.standing.assess.AT_ONCE", 1)
    first, second, third, fourth = (make_candidate() for _ in range(4))
    # With the first comes the third, which the fourth brings to the second's batch as well.
    for pair in ((first, third), (third, fourth)):
        iam_role = make_iam_role()
        for candidate in pair:
            make_replacement(candidate, iam_role)

    def load_config() -> None:
        for _ in range(15):
            with transaction.atomic():
                assess_everybody(now=NOW, cause=Cause.PEOPLE, actor="load_config")
        connection.close()

    def sync() -> None:
        for _ in range(15):
            assess([candidate.iam_user_id for candidate in (second, fourth)], now=NOW, cause=Cause.AWS, actor="sync")
        connection.close()

    with ThreadPoolExecutor(2) as two:
        for done in [two.submit(load_config), two.submit(sync)]:
            done.result(60)

    assert list(differences(NOW)) == []


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_waited_for_a_new_limit_is_given_by_that_limit() -> None:
    candidate = make_candidate()
    limit_is_changed, sync_has_begun = Flag(), Flag()

    def load_config() -> None:
        with transaction.atomic():
            Programme.objects.update_or_create(pk=1, defaults={"stuck_days": 5})
            assess_everybody(now=NOW, cause=Cause.PEOPLE, actor="load_config")
            limit_is_changed.set()
            sync_has_begun.wait(10)
            time.sleep(0.5)  # long enough for the other to read the old limit, if it did so before it waits
        connection.close()

    def sync() -> None:
        limit_is_changed.wait(10)
        sync_has_begun.set()
        assess([candidate.iam_user_id], now=NOW, cause=Cause.AWS, actor="sync")
        connection.close()

    with ThreadPoolExecutor(2) as two:
        for done in [two.submit(load_config), two.submit(sync)]:
            done.result(30)

    assert list(differences(NOW)) == []

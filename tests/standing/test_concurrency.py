"""Two who change one candidate at the same time: whoever commits last has seen what the other changed."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Flag

import pytest
from django.db import connection, transaction

from iamdash.models import AccessKey, Claim, Standing
from iamdash.standing.assess import Cause, assess
from iamdash.standing.check import differences
from tests.factories import NOW, make_candidate, make_claim


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

import pytest

from iamdash.models import Candidate, Event, Standing
from iamdash.standing.assess import Cause, assess
from iamdash.standing.check import differences
from tests.factories import NOW, days_ago, make_access_key, make_iam_user

pytestmark = pytest.mark.django_db


def test_an_iam_user_with_an_old_key_becomes_a_candidate() -> None:
    iam_user = make_iam_user("fastly-logs-writer")
    make_access_key(iam_user, access_key_id="AKIAEXAMPLE0000000001", created_at=days_ago(100))

    assess([iam_user.pk], now=NOW, cause=Cause.AWS, actor="sync", sync_run=7)

    standing = Standing.objects.get(candidate=Candidate.objects.get(iam_user=iam_user))
    assert (standing.stage, standing.active_keys, standing.is_open) == (1, 1, True)
    event = Event.objects.get()
    assert event.kind == "candidate.opened"
    assert event.sync_run_number == 7
    assert "AKIAEXAMPLE0000000001 is 100 days old; the limit is 90 days" in event.sentence
    assert list(differences(NOW)) == []

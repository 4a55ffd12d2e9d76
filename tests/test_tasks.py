"""Each task finds its row and makes one call; what is due is ordered once, until a worker has taken it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from iamdash import tasks
from iamdash.celery import app
from iamdash.models import AwsAccount, Check, DailyCount, Standing, SyncRun
from iamdash.standing.assess import Cause, assess
from tests.factories import make_access_key, make_aws_account, make_iam_user, make_person, make_sync_run


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """The orders that would have gone to the broker."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.sync_account, "apply_async", lambda *, kwargs: sent.append(kwargs))
    cache.clear()
    yield sent
    cache.clear()


@pytest.fixture
def aws_account(db: None) -> AwsAccount:
    return make_aws_account()


def test_what_is_due_is_ordered_once(aws_account: AwsAccount, orders: list[dict[str, Any]]) -> None:
    make_sync_run(make_aws_account("000000000001"), started_at=timezone.now(), finished_at=timezone.now())

    tasks.sync_due_accounts()
    tasks.sync_due_accounts()

    assert orders == [{"account_id": aws_account.pk, "trigger": "schedule"}]


def test_an_order_that_was_taken_may_be_given_again(
    aws_account: AwsAccount, orders: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []
    monkeypatch.setattr(tasks, "sync_one", lambda aws_account, **asked: synced.append((aws_account, asked["trigger"])))
    tasks.sync_due_accounts()

    tasks.sync_account(account_id=aws_account.pk, trigger="schedule")
    tasks.sync_due_accounts()

    assert synced == [(aws_account, "schedule")]
    assert len(orders) == 2


@pytest.mark.slow
def test_a_sync_that_cannot_reach_aws_is_a_failed_run_and_no_error(
    aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    tasks.sync_account(account_id=aws_account.pk, trigger="person", asked_by="lead@example.org")

    run = SyncRun.objects.get()
    assert (run.outcome, run.trigger, run.asked_by) == ("failed", "person", "lead@example.org")
    assert run.unread[0]["part"] == "identity"


def test_time_alone_is_assessed(aws_account: AwsAccount) -> None:
    iam_user = make_iam_user(aws_account=aws_account)
    make_access_key(iam_user, created_at=timezone.now() - timedelta(days=200))
    assess([iam_user.pk], now=timezone.now(), cause=Cause.AWS, actor="sync")
    Standing.objects.update(recheck_at=timezone.now() - timedelta(minutes=1), safe_to_delete="made up")

    tasks.assess_due()

    assert Standing.objects.get().safe_to_delete != "made up"


def test_the_day_is_counted(aws_account: AwsAccount) -> None:
    iam_user = make_iam_user(aws_account=aws_account)
    make_access_key(iam_user, created_at=timezone.now() - timedelta(days=200))
    assess([iam_user.pk], now=timezone.now(), cause=Cause.AWS, actor="sync")

    tasks.count_day()

    assert DailyCount.objects.get().day == timezone.localdate()


def test_a_worker_that_is_told_of_no_queue_takes_from_both() -> None:
    queues = app.amqp.queues.consume_from.values()

    assert {(queue.name, queue.exchange.name, queue.routing_key) for queue in queues} == {
        ("sync", "sync", "sync"),
        ("now", "now", "now"),
    }


def test_a_check_goes_before_the_syncs_that_wait_in_its_queue(aws_account: AwsAccount) -> None:
    with tasks.app.connection_for_write() as broker:
        broker.default_channel.queue_purge("now")
        for _ in range(2):
            tasks.sync_account.apply_async(kwargs={"account_id": aws_account.pk, "trigger": "person"}, queue="now")
        tasks.check_now.apply_async(kwargs={"number": 1})
        messages = [broker.default_channel.basic_get("now", no_ack=True) for _ in range(3)]

    told = [message.headers["task"].rpartition(".")[2] for message in messages]
    assert told == ["check_now", "sync_account", "sync_account"]


def test_a_check_is_made_and_recorded(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(tasks, "run_check", lambda check, **_: made.append(check) or True)
    check = Check.objects.create(
        iam_user=make_iam_user(aws_account=aws_account), asked_by=make_person(), asked_at=timezone.now()
    )

    tasks.check_now(number=check.pk)

    assert made == [check]


def test_a_check_that_has_to_wait_for_another_is_given_to_a_worker_again(
    aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "run_check", lambda *_, **__: False)
    check = Check.objects.create(
        iam_user=make_iam_user(aws_account=aws_account), asked_by=make_person(), asked_at=timezone.now()
    )

    with tasks.app.connection_for_write() as broker:
        broker.default_channel.queue_purge("now")
        tasks.check_now(number=check.pk)
        message = broker.default_channel.basic_get("now", no_ack=True)

    assert message is not None
    assert message.headers["kwargsrepr"] == f"{{'number': {check.pk}}}"

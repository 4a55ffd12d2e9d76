"""The accounts page: every account with its age, gaps in words, and syncs for those who may ask for one."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import DjangoAssertNumQueries

from iamdash import tasks
from iamdash.inventory import lock
from iamdash.inventory.lock import one_sync_of
from iamdash.models import AccessLevel, SyncOutcome, SyncRun
from tests.factories import make_aws_account, make_person, make_sync_run

pytestmark = pytest.mark.django_db
DENIED = {
    "part": "credential_report",
    "reason": "AWS refused iam:GenerateCredentialReport (AccessDenied).",
    "action": "iam:GenerateCredentialReport",
    "error_code": "AccessDenied",
    "subject": "",
}


@pytest.fixture
def ordered(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was given to the workers."""
    orders: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.sync_account, "apply_async", lambda **order: orders.append(order))
    return orders


def signed_in(client: Client, access_level: AccessLevel) -> Client:
    client.force_login(make_person(f"{access_level.value}@example.org", access_level=access_level))
    return client


def body_of(client: Client, url: str = "/accounts/") -> str:
    response = client.get(url)
    assert response.status_code == 200
    return str(response.content.decode())


def test_an_account_shows_its_number_and_its_last_good_sync(client: Client) -> None:
    ended = timezone.now() - timedelta(minutes=14)
    make_sync_run(make_aws_account("111122223333", name="example-production"), finished_at=ended)

    body = body_of(signed_in(client, AccessLevel.VIEWER))

    assert "example-production" in body
    assert "111122223333" in body
    assert "Up to date" in body
    assert "14 minutes ago" in body


def test_what_was_never_read_of_an_account_is_unread_and_not_none(client: Client) -> None:
    make_sync_run(make_aws_account("111122223333"), outcome=SyncOutcome.FAILED)
    make_sync_run(make_aws_account("444455556666"))

    body = body_of(signed_in(client, AccessLevel.VIEWER))

    counts = re.findall(r'data-label="(?:IAM users|Active keys)" class="number">(\w+)<', body)
    assert counts == ["Unread", "Unread", "0", "0"]
    assert "open candidate" not in body_of(client, "/accounts/111122223333/")
    assert "0 open candidates" in body_of(client, "/accounts/444455556666/")


def test_an_account_whose_syncs_ceased_is_out_of_date_though_the_last_was_complete(client: Client) -> None:
    ended = timezone.now() - timedelta(hours=5)
    make_sync_run(make_aws_account(), started_at=ended, finished_at=ended)

    body = body_of(signed_in(client, AccessLevel.VIEWER))

    assert "Up to date" not in body
    assert '<span class="tag amber">Out of date</span>' in body


def test_what_could_not_be_read_is_said_with_the_reason_and_the_mend(client: Client) -> None:
    make_sync_run(make_aws_account(name="tools"), outcome=SyncOutcome.PARTIAL, unread=[DENIED])

    body = body_of(signed_in(client, AccessLevel.VIEWER))

    assert "Parts of tools could not be read" in body
    assert "AWS refused iam:GenerateCredentialReport (AccessDenied)." in body
    assert "Allow iam:GenerateCredentialReport" in body


def test_the_page_says_what_is_wrong_once(client: Client) -> None:
    make_sync_run(make_aws_account(name="tools"), outcome=SyncOutcome.PARTIAL, unread=[DENIED])
    viewer = signed_in(client, AccessLevel.VIEWER)

    assert "Read only in part: tools." in body_of(viewer, "/")
    assert "Read only in part: tools." not in body_of(viewer)


def test_an_account_that_was_never_read_says_so(client: Client) -> None:
    gap = DENIED | {"part": "identity", "action": "sts:AssumeRole", "reason": "AWS refused sts:AssumeRole."}
    make_sync_run(make_aws_account(name="vault"), outcome=SyncOutcome.FAILED, unread=[gap])

    body = body_of(signed_in(client, AccessLevel.VIEWER))

    assert "vault could not be read" in body
    assert "Nothing of it has been read yet." in body


def test_a_root_user_with_an_access_key_is_a_warning(client: Client) -> None:
    make_sync_run(make_aws_account(name="tools"), root_has_access_key=True)

    assert "The root user of tools has an access key." in body_of(signed_in(client, AccessLevel.VIEWER))


def test_an_engineer_asks_for_a_sync_and_is_told_that_it_waits(client: Client, ordered: list[dict[str, Any]]) -> None:
    make_aws_account("111122223333", name="tools")

    response = signed_in(client, AccessLevel.ENGINEER).post("/accounts/111122223333/sync", follow=True)

    order = {"account_id": "111122223333", "trigger": "person", "asked_by": "engineer@example.org"}
    assert ordered == [{"kwargs": order, "queue": "now"}]
    assert "Waiting for a worker to start the sync." in response.content.decode()


@pytest.mark.parametrize("address", ["/accounts/sync", "/accounts/111122223333/sync"])
def test_a_sync_that_no_broker_takes_says_so(client: Client, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    make_aws_account("111122223333")

    def refuse(**_: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.sync_account, "apply_async", refuse)

    body = signed_in(client, AccessLevel.ADMIN).post(address, follow=True).content.decode()

    assert "The sync could not be handed to a worker: the broker does not answer." in body
    assert "Waiting for a worker" not in body
    assert "asked for." not in body


def test_a_viewer_may_not_ask_for_a_sync(client: Client, ordered: list[dict[str, Any]]) -> None:
    make_aws_account("111122223333")

    response = signed_in(client, AccessLevel.VIEWER).post("/accounts/111122223333/sync")

    assert response.status_code == 403
    assert ordered == []


def test_an_admin_asks_for_all_that_are_in_the_config(client: Client, ordered: list[dict[str, Any]]) -> None:
    make_aws_account("1" * 12)
    make_aws_account("2" * 12)
    make_aws_account("3" * 12, removed_at=timezone.now())

    signed_in(client, AccessLevel.ADMIN).post("/accounts/sync")

    assert {order["kwargs"]["account_id"] for order in ordered} == {"1" * 12, "2" * 12}


def test_an_account_out_of_the_config_is_not_synced(client: Client, ordered: list[dict[str, Any]]) -> None:
    make_aws_account("1" * 12, name="old", removed_at=timezone.now())

    response = signed_in(client, AccessLevel.ENGINEER).post(f"/accounts/{'1' * 12}/sync", follow=True)

    assert ordered == []
    assert "old is no longer read. It was taken out of iamdash.toml." in response.content.decode()


def test_an_unknown_account_is_a_404(client: Client, ordered: list[dict[str, Any]]) -> None:
    response = signed_in(client, AccessLevel.ENGINEER).post(f"/accounts/{'9' * 12}/sync")

    assert response.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_running_sync_shows_how_far_it_is_and_looks_again(client: Client) -> None:
    aws_account = make_aws_account("1" * 12, name="tools")
    progress = {"doing": "Reading access keys", "done": 40, "total": 120}
    make_sync_run(aws_account, outcome=SyncOutcome.RUNNING, finished_at=None, progress=progress)

    with one_sync_of("1" * 12):
        body = body_of(signed_in(client, AccessLevel.VIEWER), "/accounts/running")

    assert "Reading access keys, 40 of 120" in body
    assert '<progress value="40" max="120"' in body
    assert 'hx-trigger="every 2s"' in body


def test_nothing_running_looks_no_more(client: Client) -> None:
    make_sync_run(make_aws_account())

    assert "hx-trigger" not in body_of(signed_in(client, AccessLevel.VIEWER), "/accounts/running")


@pytest.mark.parametrize("asked", ["yesterday", "2026-01-01", "9999-99-99", "2001-01-01T00:00:00+00:00"])
def test_a_nonsense_or_old_moment_in_the_address_is_ignored(client: Client, asked: str) -> None:
    make_aws_account()

    body = body_of(signed_in(client, AccessLevel.VIEWER), f"/accounts/?asked={asked}")

    assert "Waiting for a worker" not in body


def test_without_accounts_it_says_what_to_do(client: Client) -> None:
    assert "manage.py load_config" in body_of(signed_in(client, AccessLevel.VIEWER))


def test_the_page_asks_as_few_questions_for_many_accounts(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        make_sync_run(make_aws_account(f"{number:012}"))
    viewer = signed_in(client, AccessLevel.VIEWER)

    with django_assert_max_num_queries(10):
        viewer.get("/accounts/")


@pytest.mark.django_db(transaction=True)
def test_a_sync_that_ends_while_its_page_is_made_has_ended_on_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws_account = make_aws_account("1" * 12)
    make_sync_run(aws_account, outcome=SyncOutcome.FAILED)
    doing = {"doing": "Reading keys", "done": 1, "total": 2}
    run = make_sync_run(
        aws_account, started_at=timezone.now(), finished_at=None, outcome=SyncOutcome.RUNNING, progress=doing
    )
    client.force_login(make_person(access_level=AccessLevel.VIEWER))
    with monkeypatch.context() as while_it_runs:
        while_it_runs.setattr(lock, "running", lambda: frozenset({aws_account.pk}))
        assert "Reading keys" in client.get("/accounts/running").content.decode()

    def as_it_ends() -> frozenset[str]:
        SyncRun.objects.filter(pk=run.pk).update(outcome=SyncOutcome.COMPLETE, finished_at=timezone.now())
        return frozenset()

    monkeypatch.setattr(lock, "running", as_it_ends)
    page = client.get("/accounts/running").content.decode()
    assert "Up to date" in page
    assert "Failing" not in page

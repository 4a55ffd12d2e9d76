"""The page of one AWS account: how it stands, its syncs with their cost and their gaps, and what it has to grant."""

import html
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from iamdash import tasks
from iamdash.inventory.account_page import account_page
from iamdash.inventory.lock import one_sync_of
from iamdash.inventory.reader_role import POLICY
from iamdash.models import AccessLevel, AwsAccount, SyncOutcome
from iamdash.standing.assess import Cause, assess
from tests.factories import NOW, make_aws_account, make_candidate, make_person, make_sync_run

pytestmark = pytest.mark.django_db
ACCOUNT = "111122223333"
READER = f"arn:aws:iam::{ACCOUNT}:role/security/iamdash-reader"
URL = f"/accounts/{ACCOUNT}/"
DENIED = {
    "part": "credential_report",
    "reason": "AWS refused iam:GenerateCredentialReport (AccessDenied).",
    "action": "iam:GenerateCredentialReport",
    "error_code": "AccessDenied",
    "subject": "",
}


@pytest.fixture
def tools() -> AwsAccount:
    return make_aws_account(ACCOUNT, name="tools", role_arn=READER, external_id="a-long-external-id-9f3a")


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(make_person(access_level=AccessLevel.VIEWER))
    return client


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(make_person("ada@example.org", access_level=AccessLevel.ENGINEER))
    return client


def body_of(client: Client, url: str = URL, **headers: str) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def ago(**span: float) -> Any:
    return timezone.now() - timedelta(**span)


def test_it_says_how_the_account_stands(viewer: Client, tools: AwsAccount) -> None:
    make_sync_run(tools, started_at=ago(minutes=15), finished_at=ago(minutes=14))

    body = body_of(viewer)

    assert "Up to date" in body
    assert "Last read <time" in body
    assert ", every part of it." in body
    assert "Next sync due" in body


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"outcome": "partial", "unread": [DENIED]}, ", but not every part of it."),
        ({"outcome": "failed", "unread": [DENIED | {"part": "identity"}]}, "No sync has been able to read it."),
    ],
)
def test_it_says_what_is_wrong(viewer: Client, tools: AwsAccount, columns: dict[str, Any], words: str) -> None:
    make_sync_run(tools, **columns)

    body = body_of(viewer)

    assert words in body
    assert "AWS refused iam:GenerateCredentialReport (AccessDenied)." in body
    assert f"Allow iam:GenerateCredentialReport in the policy of {READER}" in body


def test_after_a_failure_it_says_when_it_was_last_read(viewer: Client, tools: AwsAccount) -> None:
    make_sync_run(tools, started_at=ago(days=3), finished_at=ago(days=3))
    make_sync_run(tools, started_at=ago(hours=1), finished_at=ago(hours=1), outcome="failed", unread=[DENIED])

    body = body_of(viewer)

    assert ">3 days ago</time>; the newest sync failed" in body


def test_an_account_without_a_sync_says_so(viewer: Client, tools: AwsAccount) -> None:
    body = body_of(viewer)

    assert "Waiting for its first sync" in body
    assert "Nothing has been read yet." in body
    assert "No sync of this account has begun yet." in body


def test_each_part_has_its_age_and_its_source(tools: AwsAccount) -> None:
    freshness = {"authorization_details": NOW.isoformat(), "credential_report": (NOW - timedelta(hours=3)).isoformat()}
    make_sync_run(tools, freshness=freshness, outcome="partial", unread=[DENIED])

    page = account_page(ACCOUNT, now=timezone.now())

    assert page is not None
    parts = {part.source: part for part in page.parts}
    assert parts["iam:GetAccountAuthorizationDetails"].read_at == NOW
    assert parts["iam:GetCredentialReport"].read_at == NOW - timedelta(hours=3)
    assert [gap.reason for gap in parts["iam:GetCredentialReport"].gaps] == [DENIED["reason"]]
    assert parts["iam:GetUser"].read_at is None
    assert parts["iam:GetUser"].gaps == ()


def test_without_a_session_in_the_account_every_part_is_unread(viewer: Client, tools: AwsAccount) -> None:
    make_sync_run(tools, outcome="failed", unread=[DENIED | {"part": "identity", "action": "sts:AssumeRole"}])

    page = account_page(ACCOUNT, now=timezone.now())

    assert page is not None
    assert all(part.gaps for part in page.parts)
    assert "No gap" not in body_of(viewer)


def test_a_sync_shows_who_asked_how_long_it_took_and_what_it_cost(viewer: Client, tools: AwsAccount) -> None:
    make_sync_run(
        tools,
        trigger="person",
        asked_by="ada@example.org",
        started_at=NOW,
        finished_at=NOW + timedelta(seconds=12.5),
        calls={"iam:ListAccessKeys": 1180, "sts:GetCallerIdentity": 1},
        throttled=7,
        changes={"created": 3, "updated": 0, "gone": 1},
    )

    body = body_of(viewer)

    assert "Asked for by ada@example.org" in body
    assert "12.5 s" in body
    assert "<summary>1,181<span" in body
    assert "<wbr>Keys</span> 1,180</li>" in body
    assert "7 of them throttled" in body
    assert "3 new, 1 gone" in body


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"outcome": "failed"}, "Unread"),
        ({"outcome": "failed", "changes": {"created": 3}}, "3 new, the rest unread"),
        ({"outcome": "partial"}, "None"),
        ({"outcome": "complete", "changes": {"gone": 1}}, "1 gone"),
        ({"outcome": "running", "finished_at": None}, ""),
    ],
)
def test_what_a_failed_sync_changed_is_unread_and_not_none(
    viewer: Client, tools: AwsAccount, columns: dict[str, Any], words: str
) -> None:
    make_sync_run(tools, **columns)

    assert f'data-label="Changes">{words}<' in body_of(viewer)
    assert f'data-label="Changes last time">{words}<' in body_of(viewer, "/accounts/")


def test_while_a_sync_runs_it_says_how_much_the_one_before_read(viewer: Client, tools: AwsAccount) -> None:
    make_sync_run(tools, started_at=ago(days=1), finished_at=ago(days=1))
    make_sync_run(tools, outcome="running", started_at=ago(minutes=1), finished_at=None)

    with one_sync_of(ACCOUNT):
        body = body_of(viewer)

    assert "Syncing" in body
    assert ">1 day ago</time>, every part of it." in body


def test_the_newest_thirty_syncs_are_shown_the_newest_first(tools: AwsAccount) -> None:
    for days in range(35):
        make_sync_run(tools, started_at=NOW - timedelta(days=days), finished_at=NOW - timedelta(days=days))

    page = account_page(ACCOUNT, now=timezone.now())

    assert page is not None
    assert [run.started_at for run in page.runs] == [NOW - timedelta(days=days) for days in range(30)]


def test_what_to_copy_is_the_published_policy_and_the_role_of_this_account(viewer: Client, tools: AwsAccount) -> None:
    body = body_of(viewer)

    assert POLICY.read_text() in body
    assert READER in body
    assert 'role_name     = "iamdash-reader"' in body
    assert 'file("${path.module}/reader-policy.json")' in body
    assert json.loads(POLICY.read_text())["Statement"]


@pytest.mark.parametrize(
    ("external_id", "shown"), [("a-long-external-id-9f3a", "Ends in 9f3a,"), ("x7-q", "Set,"), ("", "Set one,")]
)
def test_the_external_id_is_hinted_at_and_never_shown(
    viewer: Client, tools: AwsAccount, external_id: str, shown: str
) -> None:
    AwsAccount.objects.filter(pk=ACCOUNT).update(external_id=external_id)

    body = body_of(viewer)

    assert shown in body
    assert not external_id or external_id not in body


def test_an_account_read_with_our_own_credentials_has_no_role_to_show(viewer: Client) -> None:
    make_aws_account(ACCOUNT, name="home")

    assert "read with the credentials that iamdash runs on" in body_of(viewer)


def test_it_leads_to_its_open_candidates(viewer: Client, tools: AwsAccount) -> None:
    candidate = make_candidate()
    assess([candidate.iam_user_id], now=NOW, cause=Cause.AWS, actor="sync")

    body = body_of(viewer)

    assert f'<a href="/candidates/?account={ACCOUNT}">1 open candidate</a>' in body


def test_a_root_user_with_an_access_key_is_a_warning(viewer: Client, tools: AwsAccount) -> None:
    make_sync_run(tools, root_has_access_key=True)

    assert "The root user of tools has an access key." in body_of(viewer)


def test_a_sync_asked_for_here_comes_back_here_and_waits(
    engineer: Client, tools: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.sync_account, "apply_async", lambda **order: orders.append(order))

    answer = engineer.post(f"{URL}sync", {"from": "account"})
    body = body_of(engineer, answer["Location"])

    assert answer["Location"].startswith(f"{URL}?asked=")
    assert [order["kwargs"]["account_id"] for order in orders] == [ACCOUNT]
    assert "Waiting for a worker to start the sync." in body
    assert 'hx-trigger="every 2s"' in body


def test_a_viewer_has_no_button(viewer: Client, tools: AwsAccount) -> None:
    assert "Sync now" not in body_of(viewer)


def test_an_account_out_of_the_config_has_no_button_and_says_why(engineer: Client, tools: AwsAccount) -> None:
    AwsAccount.objects.filter(pk=ACCOUNT).update(removed_at=NOW)

    body = body_of(engineer)

    assert "Sync now" not in body
    assert "taken out of iamdash.toml. It is no longer read" in body


@pytest.mark.django_db(transaction=True)
def test_a_running_sync_shows_how_far_it_is_also_after_a_reload(viewer: Client, tools: AwsAccount) -> None:
    progress = {"doing": "Reading access keys", "done": 40, "total": 120}
    make_sync_run(tools, outcome=SyncOutcome.RUNNING, started_at=ago(minutes=1), finished_at=None, progress=progress)

    with one_sync_of(ACCOUNT):
        first, again = body_of(viewer), body_of(viewer)
        polled = body_of(viewer, **{"HX-Request": "true", "HX-Target": "progress"})

    for body in (first, again, polled):
        assert "Reading access keys, 40 of 120" in body
        assert 'hx-trigger="every 2s"' in body
    assert "<html" not in polled
    assert "What it grants iamdash" not in polled


def test_a_sync_that_ended_while_it_was_watched_brings_the_rest_of_the_page_once(
    viewer: Client, tools: AwsAccount
) -> None:
    make_sync_run(tools)

    ended = body_of(viewer, **{"HX-Request": "true", "HX-Target": "progress"})
    rest = body_of(viewer, **{"HX-Request": "true", "HX-Target": "live"})

    assert 'hx-trigger="load"' in ended
    assert 'hx-target="#live"' in ended
    assert "hx-trigger" not in rest
    assert "Newest syncs of tools" in rest


@pytest.mark.parametrize("number", ["999999999999", "1", "11112222333a", "1111222233334", "111122223333%0A"])
def test_an_account_that_is_not_there_is_a_404(viewer: Client, tools: AwsAccount, number: str) -> None:
    assert viewer.get(f"/accounts/{number}/").status_code == 404


def test_it_asks_as_few_questions_after_many_syncs_of_many_accounts(
    viewer: Client, tools: AwsAccount, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(10):
        make_sync_run(make_aws_account(f"{number:012}"))
        make_sync_run(tools, started_at=NOW - timedelta(days=number))

    with django_assert_max_num_queries(10):
        viewer.get(URL)


def test_iamdash_on_a_long_lived_key_is_said_here_and_on_every_other_page(viewer: Client, tools: AwsAccount) -> None:
    make_sync_run(tools, long_lived_credential=True)

    for url in ("/", "/candidates/", "/accounts/", URL):
        assert "iamdash itself reads AWS with a long-lived access key." in body_of(viewer, url)
    assert "By a long-lived access key" not in body_of(viewer, "/accounts/")


def test_a_part_of_the_page_is_never_kept_as_the_whole(viewer: Client, tools: AwsAccount) -> None:
    assert viewer.get(URL)["Vary"].startswith("HX-Request, HX-Target")

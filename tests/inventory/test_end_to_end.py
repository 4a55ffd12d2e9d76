"""The invented organisation, read over HTTP from the stand-in: afterwards every row is what AWS says."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from iamdash.demo.organisation.accounts import ARCHIVE, INTEGRATION, PRODUCTION, REGION, Account
from iamdash.demo.organisation.build import build_organisation
from iamdash.demo.stand_in.faults import Fault
from iamdash.demo.stand_in.server import RunningStandIn, running_stand_in
from iamdash.inventory.sync import sync_account
from iamdash.models import AccessKey, AwsAccount, IamRole, IamUser, PodIdentityAssociation, Programme, SyncRun
from iamdash.standing.check import differences
from tests.factories import make_aws_account


@pytest.fixture
def aws(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningStandIn]:
    """The organisation at one moment: or a key might be used just between a sync and what it is compared with."""
    Programme.objects.create(pk=1, regions=[REGION])
    with running_stand_in(build=build_organisation) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint_url)
        at = running.state.clock.now()
        monkeypatch.setattr(running.state.clock, "now", lambda: at)
        yield running


def act_as(aws: RunningStandIn, account: Account, monkeypatch: pytest.MonkeyPatch) -> AwsAccount:
    for name, value in aws.credentials(account.account_id).items():
        monkeypatch.setenv(name.upper(), value)
    return make_aws_account(account.account_id, name=account.name)


def sync(aws_account: AwsAccount, *, read_everybody: bool = False) -> SyncRun:
    sync_run = sync_account(
        aws_account, trigger="command", clock=lambda: datetime.now(UTC), read_everybody=read_everybody
    )
    assert sync_run is not None
    return sync_run


def truth(aws: RunningStandIn, account: Account) -> dict[str, set[Any]]:
    """Return what AWS holds, asked one question at a time by somebody who trusts no report."""
    iam, eks = aws.client("iam", account.account_id), aws.client("eks", account.account_id, region=REGION)
    users = [user for page in iam.get_paginator("list_users").paginate() for user in page["Users"]]
    roles = [role for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]]
    keys = [
        (user["UserId"], key["AccessKeyId"], key["Status"], key["CreateDate"])
        for user in users
        for key in iam.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"]
    ]
    associations = [
        association["associationId"]
        for cluster in eks.list_clusters()["clusters"]
        for association in eks.list_pod_identity_associations(clusterName=cluster)["associations"]
    ]
    return {
        "users": {(user["UserId"], user["UserName"], user["Arn"], user["CreateDate"]) for user in users},
        "roles": {(role["RoleId"], role["RoleName"], role["Arn"]) for role in roles},
        "keys": set(keys),
        "uses": {(key_id, _last_used(iam, key_id)) for _, key_id, _, _ in keys},
        "associations": set(associations),
    }


def _last_used(iam: Any, key_id: str) -> datetime | None:
    found: datetime | None = iam.get_access_key_last_used(AccessKeyId=key_id)["AccessKeyLastUsed"].get("LastUsedDate")
    return found


def rows(account: Account) -> dict[str, set[Any]]:
    """Return what Postgres holds of the same."""
    keys = AccessKey.objects.filter(iam_user__aws_account_id=account.account_id, gone_at=None)
    here = {"aws_account_id": account.account_id, "gone_at": None}
    return {
        "users": set(IamUser.objects.filter(**here).values_list("unique_id", "user_name", "arn", "created_at")),
        "roles": set(IamRole.objects.filter(**here).values_list("unique_id", "role_name", "arn")),
        "keys": set(keys.values_list("iam_user__unique_id", "access_key_id", "status", "created_at")),
        "uses": set(keys.values_list("access_key_id", "last_used_at")),
        "associations": set(PodIdentityAssociation.objects.filter(**here).values_list("association_id", flat=True)),
    }


@pytest.mark.slow
@pytest.mark.parametrize("account", [PRODUCTION, INTEGRATION])
def test_after_a_sync_every_row_is_what_aws_says(
    aws: RunningStandIn, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws_account = act_as(aws, account, monkeypatch)

    run = sync(aws_account, read_everybody=True)

    assert (run.outcome, run.unread) == ("complete", [])
    assert rows(account) == truth(aws, account)
    assert run.root_has_access_key is account.root_has_access_key
    assert list(differences(datetime.now(UTC))) == []


@pytest.mark.slow
def test_a_second_sync_asks_little_and_changes_nothing(aws: RunningStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    aws_account = act_as(aws, PRODUCTION, monkeypatch)
    first = sync(aws_account)
    held = rows(PRODUCTION)
    before = _versions()

    second = sync(aws_account)

    assert second.changes == {"created": 0, "updated": 0, "gone": 0}
    assert rows(PRODUCTION) == held
    assert _versions() == before
    assert first.calls["iam:ListAccessKeys"] > 20
    assert second.calls.get("iam:ListAccessKeys", 0) < 5


@pytest.mark.slow
def test_what_somebody_does_in_aws_shows_in_the_next_sync(aws: RunningStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    aws_account = act_as(aws, PRODUCTION, monkeypatch)
    sync(aws_account)
    access_key = AccessKey.objects.filter(status="Active").select_related("iam_user").order_by("pk")[0]
    iam = aws.client("iam", PRODUCTION.account_id)
    iam.create_user(UserName="made-just-now")
    iam.update_access_key(
        UserName=access_key.iam_user.user_name, AccessKeyId=access_key.access_key_id, Status="Inactive"
    )

    sync(aws_account, read_everybody=True)

    access_key.refresh_from_db()
    assert access_key.status == "Inactive"
    assert rows(PRODUCTION) == truth(aws, PRODUCTION)
    assert list(differences(datetime.now(UTC))) == []


@pytest.mark.slow
def test_without_the_report_the_keys_are_still_what_aws_says(
    aws: RunningStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws_account = act_as(aws, PRODUCTION, monkeypatch)
    aws.state.faults.append(Fault("deny", "iam:*CredentialReport"))

    run = sync(aws_account)

    assert run.outcome == "partial"
    assert [(gap["part"], gap["error_code"]) for gap in run.unread] == [("credential_report", "AccessDenied")]
    assert rows(PRODUCTION) == truth(aws, PRODUCTION)


@pytest.mark.slow
def test_a_deleted_user_is_proved_gone_by_two_syncs(aws: RunningStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    Programme.objects.update(gone_confirm_minutes=0)
    aws_account = act_as(aws, PRODUCTION, monkeypatch)
    aws.client("iam", PRODUCTION.account_id).create_user(UserName="leaves-today")
    sync(aws_account)
    aws.client("iam", PRODUCTION.account_id).delete_user(UserName="leaves-today")

    sync(aws_account)
    leaver = IamUser.objects.get(user_name="leaves-today")
    assert leaver.gone_at is not None
    assert leaver.gone_confirmed_at is None
    sync(aws_account)

    leaver.refresh_from_db()
    assert leaver.gone_confirmed_at is not None
    assert IamUser.objects.exclude(gone_at=None).get() == leaver


@pytest.mark.slow
def test_an_account_that_refuses_fails_and_says_so(aws: RunningStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    aws_account = act_as(aws, PRODUCTION, monkeypatch)
    refusing = make_aws_account(ARCHIVE.account_id, role_arn=ARCHIVE.reader_role_arn, external_id="not-this-one")

    run = sync(refusing)

    assert run.outcome == "failed"
    assert run.unread[0]["action"] == "sts:AssumeRole"
    assert sync(aws_account).outcome == "complete"


def _versions() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ctid::text, xmin::text FROM iamdash_iamuser UNION ALL SELECT ctid::text, xmin::text FROM "
            "iamdash_accesskey UNION ALL SELECT ctid::text, xmin::text FROM iamdash_standing ORDER BY 1, 2"
        )
        return cursor.fetchall()

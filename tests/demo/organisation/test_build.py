"""The size and the variety that the demo promises, as an AWS client sees them."""

import re
from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamdash.demo.organisation.accounts import ACCOUNTS, ARCHIVE, DATA, INTEGRATION, PRODUCTION, TOOLS
from iamdash.demo.organisation.build import HOME_ACCESS_KEY_ID, build_organisation
from iamdash.demo.stand_in.server import RunningStandIn, running_stand_in

HOME = {"aws_access_key_id": HOME_ACCESS_KEY_ID, "aws_secret_access_key": "x", "aws_session_token": "x"}


def reader(organisation: RunningStandIn, account: Any, service: str = "iam") -> Any:
    """A client with iamdash's own permissions in an account, taken as iamdash takes them."""
    sts = organisation.client("sts", TOOLS.account_id, **HOME)
    given = sts.assume_role(RoleArn=account.reader_role_arn, RoleSessionName="iamdash", ExternalId=account.external_id)[
        "Credentials"
    ]
    return organisation.client(
        service,
        account.account_id,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def details_of(organisation: RunningStandIn, account: Any) -> dict[str, Any]:
    iam = organisation.client("iam", account.account_id)
    found: dict[str, Any] = iam.get_account_authorization_details(MaxItems=1000)
    return found


def keys_of(organisation: RunningStandIn, account: Any) -> list[dict[str, Any]]:
    iam = organisation.client("iam", account.account_id)
    users = iam.list_users(MaxItems=1000)["Users"]
    return [key for user in users for key in iam.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"]]


def test_the_organisation_has_the_promised_size(organisation: RunningStandIn) -> None:
    found: Counter[str] = Counter()
    for account in ACCOUNTS:
        details = details_of(organisation, account)
        found["users"] += len(details["UserDetailList"])
        found["roles"] += len(details["RoleDetailList"])
        found["keys"] += len(keys_of(organisation, account))

    assert 110 <= found["users"] <= 130
    assert 140 <= found["keys"] <= 160
    assert 85 <= found["roles"] <= 95


def test_it_is_the_same_on_every_machine() -> None:
    seen = []
    for _ in range(2):
        with running_stand_in(build=build_organisation) as running:
            details = details_of(running, PRODUCTION)
            keys = keys_of(running, PRODUCTION)
            seen.append((details["UserDetailList"], [key["AccessKeyId"] for key in keys]))

    assert seen[0] == seen[1]


def test_no_key_can_be_taken_for_a_real_one(organisation: RunningStandIn) -> None:
    ids = [key["AccessKeyId"] for account in ACCOUNTS for key in keys_of(organisation, account)]

    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"AKIAEXAMPLE[A-Z2-7]{9}", key_id) for key_id in ids)


def test_nothing_was_made_in_the_last_sixty_days_which_the_story_tells(organisation: RunningStandIn) -> None:
    now = organisation.state.clock.now()
    for account in ACCOUNTS:
        details = details_of(organisation, account)
        made = [user["CreateDate"] for user in details["UserDetailList"]]
        made += [role["CreateDate"] for role in details["RoleDetailList"]]
        made += [key["CreateDate"] for key in keys_of(organisation, account)]

        assert all((now - at).days >= 60 for at in made)


def test_last_use_is_spread_from_minutes_to_never(organisation: RunningStandIn) -> None:
    iam = organisation.client("iam", PRODUCTION.account_id)
    now = organisation.state.clock.now()
    ages = []
    for key in keys_of(organisation, PRODUCTION):
        used = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]
        ages.append((now - used["LastUsedDate"]).total_seconds() / 86400 if "LastUsedDate" in used else None)

    days = [age for age in ages if age is not None]
    assert any(age < 1 / 24 for age in days)
    assert any(1 / 24 < age < 2 for age in days)
    assert any(5 < age < 60 for age in days)
    assert any(age > 200 for age in days)
    assert None in ages


def test_the_readers_policy_suffices_for_what_iamdash_reads(organisation: RunningStandIn) -> None:
    iam = reader(organisation, PRODUCTION)
    eks = reader(organisation, PRODUCTION, "eks")

    user = iam.get_account_authorization_details(Filter=["User"], MaxItems=1)["UserDetailList"][0]
    key = iam.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"][0]
    iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    iam.get_user(UserName=user["UserName"])
    iam.generate_credential_report()
    iam.get_credential_report()
    association = eks.list_pod_identity_associations(clusterName=PRODUCTION.cluster)["associations"][0]
    described = eks.describe_pod_identity_association(
        clusterName=PRODUCTION.cluster, associationId=association["associationId"]
    )

    assert described["association"]["roleArn"].startswith(f"arn:aws:iam::{PRODUCTION.account_id}:role/")
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.update_access_key(UserName=user["UserName"], AccessKeyId=key["AccessKeyId"], Status="Inactive")


def test_one_account_refuses_to_be_read_and_one_refuses_its_report(organisation: RunningStandIn) -> None:
    with pytest.raises(ClientError, match=r"AccessDenied.*sts:AssumeRole"):
        reader(organisation, ARCHIVE)
    with pytest.raises(ClientError, match=r"AccessDenied.*iam:GenerateCredentialReport"):
        reader(organisation, DATA).generate_credential_report()

    assert reader(organisation, DATA).get_account_authorization_details()["UserDetailList"]


def test_the_root_user_of_one_account_has_an_access_key(organisation: RunningStandIn) -> None:
    with_key = []
    for account in ACCOUNTS:
        iam = organisation.client("iam", account.account_id)
        iam.generate_credential_report()
        root_row = iam.get_credential_report()["Content"].decode().splitlines()[1]
        if root_row.split(",")[8] == "true":
            with_key.append(account)

    assert with_key == [INTEGRATION]


def test_a_description_of_a_key_is_a_tag_with_the_keys_id(organisation: RunningStandIn) -> None:
    iam = organisation.client("iam", PRODUCTION.account_id)
    user = iam.get_user(UserName="wayfare-production-cdn-logs-writer")["User"]
    key_ids = {key["AccessKeyId"] for key in iam.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"]}

    described = {tag["Key"] for tag in user["Tags"] if tag["Key"].startswith("AKIA")}

    assert described
    assert described < key_ids


def test_every_association_leads_to_a_role_that_exists(organisation: RunningStandIn) -> None:
    role_arns = {role["Arn"] for role in details_of(organisation, PRODUCTION)["RoleDetailList"]}

    leads_to = {
        association.role_arn
        for association in organisation.state.associations.values()
        if association.account_id == PRODUCTION.account_id
    }

    assert len(leads_to) >= 5
    assert leads_to <= role_arns

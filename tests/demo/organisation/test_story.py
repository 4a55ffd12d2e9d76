"""The story is played through AWS's own API, as `demo_seed` plays it, with the stand-in's clock set back."""

from datetime import timedelta
from typing import Any

import pytest

from iamdash.demo.organisation.accounts import INTEGRATION, PRODUCTION, STAGING, TOOLS
from iamdash.demo.organisation.hands import Hands
from iamdash.demo.organisation.story import STORY
from iamdash.demo.stand_in.server import RunningStandIn


@pytest.fixture
def told(organisation: RunningStandIn) -> RunningStandIn:
    hands = Hands(organisation.endpoint_url)
    anchor = organisation.state.clock.now()
    for moment in STORY:
        hands.control("POST", "clock", offset_seconds=-timedelta(days=moment.days_ago).total_seconds())
        moment.deed(hands, moment.at(anchor))
    hands.control("POST", "clock", offset_seconds=0)
    return organisation


def names(told: RunningStandIn, account: Any) -> dict[str, Any]:
    users = told.client("iam", account.account_id).list_users(MaxItems=1000)["Users"]
    return {user["UserName"]: user for user in users}


def test_the_story_tells_deletions_a_renaming_a_recreation_and_something_new(told: RunningStandIn) -> None:
    now = told.state.clock.now()
    tools, integration = names(told, TOOLS), names(told, INTEGRATION)

    assert "concourse-ecr" not in tools
    assert "sonar-uploader" not in tools
    assert now - tools["code-quality-uploader"]["CreateDate"] > timedelta(days=900)
    assert now - tools["artefact-publisher"]["CreateDate"] < timedelta(days=13)
    assert "wayfare-integration-accessibility-bot" not in integration
    assert now - integration["wayfare-integration-survey-reminder"]["CreateDate"] < timedelta(days=10)


def test_a_switched_application_uses_its_role_and_leaves_its_key(told: RunningStandIn) -> None:
    iam = told.client("iam", PRODUCTION.account_id)
    now = told.state.clock.now()
    key = iam.list_access_keys(UserName="wayfare-production-content-publisher-app")["AccessKeyMetadata"][0]

    key_used = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]["LastUsedDate"]
    role_used = iam.get_role(RoleName="wayfare-production-content-publisher")["Role"]["RoleLastUsed"]["LastUsedDate"]

    assert timedelta(days=26) < now - key_used < timedelta(days=28)
    assert now - role_used < timedelta(hours=2)


def test_two_regressions_happened(told: RunningStandIn) -> None:
    now = told.state.clock.now()
    integration, staging = told.client("iam", INTEGRATION.account_id), told.client("iam", STAGING.account_id)
    used_again = integration.list_access_keys(UserName="wayfare-integration-search-indexer")["AccessKeyMetadata"][0]
    active_again = staging.list_access_keys(UserName="wayfare-staging-search-indexer")["AccessKeyMetadata"][0]

    last_used = integration.get_access_key_last_used(AccessKeyId=used_again["AccessKeyId"])["AccessKeyLastUsed"]

    assert now - last_used["LastUsedDate"] < timedelta(days=2)
    assert active_again["Status"] == "Active"

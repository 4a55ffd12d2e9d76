"""What a sync may cost: every call to AWS, by service and action, as SyncRun counts them.

P: pages of iam:GetAccountAuthorizationDetails. H: IAM users that have an access key.
"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

import pytest
from django.db import connections

from benchmarks.account import ACCOUNT, CHANGED_USER, fill
from iamdash.candidates import actions
from iamdash.demo.stand_in import backends
from iamdash.demo.stand_in.faults import Fault
from iamdash.demo.stand_in.server import RunningStandIn, running_stand_in
from iamdash.inventory.sync import sync_account
from iamdash.models import AwsAccount, Candidate, IamRole, IamUser, Programme, Standing
from iamdash.rules.route import Route
from tests.factories import make_aws_account, make_person, make_team

HOME, READER = "222233334444", "iamdash-reader"
REGIONS = ["eu-west-1", "eu-west-2"]
USERS, ON_A_PAGE = 20, 15
P, H = ceil(2 * USERS / ON_A_PAGE), 16
WHO = {"sts:GetCallerIdentity": 1}
PAGES = {"iam:GetAccountAuthorizationDetails": P}
REPORT = {"iam:GenerateCredentialReport": 1, "iam:GetCredentialReport": 1}
HOUR = timedelta(hours=1)

Calls = dict[str, int]


class Account:
    """An account of 20 users and 20 roles, whose pages hold 15 items, and iamdash, which looks at it."""

    def __init__(self, aws: RunningStandIn) -> None:
        self.state = aws.state
        self.iam = aws.client("iam", ACCOUNT)
        self.aws_account: AwsAccount = make_aws_account(ACCOUNT)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.state.clock.offset

    def sync(self, *, after: timedelta = timedelta(0)) -> Calls:
        """Let time pass, sync, and return what that cost."""
        self.state.clock.offset += after
        run = sync_account(self.aws_account, trigger="schedule", clock=self.now)
        assert run is not None
        assert (run.outcome, run.unread) == ("complete", [])
        return dict(run.calls)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningStandIn]:
    with running_stand_in(build=lambda state: fill(state, users=USERS)) as running:
        running.state.report_seconds = 0.0
        running.state.most_on_a_page = ON_A_PAGE
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint_url)
        act_as(ACCOUNT, running, monkeypatch)
        yield running


def act_as(account_id: str, aws: RunningStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in aws.credentials(account_id).items():
        monkeypatch.setenv(name.upper(), value)


@pytest.fixture
def account(db: None, aws: RunningStandIn) -> Account:
    Programme.objects.create(pk=1, regions=REGIONS, long_lived_days=0)
    return Account(aws)


@pytest.fixture
def nobody_asked_anyway(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is asked only because the last answer is seven days old: whose turn that is hangs on the clock."""
    monkeypatch.setattr("iamdash.aws.whom_to_ask.ANYWAY_AFTER", timedelta(days=100_000))


def test_a_first_sync_asks_for_pages_and_report_and_once_for_each_user_with_a_key(account: Account) -> None:
    assert account.sync() == WHO | PAGES | REPORT | {"iam:ListAccessKeys": H}


@pytest.mark.usefixtures("nobody_asked_anyway")
def test_while_the_report_is_younger_than_four_hours_an_unchanged_sync_asks_for_the_pages_alone(
    account: Account,
) -> None:
    account.sync()

    costs = [account.sync(after=HOUR) for _ in range(5)]

    alone, due = WHO | PAGES, WHO | PAGES | REPORT
    assert costs == [alone, alone, alone, due, alone]


def test_in_a_week_of_unchanged_syncs_everybody_is_asked_once_and_not_all_together(account: Account) -> None:
    # Whom it would be safe to act on is read directly once a day: here that is nobody.
    Programme.objects.update(minimum_quiet_days=1000)
    account.sync()

    costs = [account.sync(after=timedelta(hours=12)) for _ in range(14)]

    asked = [cost.pop("iam:ListAccessKeys", 0) for cost in costs]
    assert costs == [WHO | PAGES | REPORT] * 14
    # The syncs themselves take a moment: it may be somebody's turn again.
    assert sum(asked) in {H, H + 1}
    assert max(asked) <= H / 2


@pytest.mark.usefixtures("nobody_asked_anyway")
def test_one_changed_key_costs_its_users_call_once_the_report_shows_it(account: Account) -> None:
    account.sync()
    (key, _other) = account.iam.list_access_keys(UserName=CHANGED_USER)["AccessKeyMetadata"]
    account.iam.update_access_key(UserName=CHANGED_USER, AccessKeyId=key["AccessKeyId"], Status="Inactive")

    unseen, seen = account.sync(after=HOUR), account.sync(after=4 * HOUR)

    assert unseen == WHO | PAGES
    assert seen == WHO | PAGES | REPORT | {"iam:ListAccessKeys": 1}


@pytest.mark.usefixtures("nobody_asked_anyway")
def test_a_candidate_whose_next_step_hangs_on_its_keys_is_read_directly_in_every_sync(account: Account) -> None:
    account.sync()
    candidate = Candidate.objects.get(iam_user__user_name=CHANGED_USER)
    team = make_team()
    said: dict[str, Any] = {"candidate": candidate, "by": make_person(teams=(team,)), "now": account.now()}
    actions.claim(team=team, **said)
    actions.choose_route(route=Route.JUST_DELETE, **said)

    costs = [account.sync(after=HOUR / 60) for _ in range(2)]

    assert costs == [WHO | PAGES | {"iam:ListAccessKeys": 1, "iam:GetAccessKeyLastUsed": 2}] * 2


@pytest.mark.usefixtures("nobody_asked_anyway")
def test_a_user_made_after_the_report_is_asked_until_a_report_has_it(account: Account) -> None:
    account.sync()
    account.state.clock.offset += HOUR / 60
    account.iam.create_user(UserName="young")
    account.iam.create_access_key(UserName="young")

    first, second = account.sync(), account.sync(after=HOUR / 60)
    account.sync(after=4 * HOUR)

    # Whose the key is that AWS lists for the name, and its last use, no report has told.
    assert first == WHO | PAGES | {"iam:ListAccessKeys": 1, "iam:GetUser": 1, "iam:GetAccessKeyLastUsed": 1}
    assert second == WHO | PAGES | {"iam:ListAccessKeys": 1}
    assert account.sync(after=HOUR / 60) == WHO | PAGES


@pytest.mark.usefixtures("nobody_asked_anyway")
def test_a_role_is_assumed_once_and_asked_once_who_it_is(
    account: Account, aws: RunningStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement = {"Effect": "Allow", "Action": ["iam:Get*", "iam:List*", "iam:Generate*"], "Resource": "*"}
    account.iam.create_role(RoleName=READER, AssumeRolePolicyDocument=trusting({"AWS": f"arn:aws:iam::{HOME}:root"}))
    account.iam.put_role_policy(RoleName=READER, PolicyName="read", PolicyDocument=policy(statement))
    account.aws_account.role_arn = f"arn:aws:iam::{ACCOUNT}:role/{READER}"
    account.aws_account.save()
    act_as(HOME, aws, monkeypatch)

    assert account.sync()["sts:AssumeRole"] == account.sync()["sts:AssumeRole"] == 1
    assert account.sync(after=HOUR / 60) == WHO | PAGES | {"sts:AssumeRole": 1}


def test_eks_is_asked_where_a_role_trusts_pods_and_describes_an_association_once(
    account: Account, aws: RunningStandIn
) -> None:
    eks = aws.client("eks", ACCOUNT, region=REGIONS[0])
    subnets = {"subnetIds": ["subnet-1", "subnet-2"]}
    for cluster in ("apps", "jobs"):
        backends.eks(ACCOUNT, REGIONS[0]).create_cluster(cluster, f"arn:aws:iam::{ACCOUNT}:role/{cluster}", subnets)
    assert not services(account.sync()) - {"iam", "sts"}

    role = account.iam.create_role(
        RoleName="for-pods", AssumeRolePolicyDocument=trusting({"Service": "pods.eks.amazonaws.com"})
    )
    bind(eks, role, "uploader")
    bind(eks, role, "mailer")
    first, second = account.sync(), account.sync()
    bind(eks, role, "one-more")
    third = account.sync()

    listed = {"eks:ListClusters": len(REGIONS), "eks:ListPodIdentityAssociations": 2}
    assert of_eks(first) == listed | {"eks:DescribePodIdentityAssociation": 2}
    assert of_eks(second) == listed
    assert of_eks(third) == listed | {"eks:DescribePodIdentityAssociation": 1}


@pytest.mark.django_db(transaction=True)
def test_users_roles_and_reasons_are_there_before_the_first_key_is_asked_for(aws: RunningStandIn) -> None:
    Programme.objects.create(pk=1, regions=REGIONS, long_lived_days=0)
    account, seen = Account(aws), list[Any]()

    def look() -> None:
        try:
            rows = (IamUser.objects.count(), IamRole.objects.count(), Standing.objects.count())
            seen.append((*rows, Counter(aws.state.calls)))
        finally:
            connections.close_all()

    aws.state.faults.append(Fault("act", "iam:ListAccessKeys", times=1, deed=look))
    aws.state.calls.clear()
    account.sync()

    ((users, roles, reasons, calls),) = seen
    assert (users, roles) == (USERS, USERS)
    assert reasons > H / 2
    spent = {key.removeprefix(f"{ACCOUNT} "): count for key, count in calls.items() if "ListAccessKeys" not in key}
    assert spent == WHO | PAGES | REPORT


def services(calls: Calls) -> set[str]:
    return {action.partition(":")[0] for action in calls}


def of_eks(calls: Calls) -> Calls:
    return {action: count for action, count in calls.items() if action.startswith("eks:")}


def bind(eks: Any, role: Any, service_account: str) -> None:
    eks.create_pod_identity_association(
        clusterName="apps", namespace="apps", serviceAccount=service_account, roleArn=role["Role"]["Arn"]
    )


def policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trusting(principal: dict[str, str]) -> str:
    return policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})

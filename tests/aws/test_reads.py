"""Promise 1: iamdash only reads AWS, by exactly the actions of the published policy."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iamdash.aws.check import NamedRole, check_roles, check_user
from iamdash.aws.collect import collect
from iamdash.aws.progress import Surroundings
from iamdash.aws.reads import DISCOVERY, READS, SESSION, NotAReadError
from iamdash.aws.session import AwsSession
from iamdash.aws.snapshot import Listing, Unread
from iamdash.demo.stand_in.server import RunningStandIn
from tests.aws.pieces import known, known_user
from tests.aws.recorded import ACCOUNT

POLICY = Path(__file__).resolve().parents[2] / "docs" / "aws" / "reader-policy.json"
HOME_POLICY = POLICY.with_name("home-policy.json")
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "pods.eks.amazonaws.com"},
                "Action": ["sts:AssumeRole", "sts:TagSession"],
            },
            {
                "Effect": "Allow",
                "Principal": {
                    "Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC"
                },
                "Action": "sts:AssumeRoleWithWebIdentity",
            },
        ],
    }
)


@pytest.fixture
def account_with_everything(stand_in: RunningStandIn) -> None:
    """An account that holds a case for every question: two keys alike, a cluster, an association."""
    iam, eks = stand_in.client("iam", ACCOUNT), stand_in.client("eks", ACCOUNT)
    iam.create_user(UserName="mailer")
    iam.create_access_key(UserName="mailer")
    role_arn = iam.create_role(RoleName="mailer", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    network = {"subnetIds": ["subnet-1"]}
    eks.create_cluster(name="govern", roleArn=role_arn, resourcesVpcConfig=network)
    eks.create_pod_identity_association(
        clusterName="govern", namespace="apps", serviceAccount="mailer", roleArn=role_arn
    )


def granted() -> list[str]:
    statements = json.loads(POLICY.read_text())["Statement"]
    assert {statement["Effect"] for statement in statements} == {"Allow"}
    return [action for statement in statements for action in statement["Action"]]


def test_the_published_policy_grants_exactly_the_actions_that_may_be_called() -> None:
    assert sorted(granted()) == sorted(READS)


def test_the_policy_of_the_home_role_grants_taking_reader_roles_and_naming_the_accounts() -> None:
    statements = json.loads(HOME_POLICY.read_text())["Statement"]

    assert {statement["Effect"] for statement in statements} == {"Allow"}
    # Nothing calls sts:TagSession: the session of a pod hands its tags on to the role that it takes, which needs it.
    take_roles, *others = (statement["Action"] for statement in statements)
    assert take_roles == ["sts:AssumeRole", "sts:TagSession"]
    assert set(others) == DISCOVERY


@pytest.mark.usefixtures("account_with_everything")
def test_every_action_that_may_be_called_is_called_and_no_other(session: AwsSession, stand_in: RunningStandIn) -> None:
    stand_in.state.calls.clear()
    before = known(known_user("gone"), regions=("eu-west-1",), read_everybody=True)

    pieces = list(collect(session, account_id=ACCOUNT, known=before, clock=lambda: datetime.now(UTC)))
    listing = next(piece for piece in pieces if isinstance(piece, Listing))
    mailer = known_user("mailer", unique_id=listing.users[0].unique_id)
    surroundings = Surroundings(clock=lambda: datetime.now(UTC))
    pieces += check_user(session, mailer, surroundings=surroundings)
    pieces += check_roles(session, [NamedRole(listing.roles[0].unique_id, "mailer")], surroundings=surroundings)

    assert [piece for piece in pieces if isinstance(piece, Unread)] == []
    assert set(session.calls.by_action) == READS | SESSION - {"sts:AssumeRole"}
    assert {f"{ACCOUNT} {action}": count for action, count in session.calls.by_action.items()} == stand_in.state.calls


def test_no_action_changes_anything() -> None:
    assert {action.partition(":")[2][:3] for action in READS} == {"Get", "Lis", "Des", "Gen"}
    assert [action for action in READS if "Generate" in action] == ["iam:GenerateCredentialReport"]


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("iam:DeleteUser", {"UserName": "mailer"}),
        ("iam:UpdateAccessKey", {"UserName": "mailer", "AccessKeyId": "AKIA0000000000000001", "Status": "Inactive"}),
        ("iam:CreateUser", {"UserName": "mailer"}),
        ("iam:ListUsers", {}),
        ("sts:GetSessionToken", {}),
        ("eks:DeleteCluster", {"name": "govern"}),
        ("s3:ListBuckets", {}),
    ],
)
def test_any_other_action_is_refused_before_it_leaves(
    action: str, parameters: dict[str, str], session: AwsSession, stand_in: RunningStandIn
) -> None:
    with pytest.raises(NotAReadError, match=action):
        session.read(action, **parameters)

    assert (stand_in.state.calls, session.calls.by_action) == ({}, {})

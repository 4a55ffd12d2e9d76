"""One IAM user on its whole way up, in a stand-in for AWS that real syncs read: what tests of the whole begin with."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from iamdash.candidates import actions
from iamdash.demo.stand_in.server import RunningStandIn
from iamdash.demo.stand_in.usage import Rhythm
from iamdash.inventory.sync import sync_account
from iamdash.models import AwsAccount, Candidate, IamRole, Person, Standing, SyncRun
from iamdash.rules.route import Route
from iamdash.rules.stage import Stage
from iamdash.standing.check import differences

ACCOUNT, REGION, NAME, ROLE = "111122223333", "eu-west-1", "uploader", "uploader-task"
POLICY = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
TASKS = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}


def policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@dataclass
class World:
    """One AWS account with one IAM user in it, and iamdash, which looks at it whenever `sync` is called."""

    aws: RunningStandIn
    aws_account: AwsAccount
    ada: Person

    def __post_init__(self) -> None:
        self.iam = self.aws.client("iam", ACCOUNT)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.aws.state.clock.offset

    def wait(self, **span: float) -> None:
        self.aws.state.clock.offset += timedelta(**span)

    def sync(self) -> SyncRun:
        run = sync_account(self.aws_account, trigger="schedule", clock=self.now)
        assert run is not None
        assert list(differences(self.now())) == []
        return run

    def make_user(self) -> str:
        self.iam.create_user(UserName=NAME)
        return self.make_key()

    def make_key(self) -> str:
        # AWS tells two keys of one second apart by nothing but their IDs.
        self.wait(seconds=2)
        return str(self.iam.create_access_key(UserName=NAME)["AccessKey"]["AccessKeyId"])

    def set_status(self, key_id: str, status: str) -> None:
        self.iam.update_access_key(UserName=NAME, AccessKeyId=key_id, Status=status)

    def use(self, credential: str, *, every: timedelta = timedelta(hours=1)) -> None:
        self.aws.state.usage.start(credential, Rhythm(every, self.now(), "s3", REGION))

    def fall_silent(self, credential: str) -> None:
        self.aws.state.usage.stop(credential, self.now())

    def delete_user(self) -> None:
        for key in self.iam.list_access_keys(UserName=NAME)["AccessKeyMetadata"]:
            self.iam.delete_access_key(UserName=NAME, AccessKeyId=key["AccessKeyId"])
        self.iam.delete_user(UserName=NAME)

    def delete_role(self) -> None:
        self.iam.delete_role_policy(RoleName=ROLE, PolicyName="uploads")
        self.iam.delete_role(RoleName=ROLE)

    def candidate(self) -> Candidate:
        """The candidate of the IAM user that bears the name now."""
        return Candidate.objects.order_by("pk").last()  # type: ignore[return-value]

    def standing(self) -> Standing:
        return Standing.objects.get(candidate=self.candidate())


def at_role_ready(world: World) -> str:
    """Bring the candidate to Role ready, and return its key's ID."""
    key_id = world.make_user()
    world.use(key_id)
    world.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=policy(TASKS))
    world.iam.put_role_policy(RoleName=ROLE, PolicyName="uploads", PolicyDocument=policy(POLICY))
    world.wait(days=100)
    world.sync()
    candidate, said = world.candidate(), {"by": world.ada, "now": world.now()}
    actions.claim(candidate=candidate, team=world.ada.teams.get(), **said)
    actions.choose_route(candidate=candidate, route=Route.SERVICE_ROLE, **said)
    actions.link_role(candidate=candidate, iam_role=IamRole.objects.get(role_name=ROLE), **said)
    assert world.standing().stage == Stage.ROLE_READY
    return key_id


def at_switched_over(world: World) -> str:
    key_id = at_role_ready(world)
    world.wait(days=1)
    world.use(world.iam.get_role(RoleName=ROLE)["Role"]["RoleId"])
    world.fall_silent(key_id)
    for _ in range(5):
        world.wait(days=18)
        world.sync()
        actions.confirm(candidate=world.candidate(), by=world.ada, now=world.now())
    assert world.standing().stage == Stage.SWITCHED_OVER
    return key_id


def at_deactivated(world: World) -> str:
    key_id = at_switched_over(world)
    world.set_status(key_id, "Inactive")
    world.wait(hours=1)
    world.sync()
    assert world.standing().stage == Stage.DEACTIVATED
    return key_id


def at_deleted(world: World) -> str:
    key_id = at_deactivated(world)
    world.delete_user()
    for _ in range(2):
        world.wait(hours=1)
        world.sync()
    assert world.standing().stage == Stage.DELETED
    return key_id

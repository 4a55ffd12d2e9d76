"""An AWS account that never rests: what its people do to users, keys, roles and pods, and what is true afterwards."""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from iamdash.demo.stand_in import backends
from iamdash.demo.stand_in.server import RunningStandIn
from iamdash.demo.stand_in.usage import Use, whole_minute

ACCOUNT, HOME, STRANGE = "111122223333", "222233334444", "333344445555"
REGION, CLUSTER = "eu-west-1", "apps"
READER = "iamdash-reader"
# Clusters are only asked while some role trusts pods: this one always does.
FOR_PODS = "for-pods"
PODS = {"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": ["sts:AssumeRole"]}
LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
HOME_MAY = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{HOME}:root"}, "Action": "sts:AssumeRole"}
READ = {"Effect": "Allow", "Action": ["iam:Get*", "iam:List*", "iam:Generate*", "eks:*"], "Resource": "*"}
MOST_KEYS = 2


@dataclass(frozen=True)
class Truth:
    """What AWS holds at one moment, by its own IDs. A last use of None: none is recorded."""

    users: dict[str, tuple[str, str, datetime, dict[str, str]]]
    keys: dict[str, tuple[str, str, datetime]]
    roles: dict[str, tuple[str, str, datetime]]
    key_uses: dict[str, tuple[datetime | None]]
    role_uses: dict[str, tuple[datetime | None]]
    associations: dict[str, tuple[str, str, str]]


@dataclass
class History:
    """What has ever been true: to know an invention from an old fact."""

    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    key_owners: dict[str, str] = field(default_factory=dict)
    uses: dict[str, set[datetime]] = field(default_factory=lambda: defaultdict(set))


class World:
    """One account of the stand-in, changed by AWS's own API. `deed` does something at random."""

    def __init__(self, aws: RunningStandIn, rng: Random) -> None:
        self.aws = aws
        self.state = aws.state
        self.iam = aws.client("iam", ACCOUNT, region=REGION)
        self.eks = aws.client("eks", ACCOUNT, region=REGION)
        self.history = History()
        self.deeds: list[Callable[[Random], None]] = [
            *(self.make_user, self.make_key, self.use_key, self.deactivate, self.reactivate, self.delete_key),
            *(self.rename, self.rename, self.recreate, self.delete_user, self.tag_user),
            *(self.make_role, self.use_role, self.delete_role, self.bind, self.unbind),
        ]
        self._begin(rng)

    def _begin(self, rng: Random) -> None:
        subnets = {"subnetIds": ["subnet-1", "subnet-2"]}
        backends.eks(ACCOUNT, REGION).create_cluster(CLUSTER, f"arn:aws:iam::{ACCOUNT}:role/{CLUSTER}", subnets)
        self._create_role(READER, HOME_MAY)
        self._create_role(FOR_PODS, PODS)
        self.iam.put_role_policy(RoleName=READER, PolicyName="read", PolicyDocument=_policy(READ))
        stranger = self.aws.client("iam", STRANGE, region=REGION)
        stranger.create_user(UserName="of-another-account")
        for _ in range(rng.randint(3, 9)):
            self.make_user(rng)
        for deed in (self.make_role, self.make_role, self.bind, self.use_key, self.deactivate):
            deed(rng)

    def deed(self, rng: Random) -> None:
        """Do one thing at random; where there is nothing to do it to, nothing."""
        rng.choice(self.deeds)(rng)

    # Users ----------------------------------------------------------------------------------------------------------

    def make_user(self, rng: Random, name: str = "") -> None:
        name = name or self._free_name(rng)
        made = self.iam.create_user(UserName=name)["User"]
        self.history.names[made["UserId"]].add(name)
        for _ in range(rng.choice([0, 1, 1, 1, 2])):
            self._create_key(name)

    def rename(self, rng: Random) -> None:
        if iam_user := self._some(rng, self._users()):
            name = self._free_name(rng)
            self.history.names[iam_user.id].add(name)
            self.iam.update_user(UserName=iam_user.name, NewUserName=name)

    def tag_user(self, rng: Random) -> None:
        if iam_user := self._some(rng, self._users()):
            self.iam.tag_user(UserName=iam_user.name, Tags=[{"Key": "team", "Value": f"team-{rng.randrange(9)}"}])

    def delete_user(self, rng: Random) -> str:
        """Return the name that is free now, "" where there was nobody."""
        iam_user = self._some(rng, self._users())
        if iam_user is None:
            return ""
        name = str(iam_user.name)
        for key in list(iam_user.access_keys):
            self.iam.delete_access_key(UserName=name, AccessKeyId=key.access_key_id)
        self.iam.delete_user(UserName=name)
        return name

    def recreate(self, rng: Random) -> None:
        if name := self.delete_user(rng):
            self.make_user(rng, name)

    # Access keys ----------------------------------------------------------------------------------------------------

    def make_key(self, rng: Random) -> None:
        room = [iam_user for iam_user in self._users() if len(iam_user.access_keys) < MOST_KEYS]
        if iam_user := self._some(rng, room):
            self._create_key(iam_user.name)

    def use_key(self, rng: Random) -> None:
        if key := self._some(rng, self._keys("Active")):
            self._use(key.access_key_id)

    def deactivate(self, rng: Random) -> None:
        self._set_status(rng, "Active", "Inactive")

    def reactivate(self, rng: Random) -> None:
        self._set_status(rng, "Inactive", "Active")

    def delete_key(self, rng: Random) -> None:
        if key := self._some(rng, self._keys()):
            self.iam.delete_access_key(UserName=key.user_name, AccessKeyId=key.access_key_id)

    # Roles and pods -------------------------------------------------------------------------------------------------

    def make_role(self, rng: Random) -> None:
        self._create_role(f"{rng.choice('abkmxyz')}-role-{rng.randrange(10_000)}", rng.choice([PODS, LAMBDA]))

    def use_role(self, rng: Random) -> None:
        if iam_role := self._some(rng, self._roles()):
            self._use(iam_role.id)

    def delete_role(self, rng: Random) -> None:
        if iam_role := self._some(rng, self._roles()):
            self.iam.delete_role(RoleName=iam_role.name)

    def bind(self, rng: Random) -> None:
        if iam_role := self._some(rng, self._roles()):
            account = f"account-{rng.randrange(10_000)}"
            self.eks.create_pod_identity_association(
                clusterName=CLUSTER, namespace="apps", serviceAccount=account, roleArn=iam_role.arn
            )

    def unbind(self, rng: Random) -> None:
        if association_id := self._some(rng, sorted(self.state.associations)):
            self.eks.delete_pod_identity_association(clusterName=CLUSTER, associationId=association_id)

    # The truth ------------------------------------------------------------------------------------------------------

    def truth(self) -> Truth:
        """Return what AWS holds now, from the stand-in's own books: no call, and so no fault."""
        roles = backends.iam(ACCOUNT).get_roles()
        return Truth(
            users={each.id: (each.name, each.arn, _utc(each.create_date), self._tags(each)) for each in self._users()},
            keys={
                key.access_key_id: (user.id, key.status, _utc(key.create_date))
                for user in self._users()
                for key in user.access_keys
            },
            roles={each.id: (each.name, each.arn, _utc(each.create_date)) for each in roles},
            key_uses={key.access_key_id: (self._last_use(key.access_key_id),) for key in self._keys()},
            role_uses={each.id: (self._last_use(each.id),) for each in self._roles()},
            associations={
                each.association_id: (each.namespace, each.service_account, each.role_arn)
                for each in self.state.associations.values()
            },
        )

    def _last_use(self, credential: str) -> datetime | None:
        use = self.state.usage.last_use(credential, self.state.clock.now())
        return use.at if use else None

    def _use(self, credential: str) -> None:
        now = self.state.clock.now()
        self.state.usage.record(credential, Use(now, "s3", REGION))
        self.history.uses[credential].add(whole_minute(now))

    def _create_key(self, name: str) -> None:
        # Two keys of one second look alike in the report for ever, and may change places unseen for a week.
        self.state.clock.offset += timedelta(seconds=1)
        made = self.iam.create_access_key(UserName=name)["AccessKey"]
        self.history.key_owners[made["AccessKeyId"]] = backends.iam(ACCOUNT).users[name].id

    def _create_role(self, name: str, statement: dict[str, Any]) -> None:
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(statement))

    def _set_status(self, rng: Random, before: str, after: str) -> None:
        if key := self._some(rng, self._keys(before)):
            self.iam.update_access_key(UserName=key.user_name, AccessKeyId=key.access_key_id, Status=after)

    def _users(self) -> list[Any]:
        return sorted(backends.iam(ACCOUNT).users.values(), key=lambda iam_user: iam_user.name)

    def _keys(self, status: str = "") -> list[Any]:
        return [key for user in self._users() for key in user.access_keys if status in {"", key.status}]

    def _roles(self) -> list[Any]:
        roles = [each for each in backends.iam(ACCOUNT).get_roles() if each.name not in {READER, FOR_PODS}]
        return sorted(roles, key=lambda iam_role: iam_role.name)

    @staticmethod
    def _tags(iam_user: Any) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in iam_user.tags or []}

    @staticmethod
    def _some(rng: Random, among: list[Any]) -> Any:
        return rng.choice(among) if among else None

    def _free_name(self, rng: Random) -> str:
        """Return a name that nobody has; few first letters and numbers, so that names are used again and move pages."""
        taken = {iam_user.name.lower() for iam_user in self._users()}
        while (name := f"{rng.choice('abkmxyz')}-user-{rng.randrange(20)}") in taken:
            pass
        return name


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at

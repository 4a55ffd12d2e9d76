"""`python -m benchmarks.account --port N --users M`: a stand-in for AWS that holds one account of M users and M roles.

Four users of five have a key, every twentieth of those a second one; ages and uses are spread, and always the same.
"""

import argparse
import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from iamdash.demo.stand_in import backends
from iamdash.demo.stand_in.server import make_stand_in, open_state
from iamdash.demo.stand_in.state import State
from iamdash.demo.stand_in.usage import Rhythm

ACCOUNT = "111122223333"
CHANGED_USER = "application-1"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
        ],
    }
)
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"}],
    }
)


def fill(state: State, *, users: int, account_id: str = ACCOUNT) -> None:
    """Make the users of an account, their keys and as many roles, long ago."""
    backend, now = backends.iam(account_id), state.clock.now()
    for number in range(users):
        _make_user(state, backend, number, now)
        _make_role(state, backend, number, now)


def _make_user(state: State, backend: Any, number: int, now: datetime) -> None:
    name, age = f"application-{number}", timedelta(days=30 + number * 37 % 1200)
    iam_user = backend.create_user("eu-west-1", name, "/", [{"Key": "system", "Value": f"system-{number % 50}"}])
    iam_user.create_date = _naive(now - age)
    iam_user.put_policy("work", POLICY)
    if number % 5 == 0:
        return
    for turn in range(2 if number % 20 == 1 else 1):
        access_key = backend.create_access_key(name)
        access_key.create_date = _naive(now - age + timedelta(hours=turn))
        if number % 3:
            every = timedelta(days=1 + number % 90)
            state.usage.start(access_key.access_key_id, Rhythm(every, now - age, "s3", "eu-west-1"))


def _make_role(state: State, backend: Any, number: int, now: datetime) -> None:
    age = timedelta(days=10 + number * 37 % 900)
    iam_role = backend.create_role(f"role-{number}", TRUST, "/", None, "", [], None)
    iam_role.create_date = _naive(now - age)
    iam_role.put_policy("work", POLICY)
    if number % 2:
        state.usage.start(iam_role.id, Rhythm(timedelta(days=30), now - age, "s3", "eu-west-1"))


def _naive(moment: datetime) -> Any:
    """Return the moment as moto keeps it: in UTC, without saying so."""
    return moment.replace(tzinfo=None)


def main() -> None:
    """Serve until it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.account", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--users", type=int, required=True)
    options = parser.parse_args()
    state = open_state(None, partial(fill, users=options.users))
    state.report_seconds = 0.0
    make_stand_in(state, options.port).serve_forever()


if __name__ == "__main__":
    main()

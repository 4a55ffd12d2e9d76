"""Many accounts over real workers, a real broker and a real PostgreSQL: each is synced, and none waits for another.

IAMDASH_TEST_ACCOUNTS says how many (20): `make soak` takes 200.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from benchmarks.account import fill
from iamdash.aws.reads import READS
from iamdash.celery import app
from iamdash.demo.stand_in import backends
from iamdash.demo.stand_in.faults import Fault
from iamdash.demo.stand_in.server import RunningStandIn, running_stand_in
from iamdash.demo.stand_in.state import State
from iamdash.local import programs
from iamdash.local.child import Child
from iamdash.local.valkey import Valkey
from tests.services import end_other_sessions, processes_of

ROOT = Path(__file__).resolve().parents[1]
HOME = "000000000001"
READER = "iamdash-reader"
ACCOUNTS = int(os.environ.get("IAMDASH_TEST_ACCOUNTS", "20"))
# An account that answers so slowly is still being read when all others are done.
SLOWLY = max(5.0, ACCOUNTS / 8)
DATABASE = "fan_out"

# So that the tests' database is made, of which the workers' is a copy.
pytestmark = pytest.mark.django_db
USERS = 50
# Of 50 users 40 have a key, and every twentieth of these a second one.
KEYS = 43
# Generous: a busy machine is several times slower than an idle one.
PATIENCE = 60.0 + 3 * ACCOUNTS
VISIBLE_AGAIN_AFTER = 3600  # kombu's default for Redis: an order not acknowledged by then is given to another worker

Run = tuple[str, str, str, datetime, datetime | None]


def test_an_order_outlives_its_worker_and_no_worker_hoards_orders() -> None:
    conf = app.conf

    assert (conf.task_acks_late, conf.task_reject_on_worker_lost) == (True, True)
    assert conf.worker_prefetch_multiplier == 1
    assert 0 < conf.task_soft_time_limit < conf.task_time_limit < VISIBLE_AGAIN_AFTER
    assert "visibility_timeout" not in (conf.broker_transport_options or {})


@dataclass(frozen=True)
class Fleet:
    """Accounts in a stand-in, a broker, a database, and one worker for each queue."""

    base: Path
    aws: RunningStandIn
    broker: Child
    environment: dict[str, str]
    workers: list[Child] = field(default_factory=list)

    def start_workers(self) -> None:
        for name, command in (("worker", programs.WORKER), ("worker-now", programs.WORKER_NOW)):
            worker = Child(name, programs.with_this_python(command), base=self.base, environment=self.environment)
            worker.start()
            self.workers.append(worker)
        for worker in self.workers:
            worker.wait_until_ready(lambda log=worker.log: "ready." in log.read_text())  # type: ignore[misc]

    def stop_workers(self) -> None:
        while self.workers:
            worker = self.workers.pop()
            worker.stop()
            # The next one of its name is ready when its own log says so.
            worker.log.unlink(missing_ok=True)

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def load(self, account_ids: list[str]) -> None:
        """Make these the accounts of the config, with nothing read yet."""
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("TRUNCATE iamdash_awsaccount CASCADE")
        config = "".join(
            f'[[accounts]]\nid = "{account_id}"\nname = "account-{account_id}"\n'
            f'role_arn = "arn:aws:iam::{account_id}:role/{READER}"\n'
            for account_id in account_ids
        )
        Path(self.environment["IAMDASH_CONFIG"]).write_text(config)
        self.run("manage.py", "load_config")

    def order(self, task: str, *, queue: str = "sync", **asked: str) -> None:
        with app.connection_for_write(self.environment["REDIS_URL"]) as connection:
            app.send_task(f"iamdash.tasks.{task}", kwargs=asked, queue=queue, connection=connection)

    def order_sync(self, account_id: str, *, queue: str) -> None:
        self.order("sync_account", queue=queue, account_id=account_id, trigger="person")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return connection.execute(query).fetchall()

    def runs(self) -> list[Run]:
        columns = "aws_account_id, outcome, trigger, started_at, finished_at"
        return self.rows(f"SELECT {columns} FROM iamdash_syncrun ORDER BY started_at")

    def is_idle(self) -> bool:
        """Say whether no order waits for a worker, and none is being carried out."""
        broker = redis.Redis.from_url(self.environment["REDIS_URL"])
        with broker:
            # A queue is a list for each priority, and a list that is empty is not there.
            return not (broker.keys("sync*") or broker.keys("now*") or broker.hlen("unacked"))

    def wait(self, is_so: Callable[[list[Run]], bool]) -> list[Run]:
        """Return the runs once they are so."""
        deadline = time.monotonic() + PATIENCE
        while not is_so(runs := self.runs()):
            assert time.monotonic() < deadline, "\n".join([*map(str, runs), *(w.log.read_text() for w in self.workers)])
            time.sleep(0.1)
        return runs


def build(state: State) -> None:
    """Fill every account, and give each a role that the home account may take."""
    trust = {"Effect": "Allow", "Principal": {"AWS": HOME}, "Action": "sts:AssumeRole"}
    policy = {"Effect": "Allow", "Action": sorted(READS), "Resource": "*"}
    for account_id in account_ids(ACCOUNTS):
        fill(state, users=USERS, account_id=account_id)
        role = backends.iam(account_id).create_role(READER, json.dumps({"Statement": [trust]}), "/", None, "", [], None)
        role.put_policy("read", json.dumps({"Version": "2012-10-17", "Statement": [policy]}))


def account_ids(count: int) -> list[str]:
    return [f"{number:012d}" for number in range(2, count + 2)]


@pytest.fixture(scope="module")
def database_url(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Copy the tests' database: it holds every table already, and other tests see nothing of what workers write."""
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    with django_db_blocker.unblock():
        copied = connections["default"].settings_dict["NAME"]
        connections.close_all()
        end_other_sessions(str(copied))
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE {copied}")
        yield f"{server}/{DATABASE}"
        connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Fleet]:
    base = tmp_path_factory.mktemp("fan-out")
    valkey = Valkey(base)
    broker = valkey.start()
    with running_stand_in(build=build) as aws:
        environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database_url,
            "REDIS_URL": valkey.url,
            "SECRET_KEY": "of-the-fan-out-tests-only",
            "IAMDASH_CONFIG": str(base / "iamdash.toml"),
            "AWS_ENDPOINT_URL": aws.endpoint_url,
            "AWS_EC2_METADATA_DISABLED": "true",
            **{name.upper(): value for name, value in aws.credentials(HOME).items()},
        }
        fleet = Fleet(base, aws, broker, environment)
        try:
            fleet.start_workers()
            yield fleet
        finally:
            fleet.stop_workers()
            broker.stop()


@pytest.fixture
def fleet(services: Fleet) -> Iterator[Fleet]:
    yield services
    services.aws.state.faults.clear()
    services.wait(lambda _runs: services.is_idle())


def ended(count: int) -> Callable[[list[Run]], bool]:
    return lambda runs: sum(run[4] is not None for run in runs) >= count


def overlapping(runs: list[Run]) -> list[tuple[Run, Run]]:
    """Return pairs of runs of one account, both under way at one time."""
    return [
        (first, second)
        for number, first in enumerate(runs)
        for second in runs[number + 1 :]
        if first[0] == second[0] and first[4] is not None and second[3] < first[4]
    ]


@pytest.mark.slow
def test_every_account_is_synced_and_a_broken_or_a_slow_one_delays_no_other(fleet: Fleet) -> None:
    accounts = account_ids(ACCOUNTS)
    slow, broken = accounts[0], accounts[1]
    fleet.aws.state.faults += [
        Fault("slow", "iam:*", account_id=slow, seconds=SLOWLY),
        Fault("deny", "iam:*", account_id=broken),
    ]
    fleet.load(accounts)

    fleet.order("sync_due_accounts")
    runs = fleet.wait(ended(ACCOUNTS - 1))

    assert [run[0] for run in runs if run[4] is None] == [slow]
    fleet.aws.state.faults.clear()
    runs = fleet.wait(ended(ACCOUNTS))
    outcomes = {account_id: outcome for account_id, outcome, *_ in runs}
    assert len(runs) == len(outcomes) == ACCOUNTS
    assert outcomes.pop(broken) == "failed"
    assert set(outcomes.values()) == {"complete"}
    read = dict(fleet.rows("SELECT aws_account_id, count(*) FROM iamdash_iamuser GROUP BY 1"))
    assert read == dict.fromkeys(outcomes, USERS)
    keys = dict(fleet.rows("SELECT aws_account_id, count(*) FROM iamdash_accesskey GROUP BY 1"))
    assert keys == dict.fromkeys(outcomes, KEYS)


@pytest.mark.slow
def test_what_a_person_asks_for_does_not_wait_behind_long_syncs(fleet: Fleet) -> None:
    accounts = account_ids(6)
    asked = accounts[-1]
    fleet.aws.state.faults += [Fault("slow", "iam:*", account_id=other, seconds=3) for other in accounts[:-1]]
    fleet.load(accounts)
    for other in accounts[:-1]:
        fleet.order_sync(other, queue="sync")
    fleet.wait(lambda runs: len(runs) >= 2)

    fleet.order_sync(asked, queue="now")
    runs = fleet.wait(lambda runs: any(run[0] == asked and run[4] for run in runs))

    others = [run for run in runs if run[0] != asked]
    assert len(others) < len(accounts) - 1, "every long sync had begun: nothing was waiting"
    assert [run[1] for run in runs if run[0] == asked] == ["complete"]


@pytest.mark.slow
def test_two_syncs_of_one_account_never_run_together(fleet: Fleet) -> None:
    account_id = account_ids(1)[0]
    fleet.aws.state.faults.append(Fault("slow", "iam:GetAccountAuthorizationDetails", seconds=2))
    fleet.load([account_id])

    for queue in ("sync", "now", "sync"):
        fleet.order_sync(account_id, queue=queue)
    runs = fleet.wait(lambda runs: bool(runs) and all(run[4] for run in runs) and fleet.is_idle())

    assert overlapping(runs) == []
    assert {run[1] for run in runs} == {"complete"}


@pytest.mark.slow
def test_the_order_of_a_killed_worker_process_is_carried_out_by_another(fleet: Fleet) -> None:
    account_id = account_ids(1)[0]
    fleet.aws.state.faults.append(Fault("slow", "iam:ListAccessKeys", seconds=2))
    fleet.load([account_id])
    fleet.order_sync(account_id, queue="sync")
    fleet.wait(lambda runs: len(runs) == 1)

    _, *pool = processes_of(fleet.workers[0])
    for pid in pool:
        os.kill(pid, signal.SIGKILL)
    fleet.aws.state.faults.clear()
    runs = fleet.wait(lambda runs: any(run[1] == "complete" for run in runs))

    assert [run[1] for run in runs] == ["failed", "complete"]
    assert overlapping(runs) == []
    assert fleet.rows("SELECT count(*) FROM iamdash_accesskey") == [(KEYS,)]


@pytest.mark.slow
def test_a_sync_whose_database_goes_away_is_cut_short_and_the_same_worker_syncs_again(fleet: Fleet) -> None:
    account_id = account_ids(1)[0]
    fleet.aws.state.faults.append(Fault("slow", "iam:GetAccountAuthorizationDetails", seconds=1))
    fleet.load([account_id])
    fleet.order_sync(account_id, queue="sync")
    fleet.wait(lambda runs: len(runs) == 1)

    fleet.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    fleet.order("sync_due_accounts")
    runs = fleet.wait(ended(2))

    assert [run[1] for run in runs] == ["failed", "complete"]
    assert fleet.rows("SELECT count(*) FROM iamdash_accesskey") == [(KEYS,)]
    assert all(worker.exit_code() is None for worker in fleet.workers)


@pytest.mark.slow
def test_a_broker_that_forgets_everything_ends_no_sync_and_workers_started_again_take_orders(fleet: Fleet) -> None:
    """A worker may end with its broker (kombu fails while it gives orders back); docker-compose.yml starts it again."""
    account_id = account_ids(1)[0]
    fleet.aws.state.faults.append(Fault("slow", "iam:GetAccountAuthorizationDetails", seconds=3))
    fleet.load([account_id])
    fleet.order_sync(account_id, queue="sync")
    fleet.wait(lambda runs: len(runs) == 1)

    fleet.broker.stop()
    fleet.broker.start()
    fleet.wait(ended(1))
    fleet.stop_workers()
    fleet.start_workers()
    fleet.order_sync(account_id, queue="sync")
    runs = fleet.wait(ended(2))

    assert [run[1] for run in runs] == ["complete", "complete"]
    assert fleet.rows("SELECT count(*) FROM iamdash_accesskey") == [(KEYS,)]

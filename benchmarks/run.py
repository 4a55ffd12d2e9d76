"""One size, measured: its own PostgreSQL and its own stand-in, and three syncs in the order a week would bring them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.account import ACCOUNT, CHANGED_USER
from iamdash.demo.organisation.accounts import Account
from iamdash.demo.organisation.hands import Hands
from iamdash.local.child import Child
from iamdash.local.ports import LOOPBACK, answers, start_on_a_free_port
from iamdash.local.postgres import Postgres

ROOT = Path(__file__).resolve().parents[1]
HOUR = 3600
# A sync speaks to no broker: that address is only there to be well-formed.
NO_BROKER = "redis://127.0.0.1:1/0"


@dataclass(frozen=True, slots=True)
class Result:
    """One sync of an account with so many users. `bare_cpu`: of bare boto3 making the same calls."""

    users: int
    sync: str
    wall: float
    cpu: float
    bare_cpu: float
    memory_mb: float | None
    actions: dict[str, int]
    rows: dict[str, int]


def measure(users: int, base: Path, *, latency: float) -> Iterator[Result]:
    """Yield the results of the three syncs; `latency` seconds are added to each answer of AWS."""
    with ExitStack() as children:
        postgres = Postgres(base, durable=False)
        children.callback(postgres.start().stop)
        stand_in, port = start_on_a_free_port(lambda port: _stand_in(base, port, users), answers)
        children.callback(stand_in.stop)
        environment = environment_of(postgres.url, f"http://{LOOPBACK}:{port}")
        run(["manage.py", "migrate", "--verbosity=0"], environment)
        hands = Hands(environment["AWS_ENDPOINT_URL"])
        if latency:
            hands.control("POST", "faults", kind="slow", seconds=latency)
        yield _measured("first", users, 0, hands, environment)
        yield _measured("unchanged", users, HOUR, hands, environment)
        hands.deactivate(Account(ACCOUNT, "bench", "bench", ""), CHANGED_USER)
        # The next report, which shows it, may be made four hours after the first.
        yield _measured("one change", users, 5 * HOUR, hands, environment)


def _measured(sync: str, users: int, offset: int, hands: Hands, environment: dict[str, str]) -> Result:
    hands.control("POST", "clock", offset_seconds=offset)
    found = json.loads(run(["-m", "benchmarks.sync", str(offset)], environment))
    if found["outcome"] != "complete":
        raise SystemExit(f"The {sync} sync of {users} users was {found['outcome']}: {found['unread']}")
    bare = json.loads(run(["-m", "benchmarks.bare"], environment, given=json.dumps(found["calls"])))
    return Result(
        users, sync, found["wall"], found["cpu"], bare["cpu"], found["memory_mb"], found["actions"], found["rows"]
    )


def _stand_in(base: Path, port: int, users: int) -> Child:
    command = [sys.executable, "-m", "benchmarks.account", f"--port={port}", f"--users={users}"]
    return Child("stand-in", command, base=base, environment={**os.environ, "PYTHONPATH": str(ROOT)})


def environment_of(database_url: str, endpoint_url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "IAMDASH_"))}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "iamdash.settings",
        "DATABASE_URL": database_url,
        "REDIS_URL": NO_BROKER,
        "SECRET_KEY": "of-the-benchmark-only",
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def run(arguments: list[str], environment: dict[str, str], *, given: str = "") -> str:
    """Run Python with these arguments and return what it printed; SystemExit with what it said where it failed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed.\n{done.stderr}")
    return done.stdout

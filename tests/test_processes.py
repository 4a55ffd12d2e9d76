"""The command line of every service in docker-compose.yml, really run, in the order that compose keeps."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
import yaml

from iamdash.local.child import READY_SECONDS, Child, start_and_wait
from iamdash.local.ports import LOOPBACK, answers, free_port
from iamdash.local.postgres import Postgres
from iamdash.local.valkey import Valkey

ROOT = Path(__file__).resolve().parents[1]
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
CONFIG = """
[[accounts]]
id = "111122223333"
name = "example-production"
environment = "production"
role_arn = "arn:aws:iam::111122223333:role/iamdash-reader"

[[teams]]
slug = "platform"
name = "Platform"
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("processes")


@pytest.fixture(scope="module")
def environment(base: Path) -> Iterator[dict[str, str]]:
    """An empty Postgres and Valkey of their own, and nothing of the environment that they do not name."""
    postgres, valkey = Postgres(base, durable=False), Valkey(base)
    children = [postgres.start(), valkey.start()]
    config = base / "iamdash.toml"
    config.write_text(CONFIG)
    yield {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DATABASE_URL": postgres.url,
        "REDIS_URL": valkey.url,
        "SECRET_KEY": "of-the-process-tests-only-and-long-enough-for-the-deployment-check",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "IAMDASH_CONFIG": str(config),
        "CELERY_BEAT_SCHEDULE": str(base / "beat-schedule"),
        "PYTHONUNBUFFERED": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for child in reversed(children):
        child.stop()


@pytest.fixture(scope="module")
def set_up(environment: dict[str, str]) -> None:
    """`migrate` and `load-config`, which every process that stays waits for."""
    for name in ("migrate", "load-config"):
        done = subprocess.run(
            command_of(name, environment), cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"


def command_of(name: str, environment: dict[str, str], *, port: int = 0) -> list[str]:
    """The service's command, with what is different inside a container replaced: the port and the file's place."""
    there = {"--bind=0.0.0.0:8000": f"--bind={LOOPBACK}:{port}", "/etc/iamdash.toml": environment["IAMDASH_CONFIG"]}
    program, *arguments = (there.get(word, word) for word in SERVICES[name]["command"])
    return [shutil.which(program, path=environment["PATH"]) or program, *arguments]


class Start(Protocol):
    """Starts a service and waits for it; it is stopped when the test ends, if the test has not done so."""

    def __call__(self, name: str, ready: Callable[[Child], bool], *, port: int = 0) -> Child: ...


@pytest.fixture
def start(base: Path, environment: dict[str, str], set_up: None) -> Iterator[Start]:
    started: list[Child] = []

    def start(name: str, ready: Callable[[Child], bool], *, port: int = 0) -> Child:
        child = Child(name, command_of(name, environment, port=port), base=base, environment=environment)
        started.append(child)
        return start_and_wait(child, lambda: ready(child))

    yield start
    for child in started:
        child.stop()


def says(child: Child, word: str) -> bool:
    return child.log.exists() and word in child.log.read_text()


@pytest.mark.usefixtures("set_up")
def test_migrating_and_loading_a_second_time_changes_nothing_and_succeeds(environment: dict[str, str]) -> None:
    for name in ("migrate", "load-config"):
        subprocess.run(command_of(name, environment), cwd=ROOT, env=environment, capture_output=True, check=True)


def test_web_answers_that_it_is_live_and_ready_and_stops_cleanly(start: Start) -> None:
    port = free_port()
    web = start("web", lambda _: answers(port), port=port)

    with (
        urllib.request.urlopen(f"http://{LOOPBACK}:{port}/healthcheck/live", timeout=READY_SECONDS) as live,
        urllib.request.urlopen(f"http://{LOOPBACK}:{port}/healthcheck/ready", timeout=READY_SECONDS) as ready,
    ):
        statuses = [live.status, ready.status]

    assert statuses == [200, 200]
    assert web.stop() == 0


@pytest.mark.parametrize(("name", "queue"), [("worker", "sync"), ("worker-now", "now")])
def test_a_worker_answers_a_ping_for_its_queue_alone(
    name: str, queue: str, start: Start, environment: dict[str, str]
) -> None:
    worker = start(name, lambda child: says(child, "ready."))

    node = f"{queue}@{os.uname().nodename}"
    answer = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "iamdash.celery", "inspect", "active_queues", "-d", node, "--json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert [row["name"] for row in json.loads(answer.stdout)[node]] == [queue]
    assert worker.stop() == 0


def test_beat_starts_keeps_running_and_stops_cleanly(start: Start, base: Path) -> None:
    beat = start("beat", lambda child: says(child, "beat: Starting"))

    time.sleep(1)

    assert beat.exit_code() is None
    assert list(base.glob("beat-schedule*"))
    assert beat.stop() == 0

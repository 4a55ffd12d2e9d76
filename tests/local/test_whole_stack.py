"""`make run` in full, on the demo's stand-in for AWS: pages, a first sync by the workers, and a clean end."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from iamdash.local.child import Child, start_and_wait
from iamdash.local.launch import DEMO_CONFIG
from iamdash.local.ports import LOOPBACK, free_port
from iamdash.local.stand_in import StandIn

pytestmark = pytest.mark.slow

SYNC_SECONDS = 120
# As a script does with what it starts in the background.
DEAF_TO_CTRL_C = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh"]
STOPPED_IN_THIS_ORDER = ["beat", "worker-now", "worker", "web", "valkey", "postgres"]


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """What a person has who calls `make run`: credentials of an AWS, and an iamdash.toml."""
    ordinary = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    stand_in = StandIn(tmp_path, ordinary)
    child = stand_in.start()
    yield ordinary | stand_in.variables() | {"IAMDASH_CONFIG": str(DEMO_CONFIG)}
    child.stop()


def candidates(base: Path) -> list[dict[str, Any]]:
    manage = base / "run" / "manage"
    shown = subprocess.run([manage, "export_candidates", "--format", "json"], capture_output=True, check=True).stdout
    rows: list[dict[str, Any]] = json.loads(shown)
    return rows


def test_one_command_brings_everything_up_syncs_and_ends_cleanly(tmp_path: Path, environment: dict[str, str]) -> None:
    port = free_port()
    command = [sys.executable, "-m", "iamdash.local", "run", f"--port={port}", f"--data={tmp_path}"]
    launcher = Child(
        "launcher", [*DEAF_TO_CTRL_C, *command], base=tmp_path, environment=environment, stop_signal=signal.SIGINT
    )
    start_and_wait(launcher, lambda: "the data stays" in launcher.log.read_text())

    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/", timeout=30) as page:
            first_page = page.read().decode()
        deadline = time.monotonic() + SYNC_SECONDS
        while not (found := candidates(tmp_path)) and time.monotonic() < deadline:
            time.sleep(1)
    finally:
        code = launcher.stop(seconds=60)
    said = launcher.log.read_text()
    ends = [line.split(maxsplit=1) for line in said.partition("Stopping.")[2].strip().splitlines()]

    assert "Sign in" in first_page
    assert found
    assert code == 0
    assert ends == [[name, "exit code 0"] for name in STOPPED_IN_THIS_ORDER]
    assert not (tmp_path / "run" / "manage").exists()

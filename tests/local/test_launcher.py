"""What the launcher says and refuses; the whole stack is brought up in tests/local/test_demo.py."""

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from iamdash.local import variables
from iamdash.local.alone import DEFAULT_PORT, alone_in, choose_port
from iamdash.local.child import Child, LocalError, start_and_wait
from iamdash.local.ports import LOOPBACK, free_port, is_free
from iamdash.local.stack import Stack, run_to_the_end


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def launcher(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "iamdash.local", *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_taken_port_that_was_asked_for_is_refused_naming_another(taken_port: int) -> None:
    with pytest.raises(LocalError, match=f"Port {taken_port} is taken.*PORT={taken_port + 1}"):
        choose_port(taken_port)


def test_a_free_port_that_was_asked_for_is_used() -> None:
    port = free_port()

    assert choose_port(port) == port


def test_without_a_wish_the_next_free_port_is_used_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    held = [port for port in (DEFAULT_PORT,) if is_free(port)]

    with socket.create_server((LOOPBACK, DEFAULT_PORT)) if held else socket.socket():
        port = choose_port(None)

    assert port > DEFAULT_PORT
    assert f"Port {DEFAULT_PORT} is taken, so this is port {port}" in capsys.readouterr().out


def test_a_second_start_in_the_same_place_is_refused_naming_the_first(tmp_path: Path) -> None:
    with (
        alone_in(tmp_path),
        pytest.raises(LocalError, match=f"already runs from this checkout: process {os.getpid()}"),
        alone_in(tmp_path),
    ):
        pass


@pytest.mark.parametrize("wrong", ["0", "65536", "http", "-1", ""])
def test_a_port_that_is_none_is_refused(wrong: str) -> None:
    done = launcher("demo", f"--port={wrong}")

    assert done.returncode == 2
    assert "use a number from 1 to 65535, as in PORT=8080" in done.stderr


def test_run_without_a_configuration_says_so_in_one_line(tmp_path: Path) -> None:
    done = launcher("run", IAMDASH_CONFIG=str(tmp_path / "iamdash.toml"))

    assert done.returncode == 1
    assert done.stderr.strip().count("\n") == 0
    assert "names your AWS accounts and teams" in done.stderr


def test_the_secret_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = variables.secret_key(tmp_path)

    assert variables.secret_key(tmp_path) == first
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_the_manage_command_lends_its_environment_and_forgets_the_callers_aws(tmp_path: Path) -> None:
    script = tmp_path / "manage"
    lent = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"} | {
        name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")
    }
    lent["SECRET_KEY"] = "it's a secret"

    variables.write_manage_script(script, lent, forget_aws=True)
    shown = subprocess.run(
        [script, "shell", "--no-imports", "-c", "import os; print(os.environ)"],
        env={"PATH": os.environ["PATH"], "AWS_PROFILE": "of-the-caller"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert "it's a secret" in shown
    assert "http://127.0.0.1:4566" in shown
    assert "of-the-caller" not in shown
    assert stat.S_IMODE(script.stat().st_mode) == 0o700


def test_a_stack_stops_its_programs_last_started_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Stack() as stack:
        for name in ("first", "second"):
            child = Child(name, ["sleep", "60"], base=tmp_path)
            stack.do(name, partial(start_and_wait, child))

    said = [line.split() for line in capsys.readouterr().out.partition("Stopping.")[2].strip().splitlines()]
    assert said == [["second", "signal", "SIGTERM"], ["first", "signal", "SIGTERM"]]


def test_a_program_that_ends_by_itself_ends_the_watch_in_words(tmp_path: Path) -> None:
    child = Child("web", ["sh", "-c", "echo out of memory; exit 3"], base=tmp_path)

    with Stack() as stack:
        stack.do("web", partial(start_and_wait, child))
        with pytest.raises(LocalError, match=r"web ended without being asked to: exit code 3[\s\S]*out of memory"):
            stack.watch()


def test_a_command_that_fails_is_told_with_what_it_said() -> None:
    failing = partial(run_to_the_end, ["sh", "-c", "echo no such table >&2; exit 1"], os.environ)

    with Stack() as stack, pytest.raises(LocalError, match=r"failed:\nno such table"):
        stack.do("tables", failing)


def test_what_started_beside_a_failing_job_is_stopped_too(tmp_path: Path) -> None:
    child = Child("beside", ["sleep", "60"], base=tmp_path)

    with pytest.raises(LocalError), Stack() as stack:
        stack.do("both", partial(start_and_wait, child), partial(run_to_the_end, ["false"], os.environ))

    assert child.exit_code() == -signal.SIGTERM

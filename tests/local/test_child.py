import signal
import subprocess
import sys
from pathlib import Path

import pytest

from iamdash.local.child import Child, LocalError, describe_exit, start_and_wait, stop_leftovers

READY_THEN_SLEEP = "import sys, time; print('ready', flush=True); time.sleep(60)"
DEAF_TO_POLITENESS = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + READY_THEN_SLEEP


def python(code: str, base: Path, *arguments: str, **settings: object) -> Child:
    return Child("example", [sys.executable, "-c", code, *arguments], base=base, **settings)  # type: ignore[arg-type]


def has_said(child: Child, word: str) -> bool:
    return child.log.exists() and word in child.log.read_text()


@pytest.fixture
def running(tmp_path: Path) -> Child:
    child = python(READY_THEN_SLEEP, tmp_path)
    return start_and_wait(child, lambda: has_said(child, "ready"))


def test_a_child_that_is_stopped_shows_how_it_ended(running: Child) -> None:
    code = running.stop()

    assert code == -signal.SIGTERM
    assert describe_exit(code) == "signal SIGTERM"


def test_a_child_that_will_not_stop_is_killed(tmp_path: Path) -> None:
    child = python(DEAF_TO_POLITENESS, tmp_path)
    start_and_wait(child, lambda: has_said(child, "ready"))

    code = child.stop(seconds=0.2)

    assert describe_exit(code) == "signal SIGKILL"


def test_a_child_that_dies_before_it_is_ready_is_told_of_with_the_end_of_its_log(tmp_path: Path) -> None:
    child = python("import sys; sys.exit('the disk is full')", tmp_path)

    with pytest.raises(LocalError, match=r"example ended without being asked to: exit code 1[\s\S]*the disk is full"):
        start_and_wait(child, lambda: False)


def test_a_child_that_is_never_ready_is_told_of_and_stopped(tmp_path: Path) -> None:
    child = python(READY_THEN_SLEEP, tmp_path)
    child.start()

    with pytest.raises(LocalError, match="was not ready after 0 seconds"):
        child.wait_until_ready(lambda: False, seconds=0)
    child.stop()

    assert child.exit_code() == -signal.SIGTERM


def test_what_a_child_reads_first_is_not_in_its_command_line(tmp_path: Path) -> None:
    child = python("import sys; print('read', sys.stdin.read())", tmp_path, first_input=b"secret")

    child.start()
    child.wait_until_ready(lambda: has_said(child, "read"))

    assert child.log.read_text() == "read secret\n"
    assert not any("secret" in word for word in child.command)
    child.stop()


def test_what_a_killed_launcher_left_running_is_stopped(tmp_path: Path) -> None:
    launcher = (
        "import sys, os; from pathlib import Path; from iamdash.local.child import Child;"
        f"Child('left', [sys.executable, '-c', {READY_THEN_SLEEP!r}], base=Path(sys.argv[1])).start(); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", launcher, str(tmp_path)], check=False)

    stopped = stop_leftovers(tmp_path)

    assert stopped == ["left"]
    assert stop_leftovers(tmp_path) == []


def test_a_process_that_only_has_the_number_of_an_old_child_is_left_alone(tmp_path: Path, running: Child) -> None:
    record = tmp_path / "run" / "example.pid"
    number = record.read_text().split()[0]
    record.write_text(f"{number} another-birth")

    stopped = stop_leftovers(tmp_path)

    assert stopped == []
    assert running.exit_code() is None
    running.stop()

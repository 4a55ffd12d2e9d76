"""What a start refuses: each variable that is missing or malformed is named, in a line of its own."""

import os
import subprocess
import sys

import pytest

from iamdash.environment import Environment

GOOD = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "only-for-this-test",
}


def start(**variables: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of its own."""
    command = [sys.executable, "-c", "import iamdash.settings"]
    environment = {"PATH": os.environ["PATH"], **GOOD, **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://127.0.0.1/iamdash"),
        ("REDIS_URL", "127.0.0.1:6379"),
        ("SECRET_KEY", ""),
        ("ALLOWED_HOSTS", " , "),
        ("TIME_ZONE", "Mars/Base"),
        ("TIME_ZONE", "Europe"),
        ("TIME_ZONE", "../../etc/passwd"),
        ("TIME_ZONE", ""),
        ("LOG_LEVEL", "chatty"),
        ("SYNC_EVERY_MINUTES", "0"),
        ("HTTPS", "perhaps"),
    ],
)
def test_a_wrong_variable_is_named_in_one_line(name: str, value: str) -> None:
    done = start(**{name: value})

    assert done.returncode == 1
    assert done.stderr.startswith(f"iamdash cannot start: {name} is ")
    assert done.stderr.count("\n") == 1


def test_one_start_names_every_problem() -> None:
    done = start(DATABASE_URL="", TIME_ZONE="Mars/Base", LOG_LEVEL="chatty")

    assert [line.split()[3] for line in done.stderr.splitlines()] == ["DATABASE_URL", "TIME_ZONE", "LOG_LEVEL"]


def test_what_is_right_starts() -> None:
    done = start(TIME_ZONE="Europe/London", LOG_LEVEL="WARNING", ALLOWED_HOSTS="iamdash.example.org")

    assert (done.returncode, done.stderr) == (0, "")


def test_a_wrong_value_gives_way_to_the_default_until_the_start_is_refused() -> None:
    environment = Environment({"TIME_ZONE": "Mars/Base"})

    assert environment.time_zone("TIME_ZONE", "UTC") == "UTC"
    with pytest.raises(SystemExit, match="TIME_ZONE is 'Mars/Base', which is no time zone"):
        environment.refuse_if_wrong()

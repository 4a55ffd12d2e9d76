import os
import subprocess
import sys

import pytest

from iamdash.aws import whoami
from iamdash.demo.stand_in.server import RunningStandIn
from tests.aws.recorded import ACCOUNT


def test_it_prints_whose_the_credentials_are(stand_in: RunningStandIn) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "iamdash.aws.whoami"], env=os.environ, capture_output=True, text=True, check=False
    )

    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout == f"arn:aws:sts::{ACCOUNT}:assumed-role/engineer/engineer\n"


@pytest.mark.usefixtures("stand_in")
def test_a_wrong_profile_is_one_line_from_the_very_start() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "iamdash.aws.whoami"],
        env=os.environ | {"AWS_PROFILE": "nonsense"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == "The config profile (nonsense) could not be found\n"


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"AWS_ENDPOINT_URL": "nonsense"}, "nonsense"),
        ({"AWS_ACCESS_KEY_ID": "AKIA0000000000000001"}, "long-lived access key"),
        ({"AWS_ACCESS_KEY_ID": "ASIA0000000000000001"}, "does not accept the credentials"),
    ],
)
@pytest.mark.usefixtures("stand_in")
def test_it_says_in_one_line_why_not(
    variables: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    code = whoami.main()

    said = capsys.readouterr()
    assert (code, said.out) == (1, "")
    assert words in said.err
    assert said.err.count("\n") == 1


@pytest.mark.usefixtures("stand_in")
def test_without_credentials_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)

    assert whoami.main() == 1
    assert "There are no AWS credentials" in capsys.readouterr().err

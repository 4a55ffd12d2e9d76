"""The demo's stand-in for AWS as a process: where it listens, and the variables that lead there."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from iamdash.local.child import Child
from iamdash.local.ports import LOOPBACK, answers, start_on_a_free_port


class StandIn:
    """`python -m iamdash.demo.stand_in`, which keeps what it holds below `base`."""

    def __init__(self, base: Path, environment: Mapping[str, str]) -> None:
        self._base = base
        self._environment = environment
        self._port = 0

    def start(self) -> Child:
        """Start it on a free port, wait until it listens, return its process."""
        child, self._port = start_on_a_free_port(self._child_for, answers)
        return child

    def variables(self) -> dict[str, str]:
        """AWS variables that lead to it, with the temporary credentials it knows: iamdash refuses long-lived ones."""
        return {
            "AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{self._port}",
            "AWS_ACCESS_KEY_ID": "ASIAIAMDASHSTANDIN00",
            "AWS_SECRET_ACCESS_KEY": "of-the-stand-in",
            "AWS_SESSION_TOKEN": "of-the-stand-in",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def _child_for(self, port: int) -> Child:
        command = [
            sys.executable,
            "-m",
            "iamdash.demo.stand_in",
            f"--port={port}",
            f"--state={self._base / 'stand-in'}",
        ]
        return Child("stand-in-aws", command, base=self._base, environment=self._environment)

"""Running the stand-in: in a thread for tests, or for good under `python -m iamdash.demo.stand_in`."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from iamdash.demo.stand_in import backends, control
from iamdash.demo.stand_in.gateway import Gateway
from iamdash.demo.stand_in.state import State

Build = Callable[[State], None]


class QuietRequestHandler(WSGIRequestHandler):
    """No line for every request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of a request that was answered."""


@dataclass(frozen=True)
class RunningStandIn:
    """A stand-in that answers. `state` may be looked at and changed by tests in the same process."""

    endpoint_url: str
    state: State

    def credentials(self, account_id: str, name: str = "engineer") -> dict[str, str]:
        """Return boto3's keyword arguments of somebody who may do everything in one account."""
        signed_in = control.sign_in(self.state, account_id=account_id, name=name)
        return {
            "aws_access_key_id": signed_in["AccessKeyId"],
            "aws_secret_access_key": signed_in["SecretAccessKey"],
            "aws_session_token": signed_in["SessionToken"],
        }

    def client(self, service: str, account_id: str, *, region: str = "eu-west-1", **keywords: Any) -> Any:
        """Return a boto3 client which may do everything in one account; `keywords` replace its credentials."""
        open_client: Any = boto3.client
        return open_client(
            service,
            region_name=region,
            endpoint_url=self.endpoint_url,
            config=Config(retries={"max_attempts": 0}),
            **(keywords or self.credentials(account_id)),
        )


def open_state(directory: Path | None, build: Build | None) -> State:
    """Return the state kept in the directory; where there is none, an empty one that `build` fills."""
    if directory is not None:
        directory.mkdir(parents=True, exist_ok=True)
    state = State(directory)
    backends.forget_everything()
    loaded = state.load()
    backends.correct_moto(state.clock)
    if build is not None and not loaded:
        build(state)
        state.save()
    return state


def make_stand_in(state: State, port: int) -> BaseWSGIServer:
    """Return a server on this machine alone; port 0 takes a free one. Raises SystemExit where the port is taken."""
    return make_server("127.0.0.1", port, Gateway(state), threaded=True, request_handler=QuietRequestHandler)


@contextmanager
def running_stand_in(
    *, build: Build | None = None, directory: Path | None = None, report_seconds: float = 0.0
) -> Iterator[RunningStandIn]:
    """Run a stand-in in a thread of this process, on a free port, until the block ends. One at a time."""
    state = open_state(directory, build)
    state.report_seconds = report_seconds
    server = make_stand_in(state, 0)
    server.daemon_threads = True  # type: ignore[attr-defined]  # of socketserver.ThreadingMixIn
    # How often the loop looks whether it should end.
    looking = {"poll_interval": 0.02}
    thread = threading.Thread(target=server.serve_forever, kwargs=looking, name="stand-in", daemon=True)
    thread.start()
    try:
        yield RunningStandIn(f"http://127.0.0.1:{server.server_port}", state)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
        state.save()
        backends.forget_everything()

"""Time that passes quickly wherever the reader of AWS waits: in this process, and in one that is to be killed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import patch

WAITS = 0.02


@contextmanager
def hurried() -> Iterator[None]:
    """Let pauses between retries, and those that AWS's throttling asks for, pass fifty times as fast."""
    sleep, now = time.sleep, time.monotonic
    quick = SimpleNamespace(**{**vars(time), "sleep": lambda seconds: sleep(seconds * WAITS)})
    with (
        patch("botocore.endpoint.time", quick),
        patch("iamdash.aws.pace.time", SimpleNamespace(sleep=quick.sleep, monotonic=lambda: now() / WAITS)),
    ):
        yield

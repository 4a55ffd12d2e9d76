"""Several programs as one: started in order, watched, stopped in reverse order."""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from iamdash.local import terminal
from iamdash.local.child import Child, LocalError, describe_exit

WATCH_SECONDS = 0.5


class Stack:
    """The programs that run; leaving the `with` block stops them all."""

    def __init__(self) -> None:
        self._running: list[Child] = []

    def __enter__(self) -> "Stack":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, title: str, start: Callable[[], Child]) -> None:
        """Start a program and wait until it is ready, with a line on the terminal. LocalError if it cannot."""
        with progress(title):
            self._running.append(start())

    def run(self, title: str, command: Sequence[str], environment: Mapping[str, str]) -> str:
        """Run a command to its end, with a line on the terminal, and return what it said on standard output.

        LocalError with all that it said if it fails.
        """
        with progress(title):
            done = subprocess.run(
                command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
            )
            if done.returncode:
                said = (done.stderr + done.stdout).strip() or describe_exit(done.returncode)
                raise LocalError(f"{title}: this failed.\n{said}")
            return done.stdout

    def watch(self) -> None:
        """Return never, unless a program ends by itself: then LocalError says which, and its last words."""
        while True:
            for child in self._running:
                if child.exit_code() is not None:
                    raise LocalError(child.obituary())
            time.sleep(WATCH_SECONDS)

    def stop(self) -> None:
        """Stop what is running, last started first, and show how each ended."""
        if self._running:
            terminal.say("\nStopping.")
        while self._running:
            child = self._running.pop()
            terminal.say(f"  {child.name:<38}{describe_exit(child.stop())}")


@contextmanager
def progress(title: str) -> Iterator[None]:
    """One line on the terminal: what is being done, then how long it took."""
    terminal.write(f"  {title:<38}")
    began = time.monotonic()
    try:
        yield
    except BaseException:
        terminal.say("not finished")
        raise
    terminal.say(f"{time.monotonic() - began:5.1f} s")

"""Several programs as one: started in order, watched, stopped in reverse order."""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from iamdash.local import terminal
from iamdash.local.child import Child, LocalError, describe_exit

WATCH_SECONDS = 0.5
Job = Callable[[], Child | None]  # starts a child and returns it once it is ready, or runs something to its end


class Stack:
    """The programs that run; leaving the `with` block stops them all."""

    def __init__(self) -> None:
        self._running: list[Child] = []

    def __enter__(self) -> "Stack":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def do(self, title: str, *jobs: Job) -> None:
        """Do jobs that need nothing of each other at the same time, with a line on the terminal.

        LocalError if one of them fails; what the others have started runs then, and is stopped with the rest.
        """
        with progress(title), ThreadPoolExecutor() as threads:
            begun = [threads.submit(job) for job in jobs]
            try:
                threads.shutdown(wait=True)
            finally:
                results = [each.result() for each in begun if each.done() and not each.exception()]
                self._running += [child for child in results if child is not None]
            for each in begun:
                each.result()

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
            terminal.say(f"  {child.name:<44}{describe_exit(child.stop())}")


def run_to_the_end(command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run a command; LocalError with what it said if it fails."""
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr + done.stdout).strip() or describe_exit(done.returncode)
        shown = " ".join(Path(word).name for word in command)
        raise LocalError(f"`{shown}` failed:\n{said}")


@contextmanager
def progress(title: str) -> Iterator[None]:
    """One line on the terminal: what is being done, then how long it took."""
    terminal.write(f"  {title:<44}")
    began = time.monotonic()
    try:
        yield
    except BaseException:
        terminal.say("not finished")
        raise
    terminal.say(f"{time.monotonic() - began:5.1f} s")

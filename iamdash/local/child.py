"""One program that this machine runs for us: its start, its log, its end.

Every child keeps two files below the base directory it was given: `log/NAME.log`, and `run/NAME.pid`, by which the next
start finds and stops what a killed launcher left running.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

READY_SECONDS = 60.0  # generous: a busy machine starts things six times slower than an idle one
STOP_SECONDS = 15.0


class LocalError(Exception):
    """Something the person at the terminal has to know; its text is the whole message."""


class Child:
    """A child process in a session of its own, so that Ctrl-C in the terminal reaches only its launcher."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        base: Path,
        environment: Mapping[str, str] | None = None,
        run_as: int | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        first_input: bytes = b"",
    ) -> None:
        self.name = name
        self.command = list(command)
        self.log = base / "log" / f"{name}.log"
        self._record = base / "run" / f"{name}.pid"
        self._environment = environment
        self._run_as = run_as
        self._stop_signal = stop_signal
        self._first_input = first_input
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the program; it reads `first_input` on standard input, where no process list shows it."""
        for directory in (self.log.parent, self._record.parent):
            directory.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
                user=self._run_as,
                group=self._run_as,
                extra_groups=None if self._run_as is None else [],
            )
        self._record.write_text(f"{self._process.pid} {_born(self._process.pid)}")
        assert self._process.stdin is not None  # noqa: S101 - a fact for the type checker: stdin is a pipe
        with contextlib.suppress(BrokenPipeError):  # a child that died at once is told of by wait_until_ready
            self._process.stdin.write(self._first_input)
            self._process.stdin.close()

    def exit_code(self) -> int | None:
        """The exit code, or None while it runs."""
        return None if self._process is None else self._process.poll()

    def wait_until_ready(self, ready: Callable[[], bool], *, seconds: float = READY_SECONDS) -> None:
        """Return once `ready()` says so; LocalError if the program ends first or takes longer than `seconds`."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self.exit_code() is not None:
                raise LocalError(self.obituary())
            if time.monotonic() > deadline:
                raise LocalError(f"{self.name} was not ready after {seconds:.0f} seconds. {self._last_words()}")
            time.sleep(0.05)

    def stop(self, *, seconds: float = STOP_SECONDS) -> int:
        """End it, politely first; returns its exit code (negative: the signal that ended it)."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(self._stop_signal)
            try:
                self._process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
        code = self._process.wait()
        _signal_group(self._process.pid, signal.SIGKILL)  # whatever it started and did not end
        self._record.unlink(missing_ok=True)
        return code

    def obituary(self) -> str:
        """One paragraph for the person: that it ended, how, and the last lines of its log."""
        return f"{self.name} ended without being asked to: {describe_exit(self.exit_code() or 0)}. {self._last_words()}"

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-15:] if self.log.exists() else []
        quoted = "".join(f"\n    {line}" for line in lines) or "\n    (empty)"
        return f"The end of {self.log}:{quoted}"


def start_and_wait(child: Child, ready: Callable[[], bool] = lambda: True) -> Child:
    """Start a child and wait until it is ready; if that fails or is interrupted, it is stopped again."""
    try:
        child.start()
        child.wait_until_ready(ready)
    except BaseException:
        child.stop()
        raise
    return child


def describe_exit(code: int) -> str:
    """An exit code in words: "exit code 0", "signal SIGKILL"."""
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def stop_leftovers(base: Path) -> list[str]:
    """Stop the children of an earlier launcher in `base` that was killed before it could; returns their names."""
    stopped = []
    for record in sorted((base / "run").glob("*.pid")):
        number, _, born = record.read_text().partition(" ")
        if number.isdigit() and born and _born(int(number)) == born:
            _end_stranger(int(number))
            stopped.append(record.stem)
        record.unlink(missing_ok=True)
    return stopped


def _end_stranger(pid: int) -> None:
    """End a process that is no child of ours: SIGINT is the fast shutdown of PostgreSQL and of everything else here."""
    _signal_group(pid, signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS
    while _born(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    _signal_group(pid, signal.SIGKILL)


def _signal_group(pid: int, number: signal.Signals) -> None:
    """Signal a child and whatever it has started: each child leads its own process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # it has ended; a zombie refuses
        os.killpg(pid, number)


def _born(pid: int) -> str:
    """When this process started, as the system counts it; "" if there is none. A reused pid has another birth."""
    if Path("/proc/self/stat").exists():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] == "Z" else fields[19]
    shown = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout.strip()

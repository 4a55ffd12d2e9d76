"""The whole product on one machine: `demo` on a stand-in AWS with an invented organisation, `run` on yours."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from iamdash.local import programs, terminal
from iamdash.local.alone import alone_in, choose_port
from iamdash.local.child import Child, LocalError, start_and_wait, stop_leftovers
from iamdash.local.ports import LOOPBACK, answers, start_on_a_free_port
from iamdash.local.postgres import Postgres
from iamdash.local.stack import Stack
from iamdash.local.valkey import Valkey
from iamdash.local.variables import kept_by_the_demo, product_variables, stand_in_variables, write_manage_script

CHECKOUT = Path(__file__).resolve().parents[2]
DEMO_CONFIG = CHECKOUT / "iamdash" / "demo" / "iamdash.toml"


def demo(base: Path, *, port: int | None) -> None:
    """Bring up the demo, its data below `base`, and watch it until it is interrupted."""
    with _stack_in(base, port=port) as (stack, web_port):
        terminal.say("iamdash on a stand-in AWS that holds an invented organisation")
        variables = stand_in_variables(_start_stand_in(stack, base)) | _start_databases(stack, base)
        variables |= product_variables(base, config=DEMO_CONFIG)
        write_manage_script(base / "manage", variables, forget_aws=True)
        environment = kept_by_the_demo() | variables
        _start_product(stack, base, environment, web_port)
        _run_in_the_open([sys.executable, programs.MANAGE, "demo_seed"], environment)
        _say_where(web_port, base)
        terminal.say("A day goes by:     make demo-tick")
        stack.watch()


def run(base: Path, *, port: int | None) -> None:
    """Bring up iamdash on the caller's own AWS, its data below `base`, and watch it until it is interrupted."""
    config = Path(os.environ.get("IAMDASH_CONFIG", CHECKOUT / "iamdash.toml")).resolve()
    if not config.is_file():
        raise LocalError(
            f"There is no {_shown(config)}: it names your AWS accounts and teams. Copy docs/iamdash.example.toml to it."
        )
    _run_in_the_open([sys.executable, "-m", "iamdash.aws.whoami"], os.environ)
    with _stack_in(base, port=port) as (stack, web_port):
        terminal.say("iamdash on your AWS")
        variables = product_variables(base, config=config) | _start_databases(stack, base, given=os.environ)
        write_manage_script(base / "manage", variables, forget_aws=False)
        _start_product(stack, base, os.environ | variables, web_port)
        _say_where(web_port, base)
        terminal.say(f"Somebody new:      {_shown(base / 'manage')} create_person EMAIL --role admin --password-stdin")
        stack.watch()


@contextmanager
def _stack_in(base: Path, *, port: int | None) -> Iterator[tuple[Stack, int]]:
    """An empty stack that has `base` to itself, and the web port; in the end everything is stopped."""
    with alone_in(base):
        left = stop_leftovers(base)
        if left:
            terminal.say(f"Stopped what an earlier start had left running: {', '.join(left)}.")
        web_port = choose_port(port)
        stack = Stack()
        try:
            yield stack, web_port
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
            stack.stop()
            (base / "manage").unlink(missing_ok=True)


def _start_stand_in(stack: Stack, base: Path) -> int:
    """Start the stand-in for AWS and return its port."""
    port = 0

    def start() -> Child:
        nonlocal port
        child, port = start_on_a_free_port(child_for, answers)
        return child

    def child_for(port: int) -> Child:
        command = [sys.executable, "-m", "iamdash.demo.stand_in", "--port", str(port), "--state", str(base / "stand-in")]
        return Child("stand-in-aws", command, base=base, environment=kept_by_the_demo())

    stack.start("the stand-in AWS", start)
    return port


def _start_databases(stack: Stack, base: Path, *, given: Mapping[str, str] = {}) -> dict[str, str]:
    """Start PostgreSQL and Valkey, unless their addresses are given; return the variables that name them."""
    variables = {name: given[name] for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY") if given.get(name)}
    if "DATABASE_URL" not in variables:
        postgres = Postgres(base)
        stack.start("PostgreSQL", postgres.start)
        variables["DATABASE_URL"] = postgres.url
    if "REDIS_URL" not in variables:
        valkey = Valkey(base)
        stack.start("Valkey", valkey.start)
        variables["REDIS_URL"] = valkey.url
    return variables


def _start_product(stack: Stack, base: Path, environment: Mapping[str, str], web_port: int) -> None:
    """Bring the tables and the organisation up to date, then start web, workers and beat, and ask for a first sync."""

    def child(name: str, command: tuple[str, ...], *arguments: str) -> Child:
        return Child(name, programs.with_this_python(command, *arguments), base=base, environment=environment)

    def command(title: str, command: tuple[str, ...], *arguments: str) -> None:
        stack.run(title, programs.with_this_python(command, *arguments), environment)

    command("tables", programs.MIGRATE)
    command("accounts and teams", programs.LOAD_CONFIG, environment["IAMDASH_CONFIG"])
    command("static files", programs.COLLECT_STATIC)
    web = child("web", programs.WEB, f"--bind={LOOPBACK}:{web_port}")
    stack.start("web", partial(start_and_wait, web, partial(_web_lives, web_port)))
    for name, line in (("worker", programs.WORKER), ("worker-now", programs.WORKER_NOW), ("beat", programs.BEAT)):
        stack.start(name, partial(start_and_wait, child(name, line)))
    command("first sync asked for", programs.FIRST_SYNC)


def _web_lives(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/healthcheck/live", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _run_in_the_open(command: list[str], environment: Mapping[str, str]) -> None:
    """Run a command that talks to the person itself; LocalError if it fails."""
    if subprocess.run(command, env=environment, check=False).returncode:
        raise LocalError("iamdash was not started.")


def _say_where(web_port: int, base: Path) -> None:
    terminal.say(f"\niamdash:           http://localhost:{web_port}/")
    terminal.say(f"Logs:              {_shown(base / 'log')}/        Ctrl-C stops everything; the data stays.")


def _shown(path: Path) -> str:
    """A path as the person would type it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)

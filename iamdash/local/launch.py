"""The whole product on one machine: `demo` on a stand-in AWS with an invented organisation, `run` on yours."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from iamdash.local import programs, terminal
from iamdash.local.alone import alone_in, choose_port
from iamdash.local.child import Child, LocalError, start_and_wait, stop_leftovers
from iamdash.local.ports import LOOPBACK
from iamdash.local.postgres import Postgres
from iamdash.local.stack import Job, Stack, run_to_the_end
from iamdash.local.stand_in import StandIn
from iamdash.local.valkey import Valkey
from iamdash.local.variables import kept_by_the_demo, product_variables, write_manage_script

CHECKOUT = Path(__file__).resolve().parents[2]
DEMO_CONFIG = CHECKOUT / "iamdash" / "demo" / "iamdash.toml"


def demo(base: Path, *, port: int | None) -> None:
    """Bring up the demo, its data below `base`, and watch it until it is interrupted."""
    with _stack_in(base, port=port) as (stack, web_port):
        terminal.say("iamdash on a stand-in AWS that holds an invented organisation")
        postgres, valkey, stand_in = Postgres(base), Valkey(base), StandIn(base, kept_by_the_demo())
        stack.do("PostgreSQL, Valkey, a stand-in for AWS", stand_in.start, postgres.start, valkey.start)
        variables = {
            **product_variables(base, config=DEMO_CONFIG),
            **stand_in.variables(),
            "DATABASE_URL": postgres.url,
            "REDIS_URL": valkey.url,
        }
        environment = kept_by_the_demo() | variables
        write_manage_script(base / "manage", variables, forget_aws=True)
        _start_web(stack, base, environment, web_port)
        terminal.say(f"http://localhost:{web_port}/ answers from here on.\n")
        # Before the workers: the past cannot be played over what they read of today.
        _run_in_the_open([sys.executable, programs.MANAGE, "demo_seed"], environment)
        _start_workers(stack, base, environment)
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
        variables = product_variables(base, config=config) | _databases_of_the_caller(stack, base)
        write_manage_script(base / "manage", variables, forget_aws=False)
        _start_web(stack, base, os.environ | variables, web_port)
        _start_workers(stack, base, os.environ | variables)
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


def _databases_of_the_caller(stack: Stack, base: Path) -> dict[str, str]:
    """Start PostgreSQL and Valkey unless the caller has some; return the variables that name them."""
    given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY") if os.environ.get(name)}
    servers = {"DATABASE_URL": Postgres, "REDIS_URL": Valkey}
    missing = {name: server(base) for name, server in servers.items() if name not in given}
    if missing:
        stack.do("PostgreSQL, Valkey", *(server.start for server in missing.values()))
    return given | {name: server.url for name, server in missing.items()}


def _start_web(stack: Stack, base: Path, environment: Mapping[str, str], web_port: int) -> None:
    """Bring the tables and the organisation up to date, and start the web process."""
    migrate, collect_static = _job(programs.MIGRATE, environment), _job(programs.COLLECT_STATIC, environment)
    stack.do("tables, static files", migrate, collect_static)
    bind = (*programs.WEB, f"--bind={LOOPBACK}:{web_port}")
    web = Child("web", programs.with_this_python(bind), base=base, environment=environment)
    stack.do(
        "accounts and teams, web",
        _job((*programs.LOAD_CONFIG, environment["IAMDASH_CONFIG"]), environment),
        partial(start_and_wait, web, partial(_is_live, web_port)),
    )


def _start_workers(stack: Stack, base: Path, environment: Mapping[str, str]) -> None:
    """Start the workers and beat, and ask for a first sync."""
    commands = {"worker": programs.WORKER, "worker-now": programs.WORKER_NOW, "beat": programs.BEAT}
    children = [
        Child(name, programs.with_this_python(command), base=base, environment=environment)
        for name, command in commands.items()
    ]
    stack.do(
        "workers, beat; a first sync is asked for",
        *(partial(start_and_wait, child) for child in children),
        _job(programs.FIRST_SYNC, environment),
    )


def _job(command: tuple[str, ...], environment: Mapping[str, str]) -> Job:
    return partial(run_to_the_end, programs.with_this_python(command), environment)


def _is_live(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/healthcheck/live", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
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

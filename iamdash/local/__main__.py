"""`python -m iamdash.local demo|run`: what `make demo` and `make run` call."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from iamdash.local import launch, terminal
from iamdash.local.child import LocalError


def main() -> int:
    """Start what was asked for; returns 0 after an interruption, 1 if something went wrong."""
    parser = argparse.ArgumentParser(prog="iamdash.local", description="The whole of iamdash on this machine.")
    parser.add_argument("what", choices=["demo", "run"], help="on a stand-in AWS, or on yours")
    parser.add_argument("--port", type=port, help="of the web pages (default: 8000, or the next free one)")
    parser.add_argument("--data", type=Path, default=launch.CHECKOUT / "var", help="where data and logs live")
    asked = parser.parse_args()
    # SIGINT too: a script that starts this in the background leaves it ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        (launch.demo if asked.what == "demo" else launch.run)(asked.data.resolve() / asked.what, port=asked.port)
    except KeyboardInterrupt:
        return 0
    except LocalError as problem:
        terminal.complain(f"\n{problem}")
        return 1
    return 0


def port(text: str) -> int:
    """A TCP port from the command line."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: use a number from 1 to 65535, as in PORT=8080")
    return int(text)


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """Treat a request to end like Ctrl-C."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())

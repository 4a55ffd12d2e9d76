"""What the launcher says to the person who started it."""

import sys


def say(line: str) -> None:
    """Write one line, at once."""
    write(f"{line}\n")


def write(text: str) -> None:
    """Write text, at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


def complain(message: str) -> None:
    """Write a message for the person to standard error."""
    sys.stdout.flush()
    sys.stderr.write(f"{message}\n")

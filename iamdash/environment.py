"""What the environment must say before anything starts: every problem is named, one line each."""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Environment:
    """Reads environment variables and collects what is wrong with them.

    Each reader returns a usable value even when the variable is wrong, so that one start names every problem;
    `refuse_if_wrong` then ends the process.
    """

    def __init__(self, variables: Mapping[str, str] = os.environ) -> None:
        self.variables = variables
        self.problems: list[str] = []

    def text(self, name: str, default: str) -> str:
        """Return the variable, or `default` where it is unset."""
        return self.variables.get(name, default)

    def required(self, name: str, *, meaning: str) -> str:
        """Return the variable; an unset or empty one is a problem."""
        value = self.variables.get(name, "")
        if not value:
            self.problems.append(f"{name} is not set: {meaning}")
        return value

    def url(self, name: str, *, schemes: frozenset[str], example: str) -> str:
        """Return a required URL with one of `schemes`; `example` shows what a good one looks like."""
        value = self.required(name, meaning=f"for example {example}")
        if value and not _is_url(value, schemes):
            self.problems.append(f"{name} is not a URL that iamdash can use: for example {example}")
            return example
        return value or example

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a yes-or-no variable; anything but 1/true/yes/on or 0/false/no/off is a problem."""
        value = self.variables.get(name)
        if value is None:
            return default
        if value.lower() in TRUE_WORDS | FALSE_WORDS:
            return value.lower() in TRUE_WORDS
        self.problems.append(f"{name} is {value!r}: use 1 or 0")
        return default

    def whole_number(self, name: str, default: int) -> int:
        """Return a whole number above zero."""
        value = self.variables.get(name, str(default))
        if value.isdecimal() and int(value) > 0:
            return int(value)
        self.problems.append(f"{name} is {value!r}: use a whole number above zero")
        return default

    def time_zone(self, name: str, default: str) -> str:
        """Return the name of a time zone."""
        value = self.variables.get(name, default)
        if _is_time_zone(value):
            return value
        self.problems.append(f"{name} is {value!r}, which is no time zone: use a name such as Europe/London")
        return default

    def log_level(self, name: str, default: str) -> str:
        """Return the name of a log level."""
        value = self.variables.get(name, default)
        if value in LOG_LEVELS:
            return value
        self.problems.append(f"{name} is {value!r}: use one of {', '.join(LOG_LEVELS)}")
        return default

    def hosts(self, name: str) -> list[str]:
        """Return comma-separated host names; the default answers on this machine alone."""
        value = self.variables.get(name, "localhost,127.0.0.1,[::1]")
        names = [host.strip() for host in value.split(",") if host.strip()]
        if not names:
            self.problems.append(f"{name} is empty: name the hosts that iamdash answers for, separated by commas")
        return names

    def refuse_if_wrong(self) -> None:
        """End the process, naming every problem on a line of its own. Raises SystemExit."""
        if self.problems:
            lines = "\n".join(f"iamdash cannot start: {problem}" for problem in self.problems)
            raise SystemExit(lines)


def _is_url(value: str, schemes: frozenset[str]) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc or parts.path.strip("/") or parts.query)


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True

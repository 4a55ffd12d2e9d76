"""Read `iamdash.toml`: either a whole, checked `Config`, or every problem with its line and what to do."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from iamdash.organisation.config_lines import Place, line_of, line_that_breaks
from iamdash.organisation.config_shape import Config

LARGEST_FILE = 1_000_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the file. `line` counts from 1; None: the file as a whole."""

    line: int | None
    sentence: str

    def __str__(self) -> str:
        return self.sentence if self.line is None else f"line {self.line}: {self.sentence}"


class ConfigError(Exception):
    """The file is refused whole: `problems`, in the order of their lines."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line or 0))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def read_config(path: Path) -> Config:
    """Return what the file says. Raises ConfigError, also where there is no file that can be read."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigError([Problem(None, f"The file cannot be read: {error.strerror or error}.")]) from error
    if len(content) > LARGEST_FILE:
        raise ConfigError([Problem(None, f"The file is larger than {LARGEST_FILE:,} bytes. Is it the right one?")])
    try:
        # "sig": some editors on Windows begin a file with a byte order mark.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError([Problem(line, "The text is not UTF-8. Save the file as UTF-8.")]) from error
    return parse_config(text)


def parse_config(text: str) -> Config:
    """Return what this TOML text says. Raises ConfigError."""
    document = _parse_toml(text)
    try:
        config = Config.model_validate(document)
    except ValidationError as error:
        problems = [
            Problem(line_of(text, details["loc"]), _in_words(details)) for details in error.errors(include_url=False)
        ]
        raise ConfigError(problems) from error
    contradictions = config.contradictions()
    if contradictions:
        raise ConfigError([Problem(line_of(text, path), words) for path, words in contradictions])
    return config


def _parse_toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        line = int(place[1]) if place and place[1] else text.rstrip("\n").count("\n") + 1
        reason = str(error)[: place.start()] if place else str(error)
        raise ConfigError([Problem(line, f"This is not TOML: {reason}.")]) from error
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits, or brackets in brackets without end.
        line = line_that_breaks(text)
        raise ConfigError([Problem(line, "This value is too long or too deep to be read.")]) from error


# pydantic's kinds of error, in words: `name` says where, the rest comes with the error.
WORDS = {
    "missing": "{name} is missing.",
    "value_error": "{name}: {error}",
    "string_type": "{name} must be text, in quotes.",
    "int_type": "{name} must be a whole number, without quotes.",
    "greater_than_equal": "{name} must be {ge} or more.",
    "less_than_equal": "{name} must be {le:,} or less.",
    "date_type": "{name} must be a date without quotes, such as 2027-04-30.",
    "literal_error": "{name} must be {expected}.",
    "list_type": "{name} must be a list, in square brackets.",
    "model_type": "{name} must be a table with keys of its own.",
}


def _in_words(details: ErrorDetails) -> str:
    """Return one of pydantic's errors as a sentence: where, what is wrong, what to write instead."""
    *table, key = details["loc"]
    if details["type"] == "extra_forbidden":
        return f'{_place(table)}: "{key}" is not known here. Known are {", ".join(Config.known_keys(table))}.'
    if details["type"] == "list_type" and not table:
        return f"[{key}] needs two brackets: head each of them [[{key}]]."
    name = f"{_place(table)}: {key}" if table and isinstance(key, str) else _place(details["loc"])
    return WORDS.get(details["type"], "{name}: {msg}.").format(name=name, msg=details["msg"], **details.get("ctx", {}))


def _place(path: Place) -> str:
    """Return how people say where this is: "[[accounts]] number 2", "[thresholds]", "the file"."""
    match list(path):
        case []:
            return "the file"
        case [str(table)]:
            return f"[{table}]"
        case [str(table), int(position)]:
            return f"[[{table}]] number {position + 1}"
        case [*table, int(position)]:
            return f"{_place(table[:-1])}: {table[-1]}, entry {position + 1}"
        case steps:
            return ".".join(str(step) for step in steps)

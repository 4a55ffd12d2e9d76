"""Taking members out of AWS's answers: what is missing or of the wrong kind makes the answer Malformed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from iamdash.aws.errors import Malformed

Answer = Mapping[str, Any]


def text(answer: Answer, name: str) -> str:
    """Return a text that AWS always gives. Raises Malformed where it is missing or empty."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(f"{name} is missing.")
    return value


def optional_text(answer: Answer, name: str) -> str:
    """Return a text that AWS gives where there is one, else ""."""
    return text(answer, name) if answer.get(name) else ""


def moment(answer: Answer, name: str) -> datetime:
    """Return a time that AWS always gives, in UTC. Raises Malformed where it is missing or of no time zone.

    botocore gives times in the zone of this machine, where an hour of the autumn equals no time of any other zone.
    """
    value = answer.get(name)
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise Malformed(f"{name} is no time.")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise Malformed(f"{name} is no time.") from error


def optional_moment(answer: Answer, name: str) -> datetime | None:
    """Return a time that AWS gives where there is one."""
    return None if answer.get(name) is None else moment(answer, name)


def structure(answer: Answer, name: str) -> Answer:
    """Return a structure that AWS always gives. Raises Malformed where it is missing."""
    value = answer.get(name)
    if not isinstance(value, Mapping):
        raise Malformed(f"{name} is missing.")
    return value


def optional_structure(answer: Answer, name: str) -> Answer:
    """Return a structure that AWS leaves out, or leaves empty, where there is nothing to say."""
    return structure(answer, name) if answer.get(name) else {}


def structures(answer: Answer, name: str, *, required: bool = False) -> list[Answer]:
    """Return a list of structures, empty where AWS may leave it out and did. Raises Malformed where it is no list."""
    value = answer.get(name, None if required else [])
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise Malformed(f"{name} is no list.")
    return value


def texts(answer: Answer, name: str) -> list[str]:
    """Return a list of texts, empty where AWS left it out. Raises Malformed where it is no such list."""
    value = answer.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Malformed(f"{name} is no list.")
    return value


def account_of(arn: str) -> str:
    """Return the account in an ARN, "" where it has none: arn:partition:service:region:account:resource."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 else ""

"""Policy documents in the three forms they arrive in: a dict (boto3), URL-encoded JSON (the wire), plain JSON."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import unquote


def parse_policy(document: object) -> tuple[Mapping[str, Any] | None, str]:
    """Return (document, "") where it can be parsed, else (None, the text as it came). Never raises."""
    if isinstance(document, Mapping):
        return document, ""
    if not isinstance(document, str):
        return None, ""
    # RFC 3986: a plus sign is a plus sign.
    for candidate in (document, unquote(document)):
        parsed = _json_object(candidate)
        if parsed is not None:
            return parsed, ""
    return None, document


def _json_object(candidate: str) -> Mapping[str, Any] | None:
    try:
        parsed = json.loads(candidate, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")

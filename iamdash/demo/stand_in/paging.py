"""Pages in IAM's manner: MaxItems, an opaque Marker that is bound to the question, IsTruncated."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from iamdash.demo.stand_in.answer import Refusal

DEFAULT_ITEMS = 100
MOST_ITEMS = 1000


@dataclass(frozen=True)
class Page:
    """One page: the entries, and the marker of the next one where there is one."""

    entries: Sequence[tuple[str, Any]]
    marker: str | None

    def members(self) -> dict[str, Any]:
        """Return IsTruncated and Marker as AWS writes them: no Marker on the last page."""
        return {"IsTruncated": True, "Marker": self.marker} if self.marker else {"IsTruncated": False}


def page(
    entries: Sequence[tuple[str, Any]], parameters: Mapping[str, Any], *, question: str = "", at_most: int = MOST_ITEMS
) -> Page:
    """Return the page that the parameters ask for. Entries are (sort key, value), in order of their keys.

    `at_most`: IAM may put fewer entries on a page than MaxItems allows (API Reference, MaxItems).
    The marker names the last key of a page, so an entry renamed while pages turn may be seen twice or never,
    as with AWS. Raises Refusal for a MaxItems out of range, a marker we never gave, or one of another question.
    """
    most = parameters.get("MaxItems", DEFAULT_ITEMS)
    if not 1 <= most <= MOST_ITEMS:
        raise _invalid(f"Value '{most}' at 'maxItems' failed to satisfy constraint: Member must be between 1 and 1000")
    after = _read_marker(parameters["Marker"], question) if "Marker" in parameters else None
    rest = [entry for entry in entries if after is None or entry[0] > after]
    most = min(most, at_most)
    chosen = rest[:most]
    return Page(chosen, _write_marker(chosen[-1][0], question) if len(rest) > most else None)


def _write_marker(key: str, question: str) -> str:
    return urlsafe_b64encode(json.dumps([question, key]).encode()).decode()


def _read_marker(marker: str, question: str) -> str:
    try:
        bound_to, key = json.loads(urlsafe_b64decode(marker))
    except ValueError:
        raise _invalid("Invalid Marker.") from None
    if bound_to != question:
        raise _invalid("Marker and Filter do not match")
    return str(key)


def _invalid(message: str) -> Refusal:
    return Refusal("ValidationError", message)

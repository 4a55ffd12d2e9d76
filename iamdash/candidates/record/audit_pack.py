"""The audit pack: records as one JSON document, which says of itself whether a copy is still what was written.

`sha256` is over the canonical form of the document without it: keys sorted, no spaces, UTF-8 (docs/operations.md shows
how to check a copy). The document is written record by record, so that it need not fit into memory.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from iamdash.candidates.record.build import records
from iamdash.models import Standing
from iamdash.rules.stage import Stage

FORMAT, FORMAT_VERSION = "iamdash-audit-pack", 1


def deleted_ones(standings: QuerySet[Standing]) -> list[int]:
    """Return the numbers of those that are proved deleted, in the order of the query."""
    return list(standings.filter(stage=Stage.DELETED).values_list("pk", flat=True))


def deleted_since(day: date | None) -> list[int]:
    """Return the numbers of every candidate proved deleted on that day or later (None: ever), the earliest first."""
    order = ("candidate__iam_user__gone_confirmed_at", "pk")
    found = Standing.objects.order_by(*order)
    if day is not None:
        midnight = datetime.combine(day, datetime.min.time(), timezone.get_current_timezone())
        found = found.filter(candidate__iam_user__gone_confirmed_at__gte=midnight)
    return deleted_ones(found)


def audit_pack(numbers: list[int], *, asked_for: Mapping[str, Any], now: datetime) -> Iterator[str]:
    """Yield the document, a line for each record. Times are ISO 8601 in UTC. `asked_for`: how they were selected."""
    about = {
        "asked_for": dict(asked_for),
        "exported_at": _iso(now),
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
    }
    # "records" is the last of the keys in order, and "sha256" is not part of what is summed.
    head = canonical(about)[:-1] + ',"records":['
    digest = hashlib.sha256(head.encode())
    yield head
    for line in _separated(canonical(_plain(asdict(record))) for record in records(numbers, zone=UTC)):
        digest.update(line.encode())
        yield "\n" + line
    digest.update(b"]}")
    yield f'\n],"sha256":"{digest.hexdigest()}"}}\n'


def canonical(value: Any) -> str:
    """Return JSON in the one form that the sum is over."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _separated(lines: Iterable[str]) -> Iterator[str]:
    """Yield each line with a comma before all but the first."""
    comma = ""
    for line in lines:
        yield comma + line
        comma = ","


def _plain(value: Any) -> Any:
    """Return what JSON can hold: times as ISO 8601 in UTC, tuples as lists."""
    if isinstance(value, datetime):
        return _iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds" if not at.microsecond else "microseconds")

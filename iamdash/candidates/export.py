"""Every candidate as CSV or JSON, one set of columns for the command and the page; the journal as CSV. Streamed."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, tzinfo
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from iamdash.models import AccessKey, Event, Standing
from iamdash.rules.risk import Risk
from iamdash.rules.stage import Stage
from iamdash.standing.answer import sentence_from_json

CHUNK = 500
# What a spreadsheet would run instead of show.
FORMULA_STARTS = ("=", "+", "-", "@")

IAM_USER = "candidate__iam_user__"
COLUMNS = {
    "account_id": f"{IAM_USER}aws_account",
    "user_name": f"{IAM_USER}user_name",
    "unique_id": f"{IAM_USER}unique_id",
    "arn": f"{IAM_USER}arn",
    "environment": f"{IAM_USER}aws_account__environment",
    "stage": "stage",
    "owner_team": "owner_team",
    "claimed_by": "owner_person__email",
    "route": "candidate__route",
    "access_key_ids": "access_key_ids",
    "active_keys": "active_keys",
    "oldest_key_created_at": "oldest_key_created_at",
    "last_used_at": "last_used_at",
    "last_used_service": "last_used_service",
    "last_used_region": "last_used_region",
    "reason": "reason",
    "safe_to_deactivate": "safe_to_deactivate",
    "safe_to_delete": "safe_to_delete",
    "gone_at": f"{IAM_USER}gone_at",
    "gone_confirmed_at": f"{IAM_USER}gone_confirmed_at",
    "risk": "risk",
    "kind": "kind",
    "workload": "candidate__workload__name",
    "likely_team": "likely_team",
    "claim_lapses_at": "claim_lapses_at",
    "exception_until": "exception_until",
    "blocked_by": "candidate__blocked_by",
    "block_review_on": "candidate__block_review_on",
    "due_on": "candidate__due_on",
}
JOURNAL_COLUMNS = (
    "at",
    "actor",
    "kind",
    "sentence",
    "subject",
    "unique_id",
    "aws_account_id",
    "candidate_number",
    "sync_run_number",
    "before",
    "after",
)


def everything() -> QuerySet[Standing]:
    """Return every candidate, gone ones too, by account and user name."""
    return Standing.objects.order_by(f"{IAM_USER}aws_account", f"{IAM_USER}user_name", "pk")


def values_by_column(standings: QuerySet[Standing], *, now: datetime, zone: tzinfo) -> Iterator[dict[str, Any]]:
    """Yield the values of each candidate, by column: ISO times in UTC, lists as lists, None where nothing is known.

    Keys that were deleted are left out of `access_key_ids`; Inactive ones are not. `now`: for the ages in the reason.
    """
    keys = AccessKey.objects.filter(iam_user=OuterRef("candidate__iam_user"), gone_at=None)
    ids = ArraySubquery(keys.order_by("created_at", "access_key_id").values("access_key_id"))
    rows = standings.annotate(access_key_ids=ids).values_list(*COLUMNS.values())
    for row in rows.iterator(chunk_size=CHUNK):
        values = dict(zip(COLUMNS, row, strict=True))
        values["stage"] = Stage(values["stage"]).slug
        values["risk"] = Risk(values["risk"]).slug if values["risk"] else None
        values["reason"] = sentence_from_json(values["reason"]).render(now=now, zone=zone)
        yield {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def csv_lines(standings: QuerySet[Standing], *, now: datetime, zone: tzinfo) -> Iterator[str]:
    """Yield the lines of a CSV file, the header first. Cells that a spreadsheet would take for a formula are quoted."""
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for values in values_by_column(standings, now=now, zone=zone):
        yield writer.writerow([cell(value) for value in values.values()])


def journal_lines(events: QuerySet[Event]) -> Iterator[str]:
    """Yield the lines of a CSV file of the journal, the header first; `before` and `after` are JSON."""
    writer = csv.writer(_Line())
    yield writer.writerow(JOURNAL_COLUMNS)
    for at, *texts, before, after in events.values_list(*JOURNAL_COLUMNS).iterator(chunk_size=CHUNK):
        values = ("" if value is None else json.dumps(value, ensure_ascii=False) for value in (before, after))
        yield writer.writerow([at.isoformat(), *(cell(text) for text in texts), *values])


def json_lines(standings: QuerySet[Standing], *, now: datetime, zone: tzinfo) -> Iterator[str]:
    """Yield the lines of one JSON list."""
    before = "[\n"
    for values in values_by_column(standings, now=now, zone=zone):
        yield before + json.dumps(values, ensure_ascii=False)
        before = ",\n"
    yield "\n]\n" if before == ",\n" else "[]\n"


FORMATS: dict[str, Callable[..., Iterable[str]]] = {"csv": csv_lines, "json": json_lines}


def cell(value: Any) -> str:
    """Return a value as the text of a cell; what a spreadsheet would take for a formula is quoted."""
    text = " ".join(value) if isinstance(value, list) else str("" if value is None else value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) or (text[:1] < " " and text) else text


class _Line:
    """What csv.writer writes to: it hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line

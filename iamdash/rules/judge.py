"""`python -m iamdash.rules.judge < histories.jsonl`: judge access keys whose readings come from elsewhere, one a line.

In:  {"id", "created_at", "readings": [{"read_at", "last_used_at" or null, "source": "direct|report",
     "generated_at"?}], "cadence_days"?, "asked_at": [..]}
Out: {"id", "answers": [{"asked_at", "safe_to_deactivate": "yes|not_yet|unknown", "earliest"}]}

Times are ISO 8601, in UTC where they name no zone. At each `asked_at` only what had been read by then is known.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from iamdash.rules.facts import Thresholds
from iamdash.rules.moments import span_of
from iamdash.rules.silence.history import LAST_USED_SPAN, LOOKED_AWAY, days_of_use, history_of
from iamdash.rules.silence.quiet import Quiet
from iamdash.rules.silence.waiting import Wait, wait_for

SOURCES = frozenset({"direct", "report"})
MINIMUM_QUIET = span_of(days=Thresholds().minimum_quiet_days)


class UnusableError(Exception):
    """A line that is no history; the message says what is wrong with it."""


class Reading(NamedTuple):
    """What was read at `read_at`: that the key was last used at `used_at`, as of `as_of` (a report's GeneratedTime)."""

    read_at: datetime
    as_of: datetime
    used_at: datetime | None
    is_direct: bool


@dataclass(slots=True)
class Known:
    """What is known of one key, as its readings come in: what `standing` makes of the ledger's rows.

    `days`: the key's days of use. `unread_before`: see `history_of`; breaks too short to matter are left out.
    """

    created_at: datetime
    cadence: timedelta | None
    days: list[datetime] = field(default_factory=list)
    unread_before: dict[datetime, timedelta] = field(default_factory=dict)
    newest_as_of: datetime | None = None
    newest_direct: Reading | None = None
    wait: Wait | None = None

    @property
    def last_used_at(self) -> datetime | None:
        """Return the newest use that any reading tells of."""
        return self.days[-1] if self.days else None

    def take_in(self, reading: Reading) -> None:
        """Add a reading. Uses only ever add up: a reading of an older one takes nothing back."""
        if reading.used_at is not None and reading.used_at != self.last_used_at:
            self._add(reading.used_at, reading)
        if self.newest_as_of is None or reading.as_of > self.newest_as_of:
            self.newest_as_of = reading.as_of
        if reading.is_direct:
            self.newest_direct = reading

    def _add(self, used_at: datetime, reading: Reading) -> None:
        unread_for = reading.as_of - (self.newest_as_of or reading.as_of)
        if unread_for >= LOOKED_AWAY:
            self.unread_before[used_at] = unread_for
        if self.last_used_at is None or used_at.date() > self.last_used_at.date():
            self.days.append(used_at)
        elif used_at > self.last_used_at:
            self.days[-1] = used_at
        else:
            self.days = days_of_use([*self.days, used_at])
        self.wait = None

    def quiet(self) -> Quiet:
        """Return the key's silence; a direct reading that tells of an older use than is known shows none."""
        if self.wait is None:
            history = history_of(self.days, unread_before=self.unread_before)
            self.wait = wait_for(history, cadence=self.cadence, minimum_quiet=MINIMUM_QUIET)
        direct = self.newest_direct
        return Quiet(
            since=self.last_used_at + LAST_USED_SPAN if self.last_used_at else self.created_at,
            wait=self.wait,
            read_at=direct.read_at if direct and direct.used_at == self.last_used_at else None,
        )


def judge(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers for one key. Raises UnusableError."""
    try:
        asked = [(_moment(text), text) for text in line["asked_at"]]
        readings = sorted((_reading(each) for each in line["readings"]), key=lambda reading: reading.read_at)
        cadence_days = line.get("cadence_days")
        known = Known(_moment(line["created_at"]), None if cadence_days is None else timedelta(days=cadence_days))
        return {"id": line["id"], "answers": list(_answers(asked, readings, known))}
    except KeyError as error:
        raise UnusableError(f"{error.args[0]} is missing") from error
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UnusableError(str(error)) from error


def _answers(asked: list[tuple[datetime, str]], readings: list[Reading], known: Known) -> Iterator[dict[str, Any]]:
    """Yield an answer for each moment, in order of time."""
    taken = 0
    for now, text in sorted(asked):
        while taken < len(readings) and readings[taken].read_at <= now:
            known.take_in(readings[taken])
            taken += 1
        quiet = known.quiet()
        yield {
            "asked_at": text,
            "safe_to_deactivate": quiet.answer(now).value,
            "earliest": quiet.enough_from.isoformat(),
        }


def _reading(given: Mapping[str, Any]) -> Reading:
    source = given["source"]
    if source not in SOURCES:
        raise UnusableError(f"source is {source!r}, and has to be direct or report")
    read_at, used_at = _moment(given["read_at"]), given["last_used_at"]
    generated_at = given.get("generated_at")
    return Reading(
        read_at,
        _moment(generated_at) if generated_at and source == "report" else read_at,
        None if used_at is None else _moment(used_at),
        source == "direct",
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is UTC else moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def main(lines: Iterable[str]) -> int:
    """Write an answer for each line to standard output; return how many it could not judge: standard error says why."""
    failed = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            answer = judge(json.loads(line))
        except (UnusableError, json.JSONDecodeError) as error:
            failed += 1
            sys.stderr.write(f"Line {number} cannot be judged: {error}\n")
        else:
            sys.stdout.write(json.dumps(answer) + "\n")
    return failed


if __name__ == "__main__":
    sys.exit(1 if main(sys.stdin) else 0)

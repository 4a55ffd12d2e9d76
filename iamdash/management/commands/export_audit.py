"""Write the audit pack: the record of every IAM user that is proved deleted, as one JSON document."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from iamdash.candidates.record.audit_pack import audit_pack, deleted_since
from iamdash.management.database import database_errors_in_words
from iamdash.models import Standing


class Command(BaseCommand):
    """`manage.py export_audit [--candidate N …] [--since DATE] [--output FILE]`."""

    help = (
        "Write the record of every IAM user that is proved deleted, as one JSON document with a checksum. "
        "Times are ISO 8601 in UTC. See “For an audit” in docs/operations.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the options."""
        parser.add_argument(
            "--candidate", type=int, nargs="+", metavar="N", help="only these candidates, deleted or not, by number"
        )
        parser.add_argument(
            "--since", type=_day, metavar="DATE", help="only those proved deleted on this day (YYYY-MM-DD) or later"
        )
        parser.add_argument("--output", type=Path, metavar="FILE", help="a file to write; without it, standard output")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write record by record: the whole need not fit into memory."""
        asked, since = options["candidate"], options["since"]
        with database_errors_in_words():
            numbers = _numbers(asked, since)
            asked_for = {"candidates": asked, "since": since.isoformat() if since else None}
            self._write(audit_pack(numbers, asked_for=asked_for, now=timezone.now()), options["output"])
        # Standard output may be the document itself.
        self.stderr.write(f"{len(numbers)} record{'' if len(numbers) == 1 else 's'} written.")

    def _write(self, lines: Any, output: Path | None) -> None:
        try:
            if output is None:
                for line in lines:
                    self.stdout.write(line, ending="")
            else:
                with output.open("w", encoding="utf-8", newline="") as file:
                    file.writelines(lines)
        except BrokenPipeError:
            # Whoever was reading (head, less) has seen enough; point stdout away, or Python complains when it ends.
            sys.stdout = None
        except OSError as problem:
            raise CommandError(f"Cannot write {output}: {problem.strerror}.") from problem


def _numbers(asked: list[int] | None, since: date | None) -> list[int]:
    if asked is None:
        return deleted_since(since)
    numbers = list(dict.fromkeys(asked))
    known = set(Standing.objects.filter(pk__in=numbers).values_list("pk", flat=True))
    if unknown := [number for number in numbers if number not in known]:
        raise CommandError(f"There is no candidate {', '.join(map(str, unknown))}.")
    chosen = set(deleted_since(since)) if since else known
    return [number for number in numbers if number in chosen]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date: write it as 2026-04-30.") from None

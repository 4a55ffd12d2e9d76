"""Write every candidate, gone ones too, as CSV or JSON: for a spreadsheet, an audit, another program."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from iamdash.candidates.export import FORMATS, everything
from iamdash.management.database import database_errors_in_words


class Command(BaseCommand):
    """`manage.py export_candidates --format csv|json [--output FILE]`."""

    help = "Write every candidate, gone ones too, as CSV or JSON. Times are ISO 8601 in UTC."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the options."""
        parser.add_argument("--format", choices=sorted(FORMATS), required=True, help="csv, or json: one list")
        parser.add_argument("--output", type=Path, metavar="FILE", help="a file to write; without it, standard output")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write line by line: the whole need not fit into memory."""
        with database_errors_in_words():
            self._export(options["format"], options["output"])

    def _export(self, form: str, output: Path | None) -> None:
        lines = FORMATS[form](everything(), now=timezone.now(), zone=timezone.get_current_timezone())
        try:
            if output is None:
                for line in lines:
                    sys.stdout.write(line)
                sys.stdout.flush()
            else:
                with output.open("w", encoding="utf-8", newline="") as file:
                    file.writelines(lines)
        except BrokenPipeError:
            # Whoever was reading (head, less) has seen enough; point stdout away, or Python complains when it ends.
            sys.stdout = None
        except OSError as problem:
            raise CommandError(f"Cannot write {output}: {problem.strerror}.") from problem

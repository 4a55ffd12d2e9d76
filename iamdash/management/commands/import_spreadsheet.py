"""`manage.py import_spreadsheet`: bring the spreadsheet that iamdash replaces into it."""

import argparse
import csv
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from iamdash.candidates.actions import Refused
from iamdash.candidates.spreadsheet import report
from iamdash.candidates.spreadsheet.columns import MEANINGS, columns_of
from iamdash.candidates.spreadsheet.place import Outcome, Wanted, place
from iamdash.candidates.spreadsheet.sheet import UnusableFile, read_sheet
from iamdash.management.database import database_errors_in_words
from iamdash.models import Person

UNUSABLE = 2


class Command(BaseCommand):
    help = (
        "Take owners, teams, notes, tickets and due dates from a CSV file, by user name, ARN or access key ID. Each "
        "change is an action in the journal by the person of --as, whose access counts. The same file twice changes "
        "nothing the second time. Exits with 0 when every row was placed, 1 when some were not, 2 when the file cannot "
        "be used."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the file, who imports it, and what its columns mean."""
        parser.add_argument("file", metavar="FILE.csv", type=Path)
        parser.add_argument("--as", dest="email", metavar="EMAIL", required=True, help="the person who imports")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        parser.add_argument("--report", type=Path, metavar="OUT.csv", help="write what came of each row to this file")
        parser.add_argument("--account", default="", help="the AWS account, ID or name, of rows that name none")
        parser.add_argument("--ticket-prefix", default="", metavar="URL", help="what goes before a ticket's number")
        parser.add_argument("--date-format", default="%Y-%m-%d", metavar="FORMAT", help="of due dates, as %%d/%%m/%%Y")
        for meaning, (words, _guesses) in MEANINGS.items():
            flag = f"--{meaning.replace('_', '-')}-column"
            parser.add_argument(flag, metavar="NAME", help=f"which column holds {words}; else it is guessed")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read the file, place it row by row, and say what came of each."""
        wanted = Wanted(options["account"].strip(), options["ticket_prefix"], _checked_format(options["date_format"]))
        named = {meaning: options[f"{meaning}_column"] for meaning in MEANINGS if options[f"{meaning}_column"]}
        try:
            sheet = read_sheet(options["file"].read_bytes())
            columns = columns_of(sheet, named)
        except OSError as error:
            raise CommandError(f"Cannot read {options['file']}: {error.strerror}.", returncode=UNUSABLE) from error
        except UnusableFile as error:
            raise CommandError(f"{options['file']}: {error}", returncode=UNUSABLE) from error
        self.stdout.write("\n".join([sheet.words, *(f"  {each}" for each in columns.words)]))
        with database_errors_in_words():
            by, dry_run = _person(options["email"]), options["dry_run"]
            outcomes = place(sheet, columns, wanted=wanted, by=by, now=timezone.now(), dry_run=dry_run)
            try:
                told = self._tell(outcomes, options["report"])
            except Refused as refused:
                raise CommandError(refused.sentence, returncode=UNUSABLE) from refused
        self.stdout.write(report.summary(told, dry_run=dry_run))
        if any(outcome.problems for outcome in told):
            sys.exit(1)

    def _tell(self, outcomes: Iterable[Outcome], output: Path | None) -> list[Outcome]:
        """Say each outcome as it comes, and write it to the report, which is opened before anything changes."""
        told = []
        with ExitStack() as stack:
            writer = None
            if output:
                try:
                    file = stack.enter_context(output.open("w", encoding="utf-8", newline=""))
                except OSError as error:
                    raise CommandError(f"Cannot write {output}: {error.strerror}.", returncode=UNUSABLE) from error
                writer = csv.writer(file)
                writer.writerow(report.COLUMNS)
            for outcome in outcomes:
                self.stdout.write(report.line_in_words(outcome))
                if writer:
                    writer.writerow(report.cells(outcome))
                told.append(outcome)
        return told


def _person(email: str) -> Person:
    person = Person.objects.filter(email=email.strip().lower()).first()
    if person is None:
        raise CommandError(f"Nobody here has the e-mail address {email}.", returncode=UNUSABLE)
    return person


def _checked_format(form: str) -> str:
    example = date(2027, 12, 31)
    try:
        read = datetime.strptime(example.strftime(form), form).date()  # noqa: DTZ007
    except ValueError:
        read = None
    if read != example:
        raise CommandError(f"{form} is no form of dates, such as %Y-%m-%d or %d/%m/%Y.", returncode=UNUSABLE)
    return form

"""`manage.py invent_organisation`: a large organisation, to see and to measure how the pages bear it."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from iamdash.demo.large import make
from iamdash.management.database import database_errors_in_words


class Command(BaseCommand):
    """Writes rows that no AWS stands behind, and so only into an empty database."""

    help = "Invent an organisation of any size. Refuses where there are accounts or teams already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the three sizes."""
        parser.add_argument("--candidates", type=int, default=100_000)
        parser.add_argument("--accounts", type=int, default=200)
        parser.add_argument("--teams", type=int, default=1000)

    def handle(self, *_args: Any, candidates: int, accounts: int, teams: int, **_options: Any) -> None:
        """Invent it. Raises CommandError where there is data, or a size that is none."""
        if min(candidates, accounts, teams) < 1:
            raise CommandError("Each of --candidates, --accounts and --teams is at least 1.")
        began = time.monotonic()
        with database_errors_in_words():
            if make.has_data():
                raise CommandError("There are accounts or teams here already: give it a database of its own.")
            make.make(candidates=candidates, accounts=accounts, teams=teams, now=timezone.now(), say=self._say)
        self.stdout.write(f"{candidates:,} candidates in {accounts:,} accounts, in {time.monotonic() - began:.0f} s.")

    def _say(self, made: int) -> None:
        self.stderr.write(f"{made:,} candidates")

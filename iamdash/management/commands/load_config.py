"""`manage.py load_config`: make iamdash follow the reviewed file of accounts, teams, limits and vendors."""

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from iamdash.candidates.queries.ownership_rules import doubts_about, rules_of_ownership
from iamdash.management.database import database_errors_in_words
from iamdash.organisation.config_file import ConfigError, read_config
from iamdash.organisation.load import load
from iamdash.standing.thresholds import thresholds

FILE_HELP = "the file; left out, it is the one that the environment variable IAMDASH_CONFIG names"


class Command(BaseCommand):
    help = (
        "Load AWS accounts, teams, members, limits, aims and vendors from iamdash.toml. A bad file is refused whole, "
        "naming the line (exit code 1). An account or a team that the file no longer names is marked as taken out, "
        "never deleted. Loading the same file again changes nothing, "
        "except that a release with other rules judges every candidate anew."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the file; left out, it is the one that IAMDASH_CONFIG names."""
        parser.add_argument(
            "file", metavar="FILE", nargs="?", type=Path, default=settings.IAMDASH_CONFIG, help=FILE_HELP
        )

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        """Load the file and say what changed."""
        try:
            config = read_config(file)
        except ConfigError as error:
            lines = [f"{file}, {problem}" if problem.line else f"{file}: {problem}" for problem in error.problems]
            raise CommandError("\n".join([*lines, "Nothing was changed."])) from error
        with database_errors_in_words():
            changes = load(config, now=timezone.now())
            doubts = list(doubts_about(rules_of_ownership(thresholds().ownership)))
        for change in changes:
            self.stdout.write(f"  {change}")
        for doubt in doubts:
            self.stdout.write(f"  Look again: {doubt}")
        told = _count(len(changes), "change") if changes else "Nothing changed"
        accounts, teams = _count(len(config.accounts), "AWS account"), _count(len(config.teams), "team")
        self.stdout.write(f"{told}. {file}: {accounts}, {teams}.")


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number or 'no'} {noun}s"

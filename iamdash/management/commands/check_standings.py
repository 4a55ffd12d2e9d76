"""`manage.py check_standings`: does every stored answer equal what the rules say of today's rows?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from iamdash.management.database import database_errors_in_words
from iamdash.models import Candidate
from iamdash.standing.check import Difference, differences, due


class Command(BaseCommand):
    """Recompute every stored answer and report each difference; write nothing."""

    help = (
        "Recompute the stage, evidence and next step of every candidate and compare them with what is stored. "
        "Writes nothing. Exits with 1 if any differs, which is a bug in iamdash: please report it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare at this moment. Answers that wait for the clock are counted, not compared."""
        del args, options
        now = timezone.now()
        with database_errors_in_words():
            found = list(differences(now))
        for difference in found:
            self.stdout.write(_line(difference))
        waiting = due(now)
        if waiting:
            self.stdout.write(f"{waiting} due to be looked at again, which the worker does every few minutes.")
        if found:
            raise CommandError(f"{len(found)} of {Candidate.objects.count()} stored answers differ from the rules.")
        self.stdout.write(self.style.SUCCESS(f"All {Candidate.objects.count()} stored answers are what the rules say."))


def _line(difference: Difference) -> str:
    where = ", ".join(difference.columns) or "nothing is stored"
    name = f"{difference.user_name} in {difference.aws_account_id}"
    return f"Candidate {difference.candidate_number} ({name}): {where}"

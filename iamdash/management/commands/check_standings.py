"""`manage.py check_standings`: does every stored answer equal what the rules say of today's rows?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from iamdash.database.one_moment import one_moment
from iamdash.management.database import database_errors_in_words
from iamdash.models import Candidate
from iamdash.standing.check import Difference, differences
from iamdash.standing.due import due_candidates


class Command(BaseCommand):
    """Recompute every stored answer and report each difference; write nothing."""

    help = (
        "Recompute the stage, evidence and next step of every candidate and compare them with what is stored. "
        "Writes nothing. Exits with 1 if any differs, which is a bug in iamdash: please report it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare as of one moment: what a sync writes meanwhile is no difference."""
        del args, options
        with database_errors_in_words(), one_moment():
            candidates = Candidate.objects.count()
            # Only now: no stored answer that this sees is newer than the clock's.
            now = timezone.now()
            found, waiting = list(differences(now)), len(due_candidates(now))
        for difference in found:
            self.stdout.write(_line(difference))
        compared = candidates - waiting
        if waiting:
            self.stdout.write(f"Not compared: {waiting}, which a worker is to give anew within a minute.")
        if found:
            raise CommandError(f"{len(found)} of {compared} stored answers differ from what the rules say.")
        self.stdout.write(self.style.SUCCESS(f"Stored answers compared: {compared}. All are what the rules say."))


def _line(difference: Difference) -> str:
    where = ", ".join(difference.columns) or "nothing is stored"
    name = f"{difference.user_name} in {difference.aws_account_id}"
    return f"Candidate {difference.candidate_number} ({name}): {where}"

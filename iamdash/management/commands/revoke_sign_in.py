"""`manage.py revoke_sign_in`: take somebody's sign-in away, who has left."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from iamdash.management.database import database_errors_in_words
from iamdash.organisation.people import NotAPerson, revoke_sign_in


class Command(BaseCommand):
    help = (
        "Take somebody's sign-in away: their password and what they have open end at once, and single sign-on lets "
        "them in no more. Nothing that they did or claimed is lost. To let them in again, use create_person."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take who it is."""
        parser.add_argument("email", metavar="EMAIL", help="their e-mail address; capitals do not matter")

    def handle(self, *_args: Any, email: str, **_options: Any) -> None:
        """Take the sign-in away, and say what becomes of their claims."""
        try:
            with database_errors_in_words():
                person, claims = revoke_sign_in(email, now=timezone.now())
        except NotAPerson as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{person.email} may no longer sign in.")
        if claims:
            until = "until the team takes it over, a lead assigns it anew, or it lapses"
            self.stdout.write(f"What they claimed ({claims:,}) stands {until}.")

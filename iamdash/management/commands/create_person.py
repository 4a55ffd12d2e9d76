"""`manage.py create_person`: let somebody sign in, or change what they may do."""

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from iamdash.management.database import database_errors_in_words
from iamdash.models import AccessLevel
from iamdash.organisation.people import NotAPerson, Wanted, make_person


class Command(BaseCommand):
    help = (
        "Make a person, or update the one with this e-mail address. Without --password-stdin a new person can use "
        "single sign-on alone, and somebody who is there keeps their password; without --team they keep their teams, "
        "without --name their name. Somebody whose sign-in was revoked may sign in again, but not with "
        "their old password."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take who it is and what they may do."""
        parser.add_argument("email", metavar="EMAIL", help="their e-mail address; capitals do not matter")
        parser.add_argument(
            "--role",
            required=True,
            choices=[level.value for level in AccessLevel],
            help="what they may do: a viewer reads, an engineer acts, a lead also assigns and decides on exceptions, "
            "an admin also syncs all",
        )
        parser.add_argument("--team", metavar="SLUG", nargs="+", action="extend", help="their teams, all of them")
        parser.add_argument("--name", help="their name, as pages show it")
        parser.add_argument("--password-stdin", action="store_true", help="read their password from standard input")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make or update the person and say so."""
        wanted = Wanted(
            email=options["email"],
            access_level=AccessLevel(options["role"]),
            full_name=options["name"],
            password=_password() if options["password_stdin"] else None,
            team_slugs=options["team"],
        )
        try:
            with database_errors_in_words():
                person, told = make_person(wanted, now=timezone.now())
                teams = ", ".join(sorted(person.teams.values_list("slug", flat=True))) or "no team"
        except NotAPerson as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{person.email} {told}: {person.access_level}, {teams}.")
        if options["team"]:
            self.stdout.write("A team that lists its members in iamdash.toml follows that list when it is next loaded.")
        if not person.has_usable_password():
            self.stdout.write("No password is set, so they sign in by single sign-on.")


def _password() -> str:
    try:
        password = sys.stdin.read().removesuffix("\n").removesuffix("\r")
        password.encode()
    except UnicodeError as error:
        raise CommandError("The password on standard input is not UTF-8.") from error
    if not password:
        raise CommandError("Standard input holds no password. Send one, such as: … --password-stdin < password.txt")
    return password

"""`manage.py demo_seed`: the demo's people, its sixty days of history and its invented counts. Only for `make demo`."""

import os
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from iamdash.demo import deeds, seed
from iamdash.demo.organisation.hands import Hands, NoStandInError
from iamdash.demo.organisation.paperwork import COLLEAGUES

COLUMNS = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[days]}"))


class Command(BaseCommand):
    """Seeds once; a second start keeps the data and only says who can sign in."""

    help = "Give the demo its people and its history. Works on the stand-in AWS of `make demo` and nowhere else."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Seed, or say that it was done. Raises CommandError where there is no stand-in."""
        hands = Hands(os.environ.get("AWS_ENDPOINT_URL", ""))
        try:
            hands.control("POST", "clock", offset_seconds=0)
        except NoStandInError as error:
            raise CommandError(str(error)) from error
        if seed.is_seeded():
            self.stdout.write("The demo keeps what it had.")
            self._introduce()
        elif seed.has_data():
            raise CommandError(
                "The history was not finished, and the past cannot be played again over newer readings. "
                "Remove the demo's data with `rm -r var/demo` and start anew."
            )
        else:
            seed.make_people(timezone.now())
            # Said first: the pages can be looked at while the history passes.
            self._introduce()
            self.stdout.write("\nSixty days now pass there, in half a minute. Until then pages are of days gone by.")
            self._seed(hands)

    def _seed(self, hands: Hands) -> None:
        began = time.monotonic()
        with Progress(*COLUMNS, console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task("Sixty days at an invented organisation", total=None, days="")

            def say(done: int, total: int, days_ago: int) -> None:
                progress.update(bar, completed=done, total=total, days=f"{days_ago} days ago")

            seed.seed(hands, now=timezone.now(), say=say)
        self.stdout.write(f"Sixty days passed at an invented organisation, in {time.monotonic() - began:.0f} s.")

    def _introduce(self) -> None:
        self.stdout.write(f"Sign in with the password  {deeds.PASSWORD}  as")
        for colleague in COLLEAGUES:
            if colleague.title:
                self.stdout.write(f"  {colleague.email:<30} {colleague.title}")

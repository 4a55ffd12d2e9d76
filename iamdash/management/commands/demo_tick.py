"""`manage.py demo_tick`: a believable day happens in the stand-in AWS, and a sync of every account shows it."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from iamdash.demo.organisation.day import live_a_day
from iamdash.demo.organisation.hands import Hands, NoStandInError
from iamdash.inventory.sync import sync_account
from iamdash.models import AwsAccount


class Command(BaseCommand):
    """Lives a day in the stand-in, tells it, and syncs."""

    help = "Make a day happen in the demo's stand-in AWS (keys used, one deactivated, a user deleted), then sync."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --no-sync."""
        parser.add_argument("--no-sync", action="store_true", help="leave it to a later sync to see what happened")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make the day happen. Raises CommandError where there is no stand-in."""
        try:
            happened = live_a_day(Hands(os.environ.get("AWS_ENDPOINT_URL", "")), now=timezone.now())
        except NoStandInError as error:
            raise CommandError(str(error)) from error
        for sentence in happened:
            self.stdout.write(sentence)
        if options["no_sync"]:
            self.stdout.write("A sync that reads every key shows it: manage.py sync --direct.")
            return
        for aws_account in AwsAccount.objects.filter(removed_at=None):
            # For AWS a day has passed, and by our clock a minute: the report that we hold looks young, so ask directly.
            sync_run = sync_account(aws_account, trigger="demo", clock=timezone.now, read_everybody=True)
            outcome = sync_run.get_outcome_display().lower() if sync_run else "a sync is running already"
            self.stdout.write(f"{aws_account}: {outcome}.")

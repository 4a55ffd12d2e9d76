"""`manage.py discover_accounts`: ask AWS Organizations now which accounts there are."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from iamdash.inventory.discovery import discover_accounts
from iamdash.management.database import database_errors_in_words


class Command(BaseCommand):
    help = (
        "Ask AWS Organizations which accounts there are, as [organization] of iamdash.toml says, and read those too "
        "from now on. It happens every hour by itself. Exit code 1 where AWS does not say."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Ask, and say what changed."""
        with database_errors_in_words():
            discovery = discover_accounts(now=timezone.now())
        if discovery is None:
            raise CommandError("iamdash.toml has no [organization]: add one and run manage.py load_config.")
        if discovery.problem:
            raise CommandError(f"{discovery.problem} The accounts stay as they were.")
        for change in discovery.changes:
            self.stdout.write(f"  {change}")
        told = f"Changes: {len(discovery.changes)}" if discovery.changes else "Nothing changed"
        self.stdout.write(f"{told}. The organisation has {discovery.members} accounts.")

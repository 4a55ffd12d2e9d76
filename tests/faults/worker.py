"""A process that syncs, in order to be killed: forked from a server that has Django and botocore loaded already."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402  Django has to be set up before its models are imported
from django.db import connection  # noqa: E402

from iamdash.inventory.sync import sync_account  # noqa: E402
from iamdash.models import AwsAccount  # noqa: E402
from tests.faults.hurry import hurried  # noqa: E402

FORKED = get_context("forkserver")
FORKED.set_forkserver_preload([__name__])


def start(account_id: str, offset: timedelta) -> BaseProcess:
    """Start a sync in a process of its own, with our environment and our database. The caller ends it."""
    process = FORKED.Process(
        target=_sync,
        args=(account_id, offset, dict(os.environ), dict(settings.DATABASES["default"])),
        name="sync-to-be-killed",
        daemon=True,
    )
    process.start()
    return process


def _sync(account_id: str, offset: timedelta, environment: Mapping[str, str], database: Mapping[str, Any]) -> None:
    os.environ.update(environment)
    connection.settings_dict.update(database)
    aws_account = AwsAccount.objects.get(pk=account_id)
    with hurried():
        sync_account(aws_account, trigger="schedule", clock=lambda: datetime.now(UTC) + offset)

"""`python -m benchmarks.sync OFFSET`: one sync in a process of its own, `OFFSET` seconds from now; its cost as JSON.

Start-up is apart: an empty account is synced first, which loads what a worker has loaded; and garbage is collected
as in a worker.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import django
from django.db import connection

from benchmarks.account import ACCOUNT
from benchmarks.cost import cost
from iamdash.aws.session import AwsSession
from iamdash.demo.organisation.hands import Hands
from iamdash.garbage import collect_seldom

EMPTY_ACCOUNT = "444455556666"
WRITTEN = "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables"


def main() -> None:
    """Sync and print: cost, outcome, rows written by table, calls by action, and each call as it was made."""
    offset = timedelta(seconds=float(sys.argv[1]))
    sync = _sync_of(ACCOUNT, offset)
    act_in(EMPTY_ACCOUNT)
    _sync_of(EMPTY_ACCOUNT, offset)()
    act_in(ACCOUNT)
    collect_seldom()
    before, calls = written(), _record_calls()
    with cost() as measured:
        sync_run = sync()
    rows = {table: count - before[table] for table, count in written().items() if count > before[table]}
    found = {"outcome": sync_run.outcome, "unread": sync_run.unread, "actions": sync_run.calls, "rows": rows}
    sys.stdout.write(json.dumps({**asdict(measured), **found, "calls": calls}))


def act_in(account_id: str) -> None:
    """Make the ambient credentials those of somebody who may do everything in this account of the stand-in."""
    given = Hands(os.environ["AWS_ENDPOINT_URL"]).control("POST", "sign-in", account_id=account_id)
    names = {"AccessKeyId": "ACCESS_KEY_ID", "SecretAccessKey": "SECRET_ACCESS_KEY", "SessionToken": "SESSION_TOKEN"}
    os.environ.update({f"AWS_{name}": given[member] for member, name in names.items()})


def written() -> dict[str, int]:
    """Return how many rows of each table were ever written, those of this connection included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(WRITTEN)
        return dict(cursor.fetchall())


def _sync_of(account_id: str, offset: timedelta) -> Callable[[], Any]:
    """Return the sync of one account, which is made known here, ready to be called."""
    from iamdash.inventory.sync import sync_account
    from iamdash.models import AwsAccount

    aws_account, _ = AwsAccount.objects.get_or_create(account_id=account_id, defaults={"name": account_id})
    return partial(sync_account, aws_account, trigger="command", clock=lambda: datetime.now(UTC) + offset)


def _record_calls() -> list[tuple[str, Mapping[str, Any]]]:
    """Return a list that every call from now on is added to: its action and its parameters."""
    made: list[tuple[str, Mapping[str, Any]]] = []
    read = AwsSession.read

    def recorded(session: AwsSession, action: str, *, region: str = "", **parameters: Any) -> dict[str, Any]:
        made.append((action, parameters))
        return read(session, action, region=region, **parameters)

    AwsSession.read = recorded
    return made


if __name__ == "__main__":
    django.setup()
    main()

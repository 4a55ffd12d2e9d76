"""`python -m benchmarks.visits ROUNDS`: every page as an engineer sees it, so many times each; what it took, as JSON.

Through the whole of Django: middleware, view, queries and template, and neither network nor browser.
"""

import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import django
from django.db import connection

from iamdash.garbage import collect_seldom

# A table of so many rows should not be read whole for a page.
LARGE = 10_000
LIST = "/candidates/"
READ_WHOLE = "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE n_live_tup >= %s"


def main() -> None:
    """Visit every page once to warm up and count, then round after round, so that a busy moment is shared by all."""
    from django.conf import settings
    from django.test import Client

    from iamdash.models import Membership

    settings.ALLOWED_HOSTS = ["testserver"]
    # The hashed names of production need `collectstatic`: their look-up is one in a dictionary.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    collect_seldom()  # as the web process does
    client = Client()
    membership = Membership.objects.select_related("person").order_by("pk")[5]
    client.force_login(membership.person)
    addresses = dict(addresses_of(membership))
    found = {name: {"address": address} | _count(client, address) for name, address in addresses.items()}
    for figures in found.values():
        figures |= {"seconds": [], "seconds_after_a_write": []}
    for _ in range(int(sys.argv[1])):
        for name, address in addresses.items():
            # Answers are kept until something changes (iamdash/database/kept.py): then, and now.
            _write()
            for kind in ("seconds_after_a_write", "seconds"):
                began = time.perf_counter()
                client.get(address, secure=True)
                found[name][kind].append(time.perf_counter() - began)
    sys.stdout.write(json.dumps(found))


def _count(client: object, address: str) -> dict[str, Any]:
    """Return the number of queries, the bytes of the page, and the large tables of which some query read every row.

    All of it right after something has changed, when nothing that is kept is true any more.
    """
    from django.test.utils import CaptureQueriesContext

    client.get(address, secure=True)
    _write()
    before = _read_whole()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address, secure=True)
    if response.status_code != HTTPStatus.OK:
        raise SystemExit(f"{address} answered {response.status_code}, and {response.headers.get('Location', '')}.")
    after = _read_whole()
    whole = sorted(table for table, scans in after.items() if scans > before.get(table, 0))
    return {"queries": len(queries), "bytes": len(response.content), "read_whole": whole}


def _write() -> None:
    """Change something, as far as anybody can see."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")


def _read_whole() -> Mapping[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(READ_WHOLE, [LARGE])
        return dict(cursor.fetchall())


def addresses_of(membership: object) -> Iterator[tuple[str, str]]:
    """Yield a name and the address of every page to visit: every view, filter and order of the list among them."""
    from iamdash.models import AwsAccount, Standing

    account = AwsAccount.objects.order_by("pk")[2]
    standing = Standing.objects.filter(is_open=True, owner_team__isnull=False).order_by("pk")[2]
    workload = f"/workloads/{standing.candidate.workload_id}/"
    yield "overview", "/"
    yield "overview, my teams", "/?scope=mine"
    yield "overview, an account", f"/?scope={account.pk}"
    yield "overview, by account", "/?by=account"
    yield "overview, by route", "/?by=route"
    yield "teams", "/teams/"
    yield "a team", f"/teams/{standing.owner_team_id}/"
    yield "accounts", "/accounts/"
    yield "an account", f"/accounts/{account.pk}/"
    yield "a candidate", f"{LIST}{standing.pk}/"
    yield from _filtered({"account": [account.pk], "team": [membership.team_id, "mine", "none"]})
    yield from _searches(standing.candidate.iam_user.user_name)
    yield from _by_workload()
    yield "a workload", workload
    yield "a workload, another looked for", f"{workload}?find=uploader"
    yield "list, last", f"{LIST}?before=end"
    yield "list, everything by user, deep", f"{LIST}?view=everything&sort=user&after={standing.pk}"


def _filtered(choices: Mapping[str, Iterable[object]]) -> Iterator[tuple[str, str]]:
    """Yield the list in every view, by every filter and in every order."""
    from iamdash.candidates.queries.candidate_list.filters import AGES, KEYS, RISKS, STAGES, USED, VIEWS
    from iamdash.candidates.queries.candidate_list.order import SORTS

    for view in VIEWS:
        yield f"list, {view}", LIST if view == "open" else f"{LIST}?view={view}"
    always = {
        "stage": STAGES,
        "risk": RISKS,
        "route": ["service_role", "none"],
        "used": USED,
        "keys": KEYS,
        "age": AGES,
        "opened": ["week"],
    }
    for name, values in {**choices, **always}.items():
        for value in values:
            yield f"list, {name}={value if name != 'account' else '…'}", f"{LIST}?{name}={value}"
    for sort in SORTS:
        for direction in ("", "-"):
            if direction + sort != "-risk":
                yield f"list, sort={direction}{sort}", f"{LIST}?sort={direction}{sort}"


def _searches(user_name: str) -> Iterator[tuple[str, str]]:
    from iamdash.models import AccessKey, IamRole

    words = {
        "a user": user_name,
        "a common word": "uploader",
        "two words": "payment+s3",
        "a key": AccessKey.objects.order_by("-pk")[0].access_key_id,
        "two letters": "ci",
        "two rare letters": "qx",
        "one letter": "s",
        "a role": IamRole.objects.order_by("-pk")[0].role_name,
        "no match": "zqxjk",
    }
    for what, word in words.items():
        yield f"search, {what}", f"{LIST}?q={word}"
    yield "search, a common word among open", f"{LIST}?view=open&q=uploader"


def _by_workload() -> Iterator[tuple[str, str]]:
    for view in ("open", "everything", "unclaimed", "deleted"):
        narrowed = "" if view == "open" else f"view={view}&"
        yield f"list, {view} by workload", f"{LIST}?{narrowed}by=workload"
    for sort in ("user", "-owner", "used"):
        yield f"list by workload, sort={sort}", f"{LIST}?sort={sort}&by=workload"
    yield "list by workload, a common word", f"{LIST}?q=uploader&by=workload"
    yield "list by workload, last", f"{LIST}?by=workload&before=end"


if __name__ == "__main__":
    django.setup()
    main()

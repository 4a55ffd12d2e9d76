"""`python -m benchmarks.visits ROUNDS`: every page as an engineer sees it, so many times each; what it took, as JSON.

Through the whole of Django: middleware, view, queries and template, and neither network nor browser.
"""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus

import django
from django.db import connection

# A table of so many rows should not be read whole for a page.
LARGE = 10_000
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
    client = Client()
    membership = Membership.objects.select_related("person").order_by("pk")[5]
    client.force_login(membership.person)
    addresses = dict(addresses_of(membership))
    found = {name: {"address": address} | _count(client, address) for name, address in addresses.items()}
    seconds: dict[str, list[float]] = {name: [] for name in addresses}
    for _ in range(int(sys.argv[1])):
        for name, address in addresses.items():
            began = time.perf_counter()
            client.get(address, secure=True)
            seconds[name].append(time.perf_counter() - began)
    sys.stdout.write(json.dumps({name: figures | {"seconds": seconds[name]} for name, figures in found.items()}))


def _count(client: object, address: str) -> dict[str, object]:
    """Return the number of queries, the bytes of the page, and the large tables of which some query read every row."""
    from django.test.utils import CaptureQueriesContext

    client.get(address, secure=True)
    before = _read_whole()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address, secure=True)
    if response.status_code != HTTPStatus.OK:
        raise SystemExit(f"{address} answered {response.status_code}, and {response.headers.get('Location', '')}.")
    after = _read_whole()
    whole = sorted(table for table, scans in after.items() if scans > before.get(table, 0))
    return {"queries": len(queries), "bytes": len(response.content), "read_whole": whole}


def _read_whole() -> Mapping[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(READ_WHOLE, [LARGE])
        return dict(cursor.fetchall())


def addresses_of(membership: object) -> Iterator[tuple[str, str]]:
    """Yield a name and the address of every page to visit: every view, filter and order of the list among them."""
    from iamdash.candidates.queries.filters import AGES, KEYS, RISKS, STAGES, USED, VIEWS
    from iamdash.candidates.queries.order import SORTS
    from iamdash.models import AccessKey, AwsAccount, IamRole, Standing

    a_list = "/candidates/"
    account = AwsAccount.objects.order_by("pk")[2]
    candidate = Standing.objects.filter(is_open=True, owner_team__isnull=False).order_by("pk")[2]
    yield "overview", "/"
    yield "overview, my teams", "/?scope=mine"
    yield "overview, an account", f"/?scope={account.pk}"
    yield "overview, by account", "/?by=account"
    yield "overview, by route", "/?by=route"
    yield "accounts", "/accounts/"
    yield "an account", f"/accounts/{account.pk}/"
    yield "a candidate", f"{a_list}{candidate.pk}/"
    for view in VIEWS:
        yield f"list, {view}", a_list if view == "open" else f"{a_list}?view={view}"
    choices = {
        "account": [account.pk],
        "team": [membership.team_id, "mine", "none"],
        "stage": STAGES,
        "risk": RISKS,
        "route": ["service_role", "none"],
        "used": USED,
        "keys": KEYS,
        "age": AGES,
        "opened": ["week"],
    }
    for name, values in choices.items():
        for value in values:
            yield f"list, {name}={value if name != 'account' else '…'}", f"{a_list}?{name}={value}"
    for sort in SORTS:
        for direction in ("", "-"):
            if direction + sort != "-risk":
                yield f"list, sort={direction}{sort}", f"{a_list}?sort={direction}{sort}"
    name, key = candidate.candidate.iam_user.user_name, AccessKey.objects.order_by("-pk")[0]
    role = IamRole.objects.order_by("-pk")[0].role_name
    words = {"a user": name, "a common word": "uploader", "two words": "payment+s3", "a key": key.access_key_id}
    words |= {"two letters": "ci", "two rare letters": "qx", "one letter": "s", "a role": role, "no match": "zqxjk"}
    for what, word in words.items():
        yield f"search, {what}", f"{a_list}?q={word}"
    yield "search, a common word among open", f"{a_list}?view=open&q=uploader"
    for view in ("open", "everything", "unclaimed", "deleted"):
        yield (
            f"list, {view} by workload",
            f"{a_list}?view={view}&by=workload" if view != "open" else f"{a_list}?by=workload",
        )
    for sort in ("user", "-owner", "used"):
        yield f"list by workload, sort={sort}", f"{a_list}?sort={sort}&by=workload"
    yield "list by workload, a common word", f"{a_list}?q=uploader&by=workload"
    yield "list by workload, last", f"{a_list}?by=workload&before=end"
    yield "a workload", f"/workloads/{candidate.candidate.workload_id}/"
    yield "a workload, another looked for", f"/workloads/{candidate.candidate.workload_id}/?find=uploader"
    yield "list, last", f"{a_list}?before=end"
    yield "list, everything by user, deep", f"{a_list}?view=everything&sort=user&after={candidate.pk}"


if __name__ == "__main__":
    django.setup()
    main()

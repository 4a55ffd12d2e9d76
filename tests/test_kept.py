"""An answer is kept for as long as nothing in the database has changed, and not a moment longer."""

import os
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from iamdash.candidates.queries import compiled
from iamdash.candidates.queries.compiled import NOW, Compiled
from iamdash.database.kept import VERSION, _kept, one_look, unless_unchanged
from iamdash.local.postgres import Postgres
from iamdash.views.moment import OneLookMiddleware
from tests.factories import make_access_key, make_person, make_sync_run, make_team
from tests.views.test_candidates import candidate_named

pytestmark = pytest.mark.django_db(transaction=True)
# One mark more each time that PostgreSQL looks it up, also where nobody reads what it found.
MARKS = "current_setting('iamdash.looked_up', true)"
LOOKED_UP = f"SELECT set_config('iamdash.looked_up', concat({MARKS}, '.'), false) AS marks, %s::int AS given"
SESSIONS = "SELECT count(*) FROM django_session"
WRITES = "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%s, '', now())"
# What they count has to be asked in the same words from one moment to the next, or it would be looked up each time.
COUNTING = (
    *("/", "/?scope=mine", "/teams/", "/teams/platform/", "/accounts/", "/rules/", "/settings/"),
    *("/candidates/", "/candidates/?view=stuck", "/candidates/?view=stuck&q=upload", "/candidates/?by=workload"),
    *("/candidates/?used=over-90", "/candidates/?opened=week", "/candidates/?age=1y", "/candidates/?claim=lapsing"),
)
Rows = Sequence[tuple[Any, ...]]
T = TypeVar("T")


def ask(sql: str = LOOKED_UP, *values: Any) -> Rows:
    return unless_unchanged(connection.cursor, sql, values).rows


def undisturbed(do: Callable[[], T]) -> T:
    """Do it, and again if PostgreSQL wrote something of its own in between, as vacuuming does now and then."""
    while True:
        before, done, after = version(), do(), version()
        if before == after:
            return done


def ask_undisturbed(*questions: tuple[Any, ...]) -> list[Rows]:
    return undisturbed(lambda: [ask(*question) for question in questions])


def asked(do: Callable[[], object]) -> int:
    """Return how many questions it asks PostgreSQL."""
    with CaptureQueriesContext(connection) as queries:
        do()
    return len(queries)


def version() -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {VERSION}")
        return list(cursor.fetchall())


def write(key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(WRITES, [key])


@pytest.fixture
def elsewhere() -> Iterator[psycopg.Connection[Any]]:
    """A connection of somebody else."""
    parameters = connection.get_connection_params() | {"cursor_factory": None}
    with psycopg.connect(**parameters) as other:
        yield other


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server that may be made to crash."""
    one = Postgres(tmp_path_factory.mktemp("postgres"), durable=False)
    child = one.start()
    yield one
    child.stop()


def recovered(server: Postgres) -> psycopg.Connection[Any]:
    """Connect as soon as a server lets somebody in again."""
    while True:
        with suppress(psycopg.OperationalError):
            return psycopg.connect(server.url)


def test_what_has_not_changed_is_not_looked_up_again() -> None:
    first, second = ask_undisturbed((LOOKED_UP, 1), (LOOKED_UP, 1))

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {MARKS}, 1")
        assert first == second == cursor.fetchall()


def test_each_question_has_an_answer_for_each_value() -> None:
    one, two, again = ask_undisturbed((LOOKED_UP, 1), (LOOKED_UP, 2), (LOOKED_UP, 1))

    assert [given for ((_marks, given),) in (one, two, again)] == [1, 2, 1]
    assert one == again


def test_values_that_are_equal_are_told_apart_by_their_types() -> None:
    assert [ask("SELECT %s::text", value) for value in (1, True)] == [[("1",)], [("true",)]]


def test_an_answer_without_rows_and_one_of_nothing_are_told_apart() -> None:
    nothing, no_rows = "SELECT NULL::int", "SELECT 1 WHERE false"

    assert ask_undisturbed(*[(nothing,), (no_rows,)] * 2) == [[(None,)], []] * 2


def test_rows_keep_their_order_and_columns_their_names() -> None:
    question = Compiled("SELECT 7 AS team, 8 AS team_left")
    many = "SELECT number FROM generate_series(1, 2000) AS number ORDER BY number %% 7, number DESC"

    assert question.row() == question.row() == {"team": 7, "team_left": 8}
    assert [number for (number,) in ask(many)] == sorted(range(1, 2001), key=lambda number: (number % 7, -number))


def test_what_was_written_is_seen_at_once() -> None:
    assert ask(SESSIONS) == [(0,)]

    write("ours")
    assert ask(SESSIONS) == [(1,)]

    Session.objects.all().delete()
    assert ask(SESSIONS) == [(0,)]


def test_what_others_write_is_seen_when_it_is_committed(elsewhere: psycopg.Connection[Any]) -> None:
    assert ask(SESSIONS) == [(0,)]

    elsewhere.execute(WRITES, ["theirs"])
    assert ask(SESSIONS) == [(0,)]

    elsewhere.commit()
    assert ask(SESSIONS) == [(1,)]


def test_an_older_transaction_that_ends_after_a_newer_one_is_seen_too(elsewhere: psycopg.Connection[Any]) -> None:
    elsewhere.execute(WRITES, ["theirs"])
    assert ask(SESSIONS) == [(0,)]

    write("ours")
    assert ask(SESSIONS) == [(1,)]

    elsewhere.commit()
    assert ask(SESSIONS) == [(2,)]


def test_in_a_transaction_nothing_is_kept_as_it_sees_what_it_wrote_itself() -> None:
    assert ask(SESSIONS) == [(0,)]

    with transaction.atomic():
        write("ours")
        assert ask(SESSIONS) == [(1,)]
        transaction.set_rollback(True)

    assert ask(SESSIONS) == [(0,)]


def test_one_look_asks_once_whether_anything_has_changed() -> None:
    def both() -> int:
        return asked(lambda: (ask(SESSIONS), ask("SELECT 2")))

    def look() -> list[int]:
        with one_look():
            return [both(), both()]

    assert undisturbed(lambda: [look(), look(), both()])[1:] == [[1, 0], 2]


def test_one_look_tells_what_was_true_when_it_began(elsewhere: psycopg.Connection[Any]) -> None:
    with one_look():
        assert ask(SESSIONS) == [(0,)]
        elsewhere.execute(WRITES, ["theirs"])
        elsewhere.commit()
        assert ask(SESSIONS) == [(0,)]

    with one_look():
        assert ask(SESSIONS) == [(1,)]


def test_one_look_goes_on_from_what_it_has_seen_since(elsewhere: psycopg.Connection[Any]) -> None:
    with one_look():
        ask(SESSIONS)
        elsewhere.execute(WRITES, ["theirs"])
        elsewhere.commit()
        ask("SELECT 3")
        assert ask(SESSIONS) == [(1,)]


@pytest.mark.parametrize(("method", "told"), [("GET", [0, 0]), ("HEAD", [0, 0]), ("POST", [0, 1])])
def test_a_page_is_one_look_and_a_deed_sees_what_it_has_done(method: str, told: list[int]) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        del request
        ((before,),) = ask(SESSIONS)
        write("ours")
        ((after,),) = ask(SESSIONS)
        return HttpResponse(f"{before} {after}")

    response = OneLookMiddleware(view)(RequestFactory().generic(method, "/"))
    assert [int(each) for each in response.content.split()] == told
    assert ask(SESSIONS) == [(1,)]


def test_a_server_that_crashed_is_told_apart_as_it_gives_numbers_again_that_it_has_lost(server: Postgres) -> None:
    with psycopg.connect(server.url) as before, psycopg.connect(server.url) as crashing:
        (version_before,) = before.execute(f"SELECT {VERSION}").fetchone() or ()
        os.kill(crashing.info.backend_pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError, match="terminat"):
            before.execute("SELECT pg_sleep(60)")

    with recovered(server) as after:
        assert after.execute(f"SELECT {VERSION} <> %s", [version_before]).fetchone() == (True,)


def test_moments_are_rounded_up_to_the_minute_or_no_answer_would_be_kept() -> None:
    question = Compiled("SELECT %s::timestamptz", (NOW,))
    half_past_nine = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)

    assert question.ask(now=half_past_nine) == [(half_past_nine,)]
    assert question.ask(now=half_past_nine + timedelta(microseconds=1)) == [(half_past_nine + timedelta(minutes=1),)]
    assert question.ask(now=half_past_nine + timedelta(seconds=59)) == [(half_past_nine + timedelta(minutes=1),)]


def test_no_question_asks_for_what_changes_without_a_write() -> None:
    changing = re.compile(r"(?<!timezone\.)\bnow\(|CURRENT_|_timestamp\(|random\(|pg_locks", re.IGNORECASE)
    room = Path(compiled.__file__).parent

    assert [path for path in room.rglob("*.py") if changing.search(path.read_text())] == []


def test_pages_say_of_what_was_kept_what_they_say_of_what_is_looked_up(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, ticks = timezone.now().replace(second=1), count()
    monkeypatch.setattr(timezone, "now", lambda: began + timedelta(milliseconds=next(ticks)))
    make_sync_run(make_access_key(candidate_named("uploader").iam_user).aws_account)
    client.force_login(make_person(teams=(make_team(),)))

    def body(address: str) -> str:
        page = client.get(address)
        assert page.status_code == 200
        return re.sub(r"csrf.*?>", "", page.content.decode())

    for address in COUNTING:
        looked_up = body(address)
        before = _kept.cache_info()
        kept = body(address)
        after = _kept.cache_info()
        with transaction.atomic():
            anew = body(address)

        assert kept == looked_up == anew, address
        assert after.misses == before.misses, address
        assert after.hits > before.hits, address

"""PostgreSQL and Valkey from packages, by each way of running them that this machine allows."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from iamdash.local.child import Child, LocalError
from iamdash.local.identity import Identity, namespaces_are_allowed, nobody, unprivileged_identity
from iamdash.local.postgres import PROGRAMS, Postgres
from iamdash.local.valkey import Valkey

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("postgres"), durable=False)
    child = server.start()
    yield server
    child.stop()


@pytest.fixture
def base() -> Iterator[Path]:
    """Not pytest's tmp_path: that is closed to others, and `nobody` has to pass."""
    directory = Path(tempfile.mkdtemp(prefix="iamdash-servers-"))
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def children() -> Iterator[list[Child]]:
    started: list[Child] = []
    yield started
    for child in started:
        child.stop()


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
        return row[0] if row else None


def test_postgres_keeps_its_data_from_one_start_to_the_next(base: Path) -> None:
    first = Postgres(base, durable=False)
    child = first.start()
    with psycopg.connect(first.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    first_code = child.stop()

    second = Postgres(base, durable=False)
    child = second.start()
    answer = ask(second.url, "SELECT answer FROM kept")
    child.stop()

    assert (first_code, answer) == (0, 42)


def test_postgres_lets_nobody_in_without_the_password(postgres: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(re.sub(r":[^:@]+@", ":guessed@", postgres.url))


def test_postgres_can_search_by_trigram(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")

    assert ask(postgres.url, "SELECT similarity('backup-uploader', 'bakcup-uploader') > 0.5") is True


@AS_ROOT
def test_where_namespaces_are_refused_postgres_runs_as_nobody(base: Path, children: list[Child]) -> None:
    identity = nobody(PROGRAMS, base=base)

    postgres = Postgres(base, durable=False, identity=identity)
    children.append(postgres.start())

    assert ask(postgres.url, "SELECT 1") == 1
    assert (base / "postgres.home" / "postgres").stat().st_uid == identity.run_as


@AS_ROOT
def test_below_a_closed_home_nobody_keeps_its_data_in_the_temporary_directory(base: Path) -> None:
    closed = base / "home" / "var"
    closed.mkdir(parents=True)
    closed.parent.chmod(0o700)

    identity = nobody(PROGRAMS, base=closed)
    again = nobody(PROGRAMS, base=closed)

    assert not identity.home.is_relative_to(closed)
    assert again == identity
    shutil.rmtree(identity.home.parent)


def test_root_prefers_a_namespace_and_others_run_postgres_themselves(base: Path) -> None:
    identity = unprivileged_identity(PROGRAMS, base=base)

    if os.geteuid() != 0:
        assert identity == Identity(programs=PROGRAMS, home=base)
    elif namespaces_are_allowed():
        assert (identity.home, identity.prefix[0]) == (base, "unshare")
    else:
        assert identity.run_as is not None


def test_data_of_another_postgres_is_refused_in_words(base: Path) -> None:
    data = unprivileged_identity(PROGRAMS, base=base).home / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("12\n")

    with pytest.raises(LocalError, match="written by PostgreSQL 12"):
        Postgres(base).start()


def test_valkey_answers_only_with_the_password(base: Path, children: list[Child]) -> None:
    valkey = Valkey(base)
    children.append(valkey.start())
    without = "redis://" + valkey.url.partition("@")[2]

    with redis.Redis.from_url(valkey.url) as client:
        assert client.ping()
    with redis.Redis.from_url(without) as client, pytest.raises(redis.AuthenticationError):
        client.ping()

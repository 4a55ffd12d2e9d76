"""PostgreSQL and Valkey from packages, by each way of running them that this machine allows."""

import os
import pwd
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from iamdash.local import identity
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
    as_nobody = nobody(PROGRAMS, base=base)

    postgres = Postgres(base, durable=False, identity=as_nobody)
    children.append(postgres.start())

    assert ask(postgres.url, "SELECT 1") == 1
    assert (base / "postgres.home" / "postgres").stat().st_uid == as_nobody.run_as


def test_a_user_without_a_name_gets_a_namespace_or_a_sentence(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)

    if namespaces_are_allowed():
        assert unprivileged_identity(PROGRAMS, base=base).prefix[0] == "unshare"
    monkeypatch.setattr(identity, "namespaces_are_allowed", lambda: False)
    with pytest.raises(LocalError, match="user number 4000000, which has no name"):
        unprivileged_identity(PROGRAMS, base=base)


@AS_ROOT
def test_below_a_closed_home_nobody_keeps_its_data_in_the_temporary_directory(base: Path) -> None:
    closed = base / "home" / "var"
    closed.mkdir(parents=True)
    closed.parent.chmod(0o700)

    as_nobody = nobody(PROGRAMS, base=closed)
    again = nobody(PROGRAMS, base=closed)

    assert not as_nobody.home.is_relative_to(closed)
    assert again == as_nobody
    shutil.rmtree(as_nobody.home.parent)


def test_an_ordinary_user_runs_postgres_and_root_prefers_a_namespace(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "namespaces_are_allowed", lambda: True)

    monkeypatch.setattr(os, "geteuid", lambda: pwd.getpwnam("nobody").pw_uid)
    ordinary = unprivileged_identity(PROGRAMS, base=base)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    root = unprivileged_identity(PROGRAMS, base=base)

    assert ordinary == Identity(programs=PROGRAMS, home=base)
    assert root == Identity(programs=PROGRAMS, home=base, prefix=identity.NAMESPACE)


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

"""The journal: narrowed by its address, paged without a gap, exported whole, and never an error."""

import csv
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from iamdash.candidates.queries.journal import PAGE_SIZE
from iamdash.models import AccessLevel, Event
from iamdash.models.journal import LONGEST_SENTENCE, record, record_all
from tests.factories import NOW, make_aws_account, make_candidate, make_person
from tests.views.markup import problems_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(make_person("ada@example.org", full_name="Ada", access_level=AccessLevel.VIEWER))
    return client


@pytest.fixture
def _lines() -> None:
    make_aws_account("111122223333", name="production")
    told = (
        (9, "sync", "iam_user.found", "IAM user backup found.", "backup", 7, "111122223333"),
        (8, "ada@example.org", "candidate.claimed", "Ada claimed it.", "backup", 7, "111122223333"),
        (7, "sync", "access_key.used_again", "Access key AKIAONE was used.", "AKIAONE", 7, "111122223333"),
        (6, "clock", "candidate.claim_lapsed", "The claim lapsed.", "mailer", 8, "444455556666"),
        (5, "load_config", "config.loaded", "Configuration loaded.", "", None, ""),
    )
    for days, actor, kind, sentence, subject, number, account in told:
        record(
            at=NOW - timedelta(days=days),
            actor=actor,
            kind=kind,
            sentence=sentence,
            subject=subject,
            candidate_number=number,
            aws_account_id=account,
        )


def sentences(client: Client, query: str) -> list[str]:
    lines = client.get(f"/journal/export.csv?{query}").getvalue().decode().splitlines()  # type: ignore[attr-defined]
    return [line["sentence"] for line in csv.DictReader(lines)]


@pytest.mark.usefixtures("_lines")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Configuration", "The claim", "Access key", "Ada claimed", "IAM user"]),
        ("about=candidates", ["The claim", "Ada claimed"]),
        ("about=keys", ["Access key"]),
        ("about=organisation", ["Configuration"]),
        ("by=people", ["Ada claimed"]),
        ("by=ADA@example.org", ["Ada claimed"]),
        ("by=sync", ["Access key", "IAM user"]),
        ("account=111122223333&by=clock", []),
        ("candidate=8", ["The claim"]),
        ("subject=BACKUP", ["Ada claimed", "IAM user"]),
        ("since={7}&until={7}", ["Access key"]),
        ("about=nonsense&by=nobody&account=9&candidate=x&since=x&until=9999-12-31&before=x", 5),
    ],
)
def test_the_address_says_which_lines(reader: Client, query: str, found: list[str] | int) -> None:
    days = {str(days): f"{NOW - timedelta(days=days):%Y-%m-%d}" for days in range(10)}
    for number, day in days.items():
        query = query.replace(f"{{{number}}}", day)

    page = reader.get(f"/journal/?{query}", follow=True).content.decode()
    told = sentences(reader, query)

    assert problems_of(page) == []
    if isinstance(found, int):
        assert len(told) == found
        assert page.count("ignored)") == 7
    else:
        assert [sentence.startswith(begin) for sentence, begin in zip(told, found, strict=True)] == [True] * len(found)
    assert page.count('<tr role="row" id="line-') == len(told)


@pytest.mark.usefixtures("_lines")
def test_a_line_says_who_and_leads_to_what_it_is_about(reader: Client) -> None:
    candidate = make_candidate()
    record(at=NOW, actor="ada@example.org", kind="candidate.claimed", sentence="Mine.", candidate_number=candidate.pk)

    page = reader.get("/journal/").content.decode()

    assert f'href="/candidates/{candidate.pk}/"' in page
    assert 'data-label="By">Ada<' in page
    assert 'href="/accounts/111122223333/">production<' in page


def test_a_line_too_long_is_cut_after_a_word_and_tells_every_change_beside_it(reader: Client) -> None:
    changes = [f"team-{number}@example.org joined search" for number in range(30)]
    sentence = f"Configuration loaded: {'; '.join(changes)}."
    record(at=NOW, actor="load_config", kind="config.loaded", sentence=sentence, after={"changes": changes})
    record(at=NOW, actor="load_config", kind="config.loaded", sentence="Short.", after={"changes": ["short"]})

    [_, cut] = sentences(reader, "")
    page = reader.get("/journal/").content.decode()

    assert len(cut) <= LONGEST_SENTENCE
    assert sentence.startswith(cut.removesuffix("…"))
    assert problems_of(page) == []
    assert "<summary>All 30 changes</summary><ul>" + "".join(f"<li>{change}</li>" for change in changes) in page
    assert page.count("<summary>All ") == 1


def test_what_happened_to_a_key_is_of_the_candidate_of_its_iam_user(reader: Client) -> None:
    iam_user = make_candidate().iam_user
    identity = {"aws_account_id": iam_user.aws_account_id, "unique_id": iam_user.unique_id}
    record(at=NOW, actor="sync", kind="access_key.created", sentence="Made.", subject="AKIAONE", **identity)
    record(
        at=NOW,
        actor="sync",
        kind="iam_role.found",
        sentence="Found.",
        subject="batch",
        **identity | {"unique_id": "AROA"},
    )

    page = reader.get("/journal/").content.decode()

    assert f'<a href="/candidates/{iam_user.candidate.pk}/">AKIAONE</a>' in page
    assert 'data-label="Of">batch<' in page
    assert sentences(reader, f"candidate={iam_user.candidate.pk}") == ["Made."]


def test_pages_show_every_line_once_also_those_of_one_moment(reader: Client) -> None:
    record_all(Event(at=NOW, actor="sync", kind="iam_user.found", sentence=f"User {n}.") for n in range(PAGE_SIZE * 2))
    record(at=NOW - timedelta(days=1), actor="sync", kind="iam_user.found", sentence="The first.")
    seen: list[str] = []
    address: str | None = "/journal/"
    while address:
        page = reader.get(address).content.decode()
        seen += [part.split("<")[0] for part in page.split('<th scope="row" role="rowheader">')[1:]]
        older = page.split('rel="next" href="')[1:]
        address = older[0].split('"')[0] if older else None

    assert len(seen) == len(set(seen)) == PAGE_SIZE * 2 + 1
    assert seen[-1] == "The first."


@pytest.mark.usefixtures("_lines")
def test_it_takes_as_many_queries_however_long_it_is(
    reader: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):
        reader.get("/journal/?about=candidates")
    record_all(Event(at=NOW, actor="sync", kind="candidate.opened", sentence="Found.") for _ in range(PAGE_SIZE))
    with django_assert_num_queries(4):
        reader.get("/journal/?about=candidates")


def test_an_empty_journal_says_what_comes(reader: Client) -> None:
    assert "Nothing has happened yet" in reader.get("/journal/").content.decode()
    assert "Nothing like that has happened" in reader.get("/journal/?by=clock").content.decode()

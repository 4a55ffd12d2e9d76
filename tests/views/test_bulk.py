"""Many candidates at once from the list: as a form, without JavaScript."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from iamdash.candidates.queries.candidate_list import paging
from iamdash.models import AccessLevel, Candidate, Claim, Person, Team
from iamdash.views import bulk
from tests.factories import make_claim, make_person, make_team
from tests.views.markup import next_page, problems_of
from tests.views.test_candidates import answer, candidate_named

pytestmark = pytest.mark.django_db


@pytest.fixture
def search() -> Team:
    return make_team("search")


@pytest.fixture
def priya(search: Team) -> Person:
    return make_person("priya@example.org", full_name="Priya Nair", teams=(search,))


@pytest.fixture
def lea(search: Team) -> Person:
    return make_person("lea@example.org", full_name="Lea", access_level=AccessLevel.LEAD, teams=(search,))


@pytest.fixture
def signed_in(client: Client, priya: Person) -> Client:
    client.force_login(priya)
    return client


@pytest.fixture
def three() -> list[int]:
    return [candidate_named(f"uploader-{letter}").pk for letter in "abc"]


def held_by(person: Person) -> set[int]:
    return set(Claim.objects.filter(person=person, ended_at=None).values_list("candidate", flat=True))


def test_what_is_likely_one_team_s_is_claimed_for_it_unless_another_is_chosen(client: Client, search: Team) -> None:
    candidate_named("indexer", tags={"team": "search"})
    client.force_login(make_person(teams=(make_team("data"), search)))

    page = client.get("/candidates/?likely=search").content.decode()

    assert '<option value="search" selected>Search</option>' in page


def test_for_whom_is_a_choice_of_somebody_in_several_teams_and_no_tick_is_lost_over_it(
    client: Client, search: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE_SIZE", 2)
    for letter in "abcde":
        candidate_named(f"uploader-{letter}")
    client.force_login(make_person(teams=(make_team("data"), search)))
    here = next_page(client.get("/candidates/?q=uploader").content.decode())
    page = client.get(here).content.decode()
    assert '<select id="bulk-team" name="team" required><option value="">' in page
    assert " selected" not in page.partition('id="bulk-team"')[2].partition("</select>")[0]
    third, fourth = re.findall(r'name="number" value="(\d+)">', page)

    said = {"deed": "claim", "team": "", "number": [third], "query": "q=uploader", "next": here}
    refused = client.post("/candidates/bulk", said)

    page = refused.content.decode()
    assert refused.status_code == 409
    assert "Choose the team to claim them for." in page
    assert f'name="number" value="{third}" checked>' in page
    assert f'name="number" value="{fourth}">' in page
    assert not Claim.objects.exists()


def test_ticked_candidates_are_claimed_and_the_list_says_so(signed_in: Client, priya: Person, three: list[int]) -> None:
    others = Candidate.objects.get(pk=three[1])
    make_claim(others, team=make_team("data"))
    answer(others)
    here = "/candidates/?q=uploader"

    said = signed_in.post(
        "/candidates/bulk", {"number": three[:2], "deed": "claim", "team": "search", "next": here}, follow=True
    )

    assert said.redirect_chain[-1][0] == here
    assert "1 claimed for Search, 1 already claimed by Data." in said.content.decode()
    assert held_by(priya) == {three[0]}


def test_all_that_match_are_claimed_however_few_are_ticked(signed_in: Client, priya: Person, three: list[int]) -> None:
    said = {"number": three[:1], "all": "1", "query": "q=uploader-b", "deed": "claim", "team": "search"}

    signed_in.post("/candidates/bulk", said)

    assert held_by(priya) == {three[1]}


def test_a_claim_of_many_is_undone_as_a_whole(signed_in: Client, priya: Person, three: list[int]) -> None:
    said = {"number": three, "deed": "claim", "team": "search", "next": "/candidates/?q=uploader"}
    page = signed_in.post("/candidates/bulk", said, follow=True).content.decode()
    [claimed_at] = set(Claim.objects.values_list("claimed_at", flat=True))
    undo = {"claimed_at": claimed_at.isoformat(), "next": "/candidates/?q=uploader"}
    for name, value in undo.items():
        assert f'type="hidden" name="{name}" value="{value}"' in page.partition("candidates/bulk/undo")[2]

    undone = signed_in.post("/candidates/bulk/undo", undo, follow=True)

    assert undone.redirect_chain[-1][0] == undo["next"]
    assert "3 released." in undone.content.decode()
    assert held_by(priya) == set()


@pytest.mark.parametrize("said", ["", "yesterday", "2026-01-01T00:00", "2026-99-99T00:00:00Z"])
def test_an_undo_of_nothing_in_particular_is_not_found(said: str, signed_in: Client) -> None:
    assert signed_in.post("/candidates/bulk/undo", {"claimed_at": said}).status_code == 404


def test_a_lead_assigns_and_anybody_else_may_not(client: Client, priya: Person, lea: Person, three: list[int]) -> None:
    said = {"number": three, "deed": "assign", "to": f"search/{priya.pk}"}
    client.force_login(priya)
    assert client.post("/candidates/bulk", said).status_code == 403

    client.force_login(lea)
    page = client.post("/candidates/bulk", said, follow=True)

    assert "3 assigned to Priya Nair (Search)." in page.content.decode()
    assert held_by(priya) == set(three)


def test_releasing_says_what_is_left(signed_in: Client, three: list[int]) -> None:
    page = signed_in.post("/candidates/bulk", {"number": three, "deed": "release"}, follow=True)

    assert "None released, 3 claimed by nobody." in page.content.decode()


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        ({"deed": "claim", "team": "search"}, 422, "Tick at least one candidate first."),
        ({"deed": "claim", "team": "search", "number": ["x", "-1", "9" * 30]}, 422, "Tick at least one"),
        ({"team": "search", "number": ["1"]}, 409, "Choose what to do with them"),
        ({"deed": "assign", "to": "search/1", "number": ["1"]}, 409, "Choose who will answer for them."),
    ],
)
def test_what_was_said_wrongly_is_told_above_the_list(
    said: dict[str, object], status: int, words: str, client: Client, lea: Person
) -> None:
    client.force_login(lea)

    answered = client.post("/candidates/bulk", said)

    assert answered.status_code == status
    assert words in answered.content.decode()
    assert not Claim.objects.exists()


def test_more_than_a_page_may_take_is_refused(
    signed_in: Client, three: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)

    answered = signed_in.post("/candidates/bulk", {"all": "1", "deed": "claim", "team": "search"})

    assert answered.status_code == 422
    assert "More than 2 candidates at once are too many" in answered.content.decode()


def test_a_team_that_is_none_is_not_found(signed_in: Client, three: list[int]) -> None:
    assert signed_in.post("/candidates/bulk", {"number": three, "deed": "claim", "team": "a\0b"}).status_code == 404


def test_a_lead_is_offered_everybody_to_assign_to_and_the_page_is_sound(
    client: Client, lea: Person, priya: Person, three: list[int], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(lea)

    with django_assert_num_queries(10):
        page = client.get("/candidates/").content.decode()

    assert f'<option value="search/{priya.pk}">Priya Nair</option>' in page
    assert problems_of(page) == []


def test_who_only_reads_is_offered_no_tick(client: Client, three: list[int]) -> None:
    client.force_login(make_person(access_level=AccessLevel.VIEWER))

    page = client.get("/candidates/").content.decode()

    assert 'type="checkbox"' not in page
    assert 'id="bulk"' not in page

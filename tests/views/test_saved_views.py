"""Views: a list kept under a name, shared with a team, dropped by whoever keeps it."""

import pytest
from django.test import Client

from iamdash.models import AccessLevel, Person, SavedView
from tests.factories import make_person, make_team
from tests.views.markup import problems_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> Person:
    return make_person(
        "ann@example.org", full_name="Ann", access_level=AccessLevel.VIEWER, teams=(make_team("search"),)
    )


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_a_list_is_kept_by_its_canonical_query_and_found_again(ann: Person) -> None:
    query = "sort=-risk&age=5y&risk=urgent&nonsense=1"

    kept = as_(ann).post("/candidates/views", {"name": "  Old  and risky ", "query": query}, follow=True)

    page = kept.content.decode()
    assert SavedView.objects.get().query == "risk=urgent&age=5y"
    assert "Kept as “Old and risky”" in page
    assert 'href="/candidates/?risk=urgent&amp;age=5y" aria-current="true">Old and risky</a>' in page
    assert problems_of(page) == []


def test_the_same_name_once_more_replaces_the_list(ann: Person) -> None:
    for query in ("risk=urgent", "view=stuck"):
        as_(ann).post("/candidates/views", {"name": "Mine", "query": query})

    assert [view.query for view in SavedView.objects.all()] == ["view=stuck"]


def test_a_shared_view_is_shown_to_the_team_and_dropped_only_by_whoever_keeps_it(ann: Person) -> None:
    ben = make_person("ben@example.org", teams=(make_team("search"),))
    eve = make_person("eve@example.org", teams=(make_team("data"),))
    as_(ann).post("/candidates/views", {"name": "Ours", "query": "view=stuck", "team": "search"})
    number = SavedView.objects.get().pk

    assert "shared by Ann" in as_(ben).get("/candidates/").content.decode()
    assert "Ours" not in as_(eve).get("/candidates/").content.decode()
    assert as_(ben).post(f"/candidates/views/{number}/drop").status_code == 403
    assert SavedView.objects.exists()
    as_(ann).post(f"/candidates/views/{number}/drop")
    assert not SavedView.objects.exists()


def test_nobody_shares_with_a_team_that_they_are_not_in(ann: Person) -> None:
    make_team("data")

    assert as_(ann).post("/candidates/views", {"name": "Theirs", "team": "data"}).status_code == 403
    assert not SavedView.objects.exists()


def test_what_was_to_be_shared_with_a_team_that_is_none_is_not_kept_alone_instead(ann: Person) -> None:
    assert as_(ann).post("/candidates/views", {"name": "Ours", "team": "a\0b"}).status_code == 404
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "\0"])
def test_a_name_that_is_none_is_a_sentence(ann: Person, name: str) -> None:
    page = as_(ann).post("/candidates/views", {"name": name}, follow=True).content.decode()

    assert 'class="notice error"' in page
    assert not SavedView.objects.exists()


def test_a_view_of_what_there_is_no_longer_opens_with_chips(ann: Person) -> None:
    SavedView.objects.create(person=ann, name="Old", query="account=999999999999&risk=enormous")

    page = as_(ann).get("/candidates/?account=999999999999&risk=enormous").content.decode()

    assert page.count("(unknown, ignored)") == 2

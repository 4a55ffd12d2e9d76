"""Which team one is in: asked once, said by oneself where the file leaves it open, told in the journal."""

from datetime import timedelta

import pytest
from django.test import Client

from iamdash.models import AccessLevel, Event, Membership, Person, Team
from iamdash.organisation.config_file import parse_config
from iamdash.organisation.load import load
from tests.factories import NOW, make_person, make_team
from tests.views.markup import problems_of

pytestmark = pytest.mark.django_db
SEARCH = """
[[accounts]]
id = "111122223333"
name = "example-production"

[[teams]]
slug = "search"
name = "Search"
members = [{}]
"""
QUESTION = "Which team are you in?"


@pytest.fixture
def ann() -> Person:
    return make_person("ann@example.org")


@pytest.fixture
def signed_in(client: Client, ann: Person) -> Client:
    client.force_login(ann)
    return client


def test_who_is_in_no_team_is_asked_until_they_say(signed_in: Client, ann: Person) -> None:
    make_team("search", name="Search")
    page = signed_in.get("/candidates/").content.decode()
    assert QUESTION in page
    assert problems_of(page) == []

    joined = signed_in.post("/my-teams/join", {"team": "search"}, follow=True).content.decode()

    assert "You are in Search." in joined
    assert list(ann.teams.values_list("slug", flat=True)) == ["search"]
    assert QUESTION not in signed_in.get("/candidates/").content.decode()
    event = Event.objects.get(kind="team.joined")
    assert (event.actor, event.subject) == ("ann@example.org", "search")
    assert event.sentence == "ann@example.org joined Search."


def test_not_now_is_an_answer_and_leads_back(signed_in: Client, ann: Person) -> None:
    answered = signed_in.post("/my-teams/later", {"next": "/teams/"})

    assert answered.headers["Location"] == "/teams/"
    assert QUESTION not in signed_in.get("/teams/").content.decode()
    assert not Membership.objects.exists()


def test_who_has_a_team_is_not_asked(client: Client) -> None:
    client.force_login(make_person("ben@example.org", teams=(make_team("search"),)))

    assert QUESTION not in client.get("/candidates/").content.decode()


def test_who_only_reads_is_not_asked(client: Client) -> None:
    client.force_login(make_person(access_level=AccessLevel.VIEWER))

    assert QUESTION not in client.get("/candidates/").content.decode()


def test_one_can_leave_again(signed_in: Client, ann: Person) -> None:
    make_team("search", name="Search").admit(ann)

    left = signed_in.post("/my-teams/search/leave", follow=True).content.decode()

    assert "You are no longer in Search." in left
    assert not Membership.objects.exists()
    assert Event.objects.filter(kind="team.left").count() == 1


@pytest.mark.parametrize("decided", [False, True])
def test_a_team_that_the_file_no_longer_names_can_be_left(signed_in: Client, ann: Person, *, decided: bool) -> None:
    make_team("old", name="Old", in_config=False, members_in_config=decided).admit(ann)

    page = signed_in.get("/my-teams/").content.decode()

    assert "Leave<span" in page
    assert "iamdash.toml says" not in page

    left = signed_in.post("/my-teams/old/leave", follow=True).content.decode()

    assert "You are no longer in Old." in left
    assert not Membership.objects.exists()


def test_where_the_file_says_who_is_in_a_team_nobody_joins_or_leaves_here(signed_in: Client, ann: Person) -> None:
    make_team("search", name="Search", members_in_config=True).admit(ann)
    make_team("data", name="Data", members_in_config=True)
    page = signed_in.get("/my-teams/").content.decode()

    joined = signed_in.post("/my-teams/join", {"team": "data"})
    left = signed_in.post("/my-teams/search/leave")

    assert "as iamdash.toml says" in page
    assert problems_of(page) == []
    assert "Join" not in page
    assert (joined.status_code, left.status_code) == (409, 409)
    assert "iamdash.toml says who is in Data." in joined.content.decode()
    assert [each.team_id for each in Membership.objects.all()] == ["search"]


@pytest.mark.parametrize("team", ["", "nobody", "old", "\0"])
def test_a_team_that_there_is_not_is_a_sentence(signed_in: Client, team: str) -> None:
    make_team("old", in_config=False)

    answer = signed_in.post("/my-teams/join", {"team": team})

    assert answer.status_code in {409, 422}
    assert "That was not done." in answer.content.decode()
    assert not Membership.objects.exists()


def test_whom_the_file_takes_out_of_their_last_team_is_asked_again(client: Client) -> None:
    load(parse_config(SEARCH.format('"ann@example.org"')), now=NOW)
    ann = Person.objects.get(email="ann@example.org")
    assert not ann.asks_for_team
    assert Team.objects.get(pk="search").members_in_config

    load(parse_config(SEARCH.format("")), now=NOW + timedelta(days=1))

    client.force_login(ann)
    assert QUESTION in client.get("/candidates/").content.decode()

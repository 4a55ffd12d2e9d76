"""The filter by team where there are more teams than a select may hold: its name is typed."""

from urllib.parse import quote

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from iamdash.candidates.queries import choices
from tests.factories import make_candidate, make_claim, make_person, make_team
from tests.views.markup import problems_of
from tests.views.test_candidates import answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Somebody of Search, where there is one team more than a select may hold."""
    monkeypatch.setattr(choices, "MOST_CHOICES", 2)
    search, payments, _forms = (make_team(name.lower(), name=name) for name in ("Search", "Payments", "Forms"))
    for team in (search, payments):
        candidate = make_claim(make_candidate(), team=team).candidate
        answer(candidate)
    client.force_login(make_person(teams=(search,)))
    return client


def test_the_page_holds_no_list_of_all_teams_and_suggests_ones_own(engineer: Client) -> None:
    page = engineer.get("/candidates/").content.decode()

    assert 'name="team_name" value=""' in page
    assert '<option value="Search">' in page
    assert "Forms" not in page
    assert problems_of(page) == []


@pytest.mark.parametrize(
    ("typed", "asked"),
    [("payments", "payments"), ("Payments", "payments"), ("no team yet", "none"), ("My teams", "mine"), ("Pay", "Pay")],
)
def test_a_name_leads_to_the_one_address_of_its_list(engineer: Client, typed: str, asked: str) -> None:
    answered = engineer.get(f"/candidates/?team_name={quote(typed)}&view=&q=")

    assert (answered.status_code, answered["Location"]) == (302, f"/candidates/?team={asked}")


def test_the_team_that_is_chosen_stands_in_the_field(engineer: Client) -> None:
    page = engineer.get("/candidates/?team=payments").content.decode()

    assert 'name="team_name" value="Payments"' in page
    assert "Team: Payments" in page
    assert "<strong>1</strong>" in page


def test_a_name_that_no_team_has_is_kept_and_ignored(engineer: Client) -> None:
    page = engineer.get("/candidates/?team=pay").content.decode()

    assert 'name="team_name" value="pay"' in page
    assert "Team: pay (unknown, ignored)" in page


def test_no_name_is_every_team(engineer: Client) -> None:
    assert engineer.get("/candidates/?team_name=").headers["Location"] == "/candidates/"


def test_names_are_suggested_by_any_part_of_them(engineer: Client) -> None:
    assert engineer.get("/teams/names?team_name=AY").content.decode().split() == ["<option", 'value="Payments">']


def test_a_list_of_one_team_asks_ten_questions(
    engineer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(10):
        engineer.get("/candidates/?team=payments")

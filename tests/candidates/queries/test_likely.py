"""Likely ours: stored with the answer, listed for the team, ended by a claim, and made anew with the config."""

import pytest
from django.test import Client
from django.utils import timezone

from iamdash.candidates.queries.candidate_list.filters import Filters, Viewer
from iamdash.candidates.queries.candidate_list.page import candidate_list
from iamdash.candidates.queries.frame import account_ages
from iamdash.models import Membership, Programme, Standing
from iamdash.standing.assess import Cause, assess
from tests.factories import make_access_key, make_claim, make_iam_user, make_person, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def likely() -> Standing:
    make_team("search", aliases=["findability"])
    iam_user = make_iam_user("indexer", tags={"Owner": "Findability", "repository": "acme/other"})
    make_access_key(iam_user)
    assess([iam_user.pk], now=timezone.now(), cause=Cause.AWS, actor="sync")
    return Standing.objects.get()


def numbers(team_slugs: tuple[str, ...], **parameters: str) -> list[int]:
    page = candidate_list(Filters.of(parameters), account_ages(), viewer=Viewer(0, team_slugs), now=timezone.now())
    return [row.number for row in page.rows]


def test_it_is_stored_with_every_hint(likely: Standing) -> None:
    assert likely.likely_team_id == "search"
    assert [hint["why_not"] for hint in likely.ownership] == ["", "it is no team's repository"]


def test_it_is_listed_for_the_team_and_for_no_other(likely: Standing) -> None:
    assert numbers(("search",), view="likely") == [likely.pk]
    assert numbers(("platform",), view="likely") == []
    assert numbers((), likely="search") == [likely.pk]


def test_a_claim_ends_it(likely: Standing) -> None:
    make_claim(likely.candidate)
    assess([likely.candidate.iam_user_id], now=timezone.now(), cause=Cause.PEOPLE, actor="ada@example.org")

    assert numbers(("search",), view="likely") == []
    assert Standing.objects.get().likely_team_id == "search"


def test_other_rules_of_the_config_make_it_anew(likely: Standing) -> None:
    rule = {"source": "name", "keys": [], "pattern": "^other-", "team": "search", "ignore": []}
    Programme.objects.update_or_create(pk=1, defaults={"ownership": [rule]})

    assess([likely.candidate.iam_user_id], now=timezone.now(), cause=Cause.PEOPLE, actor="load_config")

    assert Standing.objects.get().likely_team_id is None


def test_list_and_page_say_so_with_the_reason(likely: Standing, client: Client) -> None:
    client.force_login(make_person("ada@example.org"))

    listed = client.get("/candidates/").content.decode()
    page = client.get(f"/candidates/{likely.pk}/").content.decode()

    assert "Likely</span> Search" in listed
    assert "by its tag" in listed
    assert "<strong>Likely Search</strong>: its tag Owner is “Findability”." in page
    assert "Its tag repository is “acme/other”: it is no team&#39;s repository." in page


def test_the_tab_counts_what_the_viewer_sees(likely: Standing, client: Client) -> None:
    person = make_person("ada@example.org")
    Membership.objects.create(person=person, team_id="search")
    client.force_login(person)

    assert "Likely ours <b>1</b>" in client.get("/candidates/").content.decode()

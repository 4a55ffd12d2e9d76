"""Teams: how each stands, who has what, what is likely theirs, and claiming all of that at once."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from iamdash.models import AccessLevel, Candidate, Membership, Person, Standing
from iamdash.standing.assess import Cause, assess
from iamdash.standing.daily import count_day
from tests.browser.believable import organisation
from tests.factories import make_access_key, make_iam_user, make_person, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client: Client) -> Client:
    client.force_login(organisation())
    return client


def likely(*names: str, team: str) -> list[int]:
    iam_users = [make_iam_user(name, tags={"owner": team}) for name in names]
    for iam_user in iam_users:
        make_access_key(iam_user)
    assess([each.pk for each in iam_users], now=timezone.now(), cause=Cause.AWS, actor="sync")
    return [each.candidate.pk for each in iam_users]


def member_of(slug: str, level: AccessLevel = AccessLevel.ENGINEER) -> Person:
    person = make_person("member@example.org", access_level=level)
    Membership.objects.create(person=person, team=make_team(slug))
    return person


def test_every_team_with_candidates_is_listed_and_what_nobody_has_comes_last(signed_in: Client) -> None:
    body = signed_in.get("/teams/").content.decode()

    names = re.findall(r'<a class="name" href="[^"]*">([^<]*)</a>', body)
    assert set(Standing.objects.exclude(owner_team=None).values_list("owner_team__name", flat=True)) <= set(names)
    assert names[-1] == "No team yet"
    assert "Needs owners" in body


def test_before_anything_was_found_no_team_is_said_to_have_no_key_left(client: Client) -> None:
    client.force_login(make_person())

    body = client.get("/teams/").content.decode()

    assert "No team has anything yet" in body
    assert "No key left" not in body


def test_the_numbers_of_a_team_are_the_lengths_of_their_lists(signed_in: Client) -> None:
    likely("indexer", "crawler", team="Data Services")
    body = signed_in.get("/teams/").content.decode()

    linked = re.findall(r'href="(/candidates/\?[^"]*)">([\d,]+)<span', body)

    assert any("likely=" in url for url, _number in linked)
    for url, number in linked:
        listed = signed_in.get(url.replace("&amp;", "&"), follow=True).content.decode()
        assert len(re.findall(r'<tr id="row-', listed)) == int(number), url


def test_a_team_page_says_who_has_what_and_what_is_likely_theirs(client: Client) -> None:
    client.force_login(member_of("search"))
    likely("indexer", team="search")

    body = client.get("/teams/search/").content.decode()

    assert "indexer" in body
    assert "by its tag" in body
    assert "0 claimed" in body


def test_a_member_claims_all_that_is_likely_theirs_at_once(client: Client) -> None:
    person = member_of("search")
    client.force_login(person)
    numbers = likely("indexer", "crawler", team="search")
    form = {"all": "1", "query": "likely=search", "team": "search", "deed": "claim", "next": "/teams/search/"}
    assert 'value="likely=search"' in client.get("/teams/search/").content.decode()

    answer = client.post("/candidates/bulk", form, follow=True)

    assert answer.redirect_chain == [("/teams/search/", 302)]
    assert "2 claimed" in answer.content.decode()
    assert set(Standing.objects.filter(owner_person=person).values_list("pk", flat=True)) == set(numbers)


def test_who_is_not_in_the_team_is_offered_no_claim(client: Client) -> None:
    make_team("search")
    client.force_login(member_of("platform"))
    likely("indexer", team="search")

    assert "deed" not in client.get("/teams/search/").content.decode()


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("#search", ""),
        ("search@example.org", "mailto:search@example.org"),
        ("https://example.org/s", "https://example.org/s"),
    ],
)
def test_a_contact_that_is_an_address_is_a_link(client: Client, contact: str, link: str) -> None:
    make_team("search", contact=contact)
    client.force_login(make_person("ada@example.org"))

    body = client.get("/teams/search/").content.decode()

    assert (f'href="{link}"' in body) is bool(link)
    assert contact in body


def test_a_team_that_does_not_exist_is_not_found(signed_in: Client) -> None:
    assert signed_in.get("/teams/nobody/").status_code == 404


@pytest.mark.parametrize("page", ["0", "x", "99"])
def test_any_page_number_can_be_asked_for(signed_in: Client, page: str) -> None:
    assert signed_in.get(f"/teams/?page={page}").status_code == 200


def test_the_pages_ask_ten_questions_at_most(
    signed_in: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Candidate.objects.update(opened_at=timezone.now() - timedelta(days=40))
    count_day(timezone.now().date(), timezone.now())
    slug = Standing.objects.exclude(owner_team=None).values_list("owner_team", flat=True)[0]
    likely("indexer", team="Data Services")

    for address in ("/teams/", f"/teams/{slug}/"):
        # What is over is asked for once a day.
        signed_in.get(address)
        with django_assert_max_num_queries(10):
            signed_in.get(address)

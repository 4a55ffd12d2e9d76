"""Settings: what one prefers is kept and told by the server; another limit is judged, and changes nothing."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from iamdash.candidates.queries import limits
from iamdash.models import AccessLevel, Candidate, Programme, Standing
from iamdash.standing.assess import Cause, assess
from tests.browser.states import every_state
from tests.factories import make_access_key, make_iam_user, make_person
from tests.views.markup import problems_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(make_person("ada@example.org", access_level=AccessLevel.VIEWER))
    return client


def come_up(name: str, *, days: int) -> None:
    iam_user = make_iam_user(name)
    make_access_key(iam_user, created_at=timezone.now() - timedelta(days=days))
    assess([iam_user.pk], now=timezone.now(), cause=Cause.AWS, actor="sync")


@pytest.mark.parametrize(
    ("access_level", "words"),
    [
        (AccessLevel.VIEWER, "Viewer: reads and changes nothing"),
        (AccessLevel.ENGINEER, "Engineer: claims candidates and works on them"),
        (AccessLevel.LEAD, "Lead: as an engineer, for every team; also assigns, and decides on exceptions"),
        (AccessLevel.ADMIN, "Admin: as a lead; also syncs all accounts at once"),
    ],
)
def test_the_menu_says_what_one_may_do(client: Client, access_level: AccessLevel, words: str) -> None:
    client.force_login(make_person("ada@example.org", access_level=access_level))

    assert f"ada@example.org<br>{words}</span>" in client.get("/settings/").content.decode()


def test_what_shows_only_on_other_pages_is_said_to_be_kept(reader: Client) -> None:
    kept = "Your settings are kept."

    assert (
        kept in reader.post("/preferences", {"density": "compact", "next": "/settings/"}, follow=True).content.decode()
    )
    assert kept not in reader.post("/preferences", {"theme": "dark", "next": "/"}, follow=True).content.decode()


def test_what_one_prefers_is_said_in_the_first_byte(reader: Client) -> None:
    reader.post("/preferences", {"theme": "dark", "density": "compact", "shortcuts": "off", "next": "/settings/"})
    page = reader.get("/settings/").content.decode()
    assert '<html lang="en-GB" data-theme="dark" data-density="compact" data-shortcuts="off">' in page
    assert problems_of(page) == []

    reader.post("/preferences", {"theme": "", "density": "nonsense"})

    assert '<html lang="en-GB" data-shortcuts="off">' in reader.get("/settings/").content.decode()


def test_a_preview_says_what_a_lower_limit_would_do_and_does_nothing(reader: Client) -> None:
    come_up("old", days=400)
    come_up("young", days=40)
    before = list(Standing.objects.values())

    page = reader.get("/settings/?long_lived_days=30&stuck_days=21").content.decode()

    assert '<th scope="row">Candidates</th><td class="number">1</td><td class="number">2</td>' in page
    assert "[thresholds]\nlong_lived_days = 30</code>" in page
    assert "stuck_days =" not in page
    assert "Judged: all 2 IAM users" in page
    assert problems_of(page) == []
    assert Candidate.objects.count() == 1
    assert list(Standing.objects.values()) == before


def test_of_many_a_part_is_judged_and_the_page_says_so(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        come_up(f"user-{number}", days=400)
    monkeypatch.setattr(limits, "MOST_JUDGED", 3)

    page = reader.get("/settings/?stuck_days=1000").content.decode()

    assert "Judged: 3 of 5 IAM users, spread evenly" in page


def test_the_limits_in_force_change_nothing(reader: Client) -> None:
    Programme.objects.create(pk=1, stuck_days=30)

    page = reader.get("/settings/?stuck_days=30").content.decode()

    assert "nothing would change" in page


@pytest.mark.parametrize("value", ["-1", "many", "3651", "1.5"])
def test_what_is_no_limit_is_said_beside_its_field(reader: Client, value: str) -> None:
    answer = reader.get("/settings/", {"stuck_days": value})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_stuck_days">stuck_days: give whole days, from 0 to 3650.' in page
    assert problems_of(page) == []


def test_every_limit_of_the_file_is_told_with_whom_it_concerns(reader: Client) -> None:
    come_up("old", days=400)
    Programme.objects.create(pk=1, stuck_days=30)

    page = reader.get("/rules/").content.decode()

    for name in limits.ABOUT:
        assert f">{name}</th>" in page
    assert "usually 21" in page
    assert "1 open with a key of that age" in page
    assert page.count("the waiting time takes its place") == 3
    assert "None possible for now" in page
    assert "an exception is asked for" in page
    assert problems_of(page) == []
    assert set(limits.ABOUT) == {f.name for f in Programme._meta.fields if f.name.endswith(("_days", "_minutes"))}


def test_every_number_of_the_rules_is_the_length_of_its_list(client: Client) -> None:
    client.force_login(every_state().person)
    page = client.get("/rules/").content.decode()

    linked = re.findall(r'href="(/candidates/\?[^"]*)">([\d,]+)', page)

    for part in ("view=stuck", "used=none", "route=", "risk=", "view=deleted"):
        assert any(part in url for url, _number in linked), part
    for url, number in linked:
        listed = client.get(url.replace("&amp;", "&"), follow=True).content.decode()
        assert f'<span class="count"><strong>{number}</strong> of' in listed, url


def test_what_a_preview_says_of_today_are_the_numbers_of_the_tabs(client: Client) -> None:
    person = every_state().person
    Standing.objects.filter(is_open=True).update(reopened_at=timezone.now(), fell_from=4)
    users = list(Standing.objects.values_list("candidate__iam_user", flat=True))
    assess(users, now=timezone.now(), cause=Cause.AWS, actor="sync")
    client.force_login(person)

    page = client.get("/settings/?long_lived_days=5").content.decode()
    tabs = client.get("/candidates/").content.decode()

    for name in ("Stuck", "Safe to deactivate", "Safe to delete"):
        said = re.search(rf'<th scope="row">{name}</th><td class="number">(\d+)<', page)
        assert said is not None
        assert f"{name} <b>{said[1]}</b>" in tabs


@pytest.mark.parametrize("asked", [{"claim_days": "14"}, {"claim_warning_days": "90"}])
def test_lines_that_the_file_would_refuse_are_refused_here(reader: Client, asked: dict[str, str]) -> None:
    answer = reader.get("/settings/", asked)

    assert answer.status_code == 422
    assert 'href="#id_claim_warning_days">claim_warning_days is not less than claim_days' in answer.content.decode()


def test_the_rules_take_as_many_queries_however_many_there_are(
    reader: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(4):
        with django_assert_num_queries(9):
            reader.get("/rules/")
        come_up(f"user-{number}", days=400)

"""The candidates list as a page: its address, its tabs, its table, its empty states."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from iamdash.models import Candidate, Claim, Person
from iamdash.standing.assess import Cause, assess
from tests.factories import (
    make_access_key,
    make_aws_account,
    make_candidate,
    make_claim,
    make_iam_user,
    make_person,
    make_safe_to_deactivate,
    make_safe_to_delete,
    make_sync_run,
    make_team,
)
from tests.views.markup import next_page, problems_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya() -> Person:
    return make_person("priya@example.org", full_name="Priya Nair", teams=(make_team("search", name="Search"),))


@pytest.fixture
def signed_in(client: Client, priya: Person) -> Client:
    client.force_login(priya)
    return client


def candidate_named(user_name: str, **columns: object) -> Candidate:
    iam_user = make_iam_user(user_name, **columns)
    make_access_key(iam_user)
    candidate = make_candidate(iam_user)
    answer(candidate)
    return candidate


def answer(*candidates: Candidate) -> None:
    assess([each.iam_user_id for each in candidates], now=timezone.now(), cause=Cause.AWS, actor="sync")


def test_the_list_names_every_open_candidate_with_its_reason(signed_in: Client) -> None:
    candidate_named("backup-uploader")

    page = signed_in.get("/candidates/").content.decode()

    assert "backup-uploader" in page
    assert "Identified" in page
    assert "No owner yet" in page


def test_a_name_in_a_row_is_text_and_never_markup(signed_in: Client, priya: Person) -> None:
    candidate = candidate_named("backup-uploader")
    make_claim(candidate, person=priya, team=make_team("research", name="R&D <b>lab</b>"))
    answer(candidate)

    page = signed_in.get("/candidates/").content.decode()

    assert (
        '<td role="cell" class="owner">R&amp;D &lt;b&gt;lab&lt;/b&gt; <div class="small-print">Priya Nair</div>' in page
    )


def test_an_address_with_empty_fields_becomes_the_canonical_one(signed_in: Client) -> None:
    answered = signed_in.get("/candidates/?sort=-risk&team=search&q=&account=&page=1")

    assert (answered.status_code, answered["Location"]) == (302, "/candidates/?team=search")


def test_an_unknown_value_is_a_removable_chip_and_not_an_error(signed_in: Client) -> None:
    candidate_named("backup-uploader")

    page = signed_in.get("/candidates/?view=foo&stage=bar&keys=baz&sort=qux").content.decode()

    for words in ("View: foo", "Stage: bar", "Keys: baz", "Sort: qux"):
        assert f"{words} (unknown, ignored)" in page
    assert "backup-uploader" in page


@pytest.mark.parametrize(
    "query", ["page=9999", "page=-1", "page=x", "q=%00", "q=%ED%A0%80", "page=%C2%B2", "page=999999999999999999999"]
)
def test_no_address_breaks_the_list(signed_in: Client, query: str) -> None:
    candidate_named("backup-uploader")

    assert signed_in.get(f"/candidates/?{query}", follow=True).status_code == 200


def test_the_tabs_count_what_their_lists_hold(signed_in: Client, priya: Person) -> None:
    team = priya.teams.get()
    mine = candidate_named("mine")
    make_claim(mine, person=priya, team=team)
    theirs = candidate_named("theirs")
    make_claim(theirs, person=make_person(teams=(team,)), team=team)
    candidate_named("nobodys")
    candidate_named(
        "deleted", gone_at=timezone.now() - timedelta(days=2), gone_confirmed_at=timezone.now() - timedelta(days=1)
    )
    removed = make_aws_account("999900001111", name="closed", removed_at=timezone.now())
    candidate_named("unreadable", aws_account=removed)
    answer(mine, theirs)

    tabs = re.findall(
        r'<li><a href="(/candidates/[^"]*)"[^>]*>([^<]+) <b>(\d+)</b>', signed_in.get("/candidates/").content.decode()
    )

    counts = {name: int(count) for _address, name, count in tabs}
    assert counts["All open"] == 3
    assert (counts["Mine"], counts["My team"], counts["Unclaimed"]) == (1, 2, 1)
    assert (counts["Deleted"], counts["No longer readable"]) == (1, 1)
    assert counts["Everything"] == counts["All open"] + counts["Deleted"] + counts["No longer readable"]
    for address, name, count in tabs:
        page = signed_in.get(unescape(address)).content.decode()
        assert f'<span class="count"><strong>{count}</strong> of {count}</span>' in page, name
        assert page.count('<tr id="row-') == int(count), name


def test_a_row_says_what_is_safe_today(signed_in: Client) -> None:
    now = timezone.now()
    answer(make_safe_to_deactivate("silent", now=now), make_safe_to_delete("soaked", now=now))

    page = signed_in.get("/candidates/").content.decode()

    flags = ("Safe to deactivate", "Safe to delete")
    assert [page.count(f'<span class="tag green">{flag}</span>') for flag in flags] == [1, 1]
    assert problems_of(page) == []


def test_a_search_finds_what_is_gone_and_says_so(signed_in: Client) -> None:
    gone_at = timezone.now() - timedelta(days=2)
    candidate_named("backup-old", gone_at=gone_at, gone_confirmed_at=gone_at + timedelta(hours=1))
    candidate_named("backup-new")

    page = signed_in.get("/candidates/?q=backup").content.decode()

    assert "backup-old" in page
    assert "backup-new" in page
    assert "Proved gone" in page
    assert "1 of them no longer open" in page


def test_to_htmx_the_list_answers_with_a_fragment_and_the_canonical_address(signed_in: Client) -> None:
    candidate_named("backup-uploader")

    answered = signed_in.get("/candidates/?q=backup&team=&stage=identified", headers={"HX-Request": "true"})

    page = answered.content.decode()
    assert "<html" not in page
    assert "<title>Candidates, 1 shown, iamdash</title>" in page
    assert answered["HX-Push-Url"] == "/candidates/?q=backup&stage=identified"
    assert "HX-Request" in answered["Vary"]
    assert "1 of 1 candidates" in page


def test_a_row_offers_somebody_of_several_teams_the_likely_one_first(client: Client) -> None:
    client.force_login(make_person(teams=(make_team("data"), make_team("search"), make_team("web"))))
    candidate_named("indexer", tags={"team": "search"})

    page = client.get("/candidates/").content.decode()

    assert re.findall(r'<button class="button small( primary)?"[^>]*row/claim" name="team" value="(\w+)"', page) == [
        (" primary", "search"),
        ("", "data"),
        ("", "web"),
    ]


def test_without_javascript_a_claim_from_a_row_can_be_undone(signed_in: Client) -> None:
    candidate = candidate_named("indexer")

    here = {"team": "search", "next": "/candidates/?q=i"}
    page = signed_in.post(f"/candidates/{candidate.pk}/row/claim", here, follow=True).content.decode()
    (undo,) = re.findall(r'<form method="post" action="([^"]*)" class="inline">', page)
    undone = signed_in.post(undo, here, follow=True)

    assert "indexer is unclaimed again." in undone.content.decode()
    assert not Claim.objects.filter(ended_at=None).exists()


def test_a_typed_letter_replaces_the_address_instead_of_adding_to_the_history(signed_in: Client) -> None:
    answered = signed_in.get("/candidates/?q=b", headers={"HX-Request": "true", "HX-Trigger-Name": "q"})

    assert answered["HX-Replace-Url"] == "/candidates/?q=b"
    assert "HX-Push-Url" not in answered


def test_fifty_a_page_and_the_next_page_goes_on_where_the_first_ended(signed_in: Client) -> None:
    for number in range(53):
        candidate_named(f"uploader-{number:02d}")

    first = signed_in.get("/candidates/?sort=user").content.decode()
    second = signed_in.get(next_page(first)).content.decode()

    names = r'<a class="name" href="/candidates/\d+/">([^<]+)</a>'
    assert re.findall(names, first) == [f"uploader-{number:02d}" for number in range(50)]
    assert re.findall(names, second) == ["uploader-50", "uploader-51", "uploader-52"]
    assert "<span>1–50 of 53</span>" in first
    assert "<span>51–53 of 53</span>" in second
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in second


def test_the_number_of_queries_does_not_grow_with_the_list(
    signed_in: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        candidate = candidate_named(f"uploader-{number}")
        make_claim(candidate)
        answer(candidate)

    # Session, person, their teams (to see, to claim), accounts, teams, the page, its rows, counts; the age of the data.
    with django_assert_num_queries(9):
        signed_in.get("/candidates/")


def test_an_empty_house_says_how_to_begin(signed_in: Client) -> None:
    assert "No AWS accounts yet" in signed_in.get("/candidates/").content.decode()

    make_aws_account()

    assert "No candidates yet" in signed_in.get("/candidates/").content.decode()


def test_no_match_offers_to_clear_the_filters_and_keeps_the_search_box(signed_in: Client) -> None:
    candidate_named("backup-uploader")

    page = signed_in.get("/candidates/?q=nothing-like-it").content.decode()

    assert "Nothing matches" in page
    assert 'value="nothing-like-it"' in page


def test_an_empty_tab_says_that_there_is_none(signed_in: Client) -> None:
    candidate_named("backup-uploader")

    assert "Deleted: none" in signed_in.get("/candidates/?view=deleted").content.decode()


@pytest.mark.parametrize("view", ["team", "likely"])
def test_whoever_is_in_no_team_is_led_to_choose_one(client: Client, view: str) -> None:
    candidate = candidate_named("backup-uploader")
    client.force_login(make_person("new@example.org"))

    listed = client.get(f"/candidates/?view={view}").content.decode()
    page = client.get(f"/candidates/{candidate.pk}/").content.decode()

    assert "You are in no team yet" in listed
    assert 'href="/my-teams/">Choose your team</a>' in listed
    assert 'a claim needs one: <a href="/my-teams/">choose your team</a>' in page


def test_every_page_says_which_account_fell_behind(signed_in: Client) -> None:
    account = make_aws_account(name="sandbox")
    long_ago = timezone.now() - timedelta(days=3, hours=1)
    make_sync_run(account, started_at=long_ago - timedelta(minutes=1), finished_at=long_ago)
    make_sync_run(account, started_at=timezone.now(), finished_at=timezone.now(), outcome="failed")

    page = signed_in.get("/candidates/").content.decode()

    assert "sandbox was last read 3 days ago." in page


def test_one_notice_tells_of_all_the_accounts_that_fell_behind_and_one_of_those_read_in_part(signed_in: Client) -> None:
    for number, outcome in enumerate(("failed",) * 5 + ("partial",) * 4):
        account = make_aws_account(str(number) * 12, name=f"account-{number}")
        make_sync_run(account, finished_at=timezone.now(), outcome=outcome)

    page = signed_in.get("/candidates/").content.decode()

    assert "5 AWS accounts are not up to date: account-0, account-1, account-2 and 2 more." in page
    assert "Read only in part: account-5, account-6, account-7 and 1 more." in page


def test_every_page_says_that_iamdash_runs_on_a_long_lived_key(signed_in: Client) -> None:
    make_sync_run(make_aws_account(), finished_at=timezone.now(), long_lived_credential=True)

    assert "with a long-lived access key" in signed_in.get("/candidates/").content.decode()


@pytest.mark.parametrize("team", ["", "no-such-team", "\0"])
def test_a_claim_for_no_team_of_ours_is_not_found(signed_in: Client, team: str) -> None:
    candidate = candidate_named("backup-uploader")

    assert signed_in.post(f"/candidates/{candidate.pk}/row/claim", {"team": team}).status_code == 404


def test_a_claim_of_a_candidate_that_is_not_there_is_not_found(signed_in: Client) -> None:
    assert signed_in.post(f"/candidates/{10**30}/row/claim", {"team": "search"}).status_code == 404


def test_a_claim_for_somebody_elses_team_is_forbidden_in_words(signed_in: Client) -> None:
    candidate, team = candidate_named("backup-uploader"), make_team("data", name="Data Services")

    answered = signed_in.post(f"/candidates/{candidate.pk}/row/claim", {"team": team.slug})

    assert answered.status_code == 403
    assert "You are not a member of Data Services" in answered.content.decode()


def test_a_viewer_sees_no_button_to_claim(client: Client) -> None:
    candidate_named("backup-uploader")
    client.force_login(make_person(access_level="viewer", teams=(make_team(),)))

    assert "row/claim" not in client.get("/candidates/").content.decode()


@pytest.mark.parametrize(("htmx", "cadence"), [(True, ""), (False, ""), (True, "weekly"), (False, "weekly")])
def test_a_claim_leads_to_how_often_it_is_used_unless_that_was_said(
    signed_in: Client, *, htmx: bool, cadence: str
) -> None:
    candidate = candidate_named("<b>uploader")
    Candidate.objects.update(cadence=cadence)
    headers = {"HX-Request": "true"} if htmx else {}

    answer = signed_in.post(f"/candidates/{candidate.pk}/row/claim", {"team": "search"}, headers=headers, follow=True)

    page = answer.content.decode()
    assert "&lt;b&gt;uploader is yours." in page
    asked = f"/candidates/{candidate.pk}/?open=cadence"
    assert (f'<a href="{asked}#cadence">' in page) is not bool(cadence)
    opened = '<details class="edit" open><summary>'
    assert opened in signed_in.get(asked).content.decode()
    assert opened not in signed_in.get(f"/candidates/{candidate.pk}/").content.decode()

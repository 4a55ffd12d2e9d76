"""Workloads on the pages: the list by workload, the page of one, the card of a candidate, and corrections by forms."""

import pytest
from django.test import Client
from django.utils import timezone

from iamdash.candidates.queries import workload_page
from iamdash.models import AccessKey, AccessLevel, Candidate, IamUser, Standing, Workload
from iamdash.rules.stage import Stage
from iamdash.standing.assess import Cause, assess
from tests.factories import days_ago, make_access_key, make_aws_account, make_iam_user, make_person, make_team
from tests.views.markup import problems_of

pytestmark = pytest.mark.django_db
ACCOUNTS = {"production": "111122223333", "staging": "222233334444", "development": "333344445555"}


def make(user_name: str, environment: str) -> Candidate:
    account = make_aws_account(ACCOUNTS[environment], name=f"acme-{environment}", environment=environment)
    iam_user = make_iam_user(user_name, aws_account=account)
    make_access_key(iam_user)
    assess([iam_user.pk], now=timezone.now(), cause=Cause.AWS, actor="sync")
    return Candidate.objects.get(iam_user=iam_user)


@pytest.fixture
def uploader() -> Workload:
    """An uploader in three environments; it is gone from development."""
    development, staging, _production = (make(f"svc-{each}-uploader", each) for each in reversed(ACCOUNTS))
    gone = {"gone_at": days_ago(2), "gone_confirmed_at": days_ago(1)}
    IamUser.objects.filter(pk=development.iam_user_id).update(**gone)
    AccessKey.objects.filter(iam_user=development.iam_user).update(gone_at=timezone.now())
    assess([development.iam_user_id], now=timezone.now(), cause=Cause.AWS, actor="sync")
    workload = Candidate.objects.get(pk=staging.pk).workload
    assert workload is not None
    return workload


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(make_person("ann@example.org", full_name="Ann", teams=(make_team(),)))
    return client


def page_of(client: Client, path: str) -> str:
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == 200, answer
    assert problems_of(page) == []
    return page


def test_the_page_has_its_lanes_in_order_and_how_much_is_gone(engineer: Client, uploader: Workload) -> None:
    page = page_of(engineer, f"/workloads/{uploader.pk}/")

    assert "1 of 3 environments gone, 1 of 3 keys gone" in page
    order = [page.index(f"<strong>{name}</strong>") for name in ("Development", "Staging", "Production")]
    assert order == sorted(order)
    for candidate in uploader.candidates.all():
        assert f'href="/candidates/{candidate.pk}/"' in page
    assert "Production moves first" not in page
    listed = page_of(engineer, f"/candidates/?view=everything&workload={uploader.pk}")
    assert "<strong>3</strong> of 3" in listed
    assert "Remove filter </span>Workload: svc-uploader" in listed


def test_page_list_and_card_warn_where_production_does_not_wait(engineer: Client, uploader: Workload) -> None:
    production = Standing.objects.get(candidate__environment="production")
    Standing.objects.filter(pk=production.pk).update(stage=Stage.DEACTIVATED)

    page = page_of(engineer, f"/workloads/{uploader.pk}/")
    assert "Production moves first.</strong> Staging has not been quiet yet" in page
    for path in ("/candidates/?by=workload", f"/candidates/{production.pk}/"):
        assert "Production moves first" in engineer.get(path).content.decode()


def test_the_page_of_a_candidate_says_what_it_is_part_of(engineer: Client, uploader: Workload) -> None:
    number = Candidate.objects.get(environment="production").pk

    page = page_of(engineer, f"/candidates/{number}/")

    assert f'Part of <a href="/workloads/{uploader.pk}/">svc-uploader</a>' in page
    assert "Development" in page


def test_the_list_goes_by_workload_and_back_with_its_filters(engineer: Client, uploader: Workload) -> None:
    make("svc-production-indexer", "production")

    page = page_of(engineer, "/candidates/?stage=identified&by=workload")

    assert "<strong>2</strong> workloads, 3 candidates" in page
    assert "3 candidates, 2 of them in this list" in page
    assert 'href="/candidates/?stage=identified">By candidate</a>' in page
    assert 'id="bulk"' not in page
    assert 'name="by" value="workload"' in page
    assert 'href="/candidates/?stage=identified&amp;by=workload">By workload</a>' in page_of(
        engineer, "/candidates/?stage=identified"
    )


def test_an_unknown_way_to_list_is_a_removable_chip(engineer: Client, uploader: Workload) -> None:
    assert "By: moon (unknown, ignored)" in engineer.get("/candidates/?by=moon").content.decode()


def test_the_list_by_workload_says_so_where_nothing_matches(engineer: Client, uploader: Workload) -> None:
    assert "Nothing matches" in page_of(engineer, "/candidates/?q=nothing-of-the-kind&by=workload")


def test_a_rename_and_a_split_by_plain_forms(engineer: Client, uploader: Workload) -> None:
    here = f"/workloads/{uploader.pk}/"
    page = engineer.post(f"{here}rename", {"name": "Photo uploads"}, follow=True).content.decode()
    assert "It has its new name." in page
    assert "<h1>Photo uploads</h1>" in page

    number = Candidate.objects.get(environment="staging").pk
    answer = engineer.post(f"{here}split", {"number": [number], "name": "Trial uploads"}, follow=True)

    page = answer.content.decode()
    assert "Trial uploads is a workload of its own now, split off Photo uploads." in page
    assert "svc-staging-uploader" in page
    assert "svc-production-uploader" not in page
    assert (
        "Ann split it off the workload Photo uploads, as Trial uploads."
        in engineer.get(f"/candidates/{number}/").content.decode()
    )


def test_another_workload_is_found_and_merged_and_its_old_address_leads_here(
    engineer: Client, uploader: Workload
) -> None:
    other = make("svc-production-sender", "production")
    here = f"/workloads/{uploader.pk}/"
    found = page_of(engineer, f"{here}?find=sender")
    assert 'Merge<span class="vh"> svc-sender</span> into this' in found
    assert "Production identified" in found

    page = engineer.post(f"{here}merge", {"other": other.workload_id}, follow=True).content.decode()

    assert "svc-sender is part of svc-uploader now." in page
    assert "svc-production-sender" in page
    assert engineer.get(f"/workloads/{other.workload_id}/")["Location"] == here


def test_where_more_workloads_are_found_than_shown_it_says_so(
    engineer: Client, uploader: Workload, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("svc-production-sender", "production")
    make("svc-production-mailer", "production")
    here = f"/workloads/{uploader.pk}/?find=svc"
    monkeypatch.setattr(workload_page, "MOST_FOUND", 1)

    page = page_of(engineer, here)

    assert "These are the first 1 by name." in page
    assert "svc-mailer" in page
    assert "svc-sender" not in page
    monkeypatch.setattr(workload_page, "MOST_FOUND", 2)
    assert "by name. Type more" not in page_of(engineer, here)


@pytest.mark.parametrize(
    ("deed", "said", "words"),
    [
        ("rename", {"name": " "}, "Give it a name."),
        ("split", {"name": "Other"}, "Tick the candidates to split off first."),
        ("split", {"name": "Other", "number": "0"}, "no longer part of this workload"),
        ("merge", {"other": "999999"}, "There is no such workload."),
        ("merge", {}, "There is no such workload."),
    ],
)
def test_what_cannot_be_done_is_said_on_the_page(
    engineer: Client, uploader: Workload, deed: str, said: dict[str, str], words: str
) -> None:
    answer = engineer.post(f"/workloads/{uploader.pk}/{deed}", said)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert problems_of(page) == []


def test_a_refused_name_is_still_in_its_own_field(engineer: Client, uploader: Workload) -> None:
    too_long = "x" * 121

    page = engineer.post(f"/workloads/{uploader.pk}/rename", {"name": too_long}).content.decode()

    assert f'id="rename-name" name="name" value="{too_long}"' in page
    assert page.count(too_long) == 1


def test_a_viewer_sees_it_without_forms(client: Client, uploader: Workload) -> None:
    client.force_login(make_person(access_level=AccessLevel.VIEWER))

    page = page_of(client, f"/workloads/{uploader.pk}/?find=svc")

    assert 'id="correct"' not in page
    assert 'type="checkbox"' not in page


def test_a_workload_that_lost_every_candidate_is_not_found(engineer: Client) -> None:
    assert engineer.get(f"/workloads/{Workload.objects.create(name='empty').pk}/").status_code == 404


def test_the_page_asks_few_questions(
    engineer: Client, uploader: Workload, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        engineer.get(f"/workloads/{uploader.pk}/?find=svc")

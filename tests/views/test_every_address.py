"""Every address, asked for as nobody and as people of every access level. A new address without a row here fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from iamdash.models import AccessLevel, Candidate, Person
from iamdash.standing.assess import Cause, assess
from tests.factories import NOW, make_aws_account, make_candidate, make_person, make_team

pytestmark = pytest.mark.django_db

ANYBODY = None
NUMBER, LINK, ACCOUNT = 999_999, 1, "111122223333"


@dataclass(frozen=True)
class Address:
    """Who may ask: nobody in particular (ANYBODY: no sign-in), or people from this access level on."""

    method: str
    path: str
    level: AccessLevel | None = AccessLevel.VIEWER


ADDRESSES = {
    "overview": Address("get", "/"),
    "candidates": Address("get", "/candidates/"),
    "candidates-export": Address("get", "/candidates/export.csv"),
    "candidate-records": Address("get", "/candidates/records"),
    "candidate-records-json": Address("get", "/candidates/records.json"),
    "candidate-record": Address("get", f"/candidates/{NUMBER}/record"),
    "candidate-record-json": Address("get", f"/candidates/{NUMBER}/record.json"),
    "candidates-bulk": Address("post", "/candidates/bulk", AccessLevel.ENGINEER),
    "candidates-bulk-undo": Address("post", "/candidates/bulk/undo", AccessLevel.ENGINEER),
    "save-view": Address("post", "/candidates/views"),
    "drop-view": Address("post", f"/candidates/views/{NUMBER}/drop"),
    "candidate-row-claim": Address("post", f"/candidates/{NUMBER}/row/claim", AccessLevel.ENGINEER),
    "candidate-row-release": Address("post", f"/candidates/{NUMBER}/row/release", AccessLevel.ENGINEER),
    "candidate": Address("get", f"/candidates/{NUMBER}/"),
    "candidate-confirm": Address("post", f"/candidates/{NUMBER}/confirm", AccessLevel.ENGINEER),
    "candidate-take-over": Address("post", f"/candidates/{NUMBER}/take-over", AccessLevel.ENGINEER),
    "candidate-accept": Address("post", f"/candidates/{NUMBER}/accept", AccessLevel.ENGINEER),
    "candidate-decline": Address("post", f"/candidates/{NUMBER}/decline", AccessLevel.ENGINEER),
    "candidate-withdraw": Address("post", f"/candidates/{NUMBER}/withdraw", AccessLevel.ENGINEER),
    "candidate-claim": Address("post", f"/candidates/{NUMBER}/claim", AccessLevel.ENGINEER),
    "candidate-release": Address("post", f"/candidates/{NUMBER}/release", AccessLevel.ENGINEER),
    "candidate-hand-over": Address("post", f"/candidates/{NUMBER}/hand-over", AccessLevel.ENGINEER),
    "candidate-assign": Address("post", f"/candidates/{NUMBER}/assign", AccessLevel.LEAD),
    "candidate-route": Address("post", f"/candidates/{NUMBER}/route", AccessLevel.ENGINEER),
    "candidate-cadence": Address("post", f"/candidates/{NUMBER}/cadence", AccessLevel.ENGINEER),
    "candidate-roles": Address("post", f"/candidates/{NUMBER}/roles", AccessLevel.ENGINEER),
    "candidate-unlink-role": Address("post", f"/candidates/{NUMBER}/roles/{LINK}/unlink", AccessLevel.ENGINEER),
    "candidate-due-date": Address("post", f"/candidates/{NUMBER}/due-date", AccessLevel.ENGINEER),
    "candidate-notes": Address("post", f"/candidates/{NUMBER}/notes", AccessLevel.ENGINEER),
    "candidate-links": Address("post", f"/candidates/{NUMBER}/links", AccessLevel.ENGINEER),
    "candidate-remove-link": Address("post", f"/candidates/{NUMBER}/links/{LINK}/remove", AccessLevel.ENGINEER),
    "candidate-exceptions": Address("post", f"/candidates/{NUMBER}/exceptions", AccessLevel.ENGINEER),
    "candidate-approve-exception": Address("post", f"/candidates/{NUMBER}/exceptions/{LINK}/approve", AccessLevel.LEAD),
    "candidate-decline-exception": Address("post", f"/candidates/{NUMBER}/exceptions/{LINK}/decline", AccessLevel.LEAD),
    "candidate-end-exception": Address("post", f"/candidates/{NUMBER}/exceptions/{LINK}/end", AccessLevel.ENGINEER),
    "candidate-block": Address("post", f"/candidates/{NUMBER}/block", AccessLevel.ENGINEER),
    "candidate-unblock": Address("post", f"/candidates/{NUMBER}/unblock", AccessLevel.ENGINEER),
    "candidate-check": Address("post", f"/candidates/{NUMBER}/check", AccessLevel.ENGINEER),
    "candidate-close": Address("post", f"/candidates/{NUMBER}/close", AccessLevel.ENGINEER),
    "workload": Address("get", f"/workloads/{NUMBER}/"),
    "workload-rename": Address("post", f"/workloads/{NUMBER}/rename", AccessLevel.ENGINEER),
    "workload-merge": Address("post", f"/workloads/{NUMBER}/merge", AccessLevel.ENGINEER),
    "workload-split": Address("post", f"/workloads/{NUMBER}/split", AccessLevel.ENGINEER),
    "teams": Address("get", "/teams/"),
    "team-names": Address("get", "/teams/names"),
    "team": Address("get", "/teams/platform/"),
    "my-teams": Address("get", "/my-teams/"),
    "join-team": Address("post", "/my-teams/join"),
    "join-later": Address("post", "/my-teams/later"),
    "leave-team": Address("post", "/my-teams/nobody/leave"),
    "journal": Address("get", "/journal/"),
    "journal-export": Address("get", "/journal/export.csv"),
    "accounts": Address("get", "/accounts/"),
    "accounts-running": Address("get", "/accounts/running"),
    "account": Address("get", f"/accounts/{ACCOUNT}/"),
    "sync-all": Address("post", "/accounts/sync", AccessLevel.ADMIN),
    "sync-account": Address("post", f"/accounts/{ACCOUNT}/sync", AccessLevel.ENGINEER),
    "health-live": Address("get", "/healthcheck/live", ANYBODY),
    "health-ready": Address("get", "/healthcheck/ready", ANYBODY),
    "sign-in": Address("get", "/sign-in", ANYBODY),
    "openid_connect_login": Address("get", "/sign-in/single/", ANYBODY),
    "openid_connect_callback": Address("get", "/sign-in/single/callback", ANYBODY),
    "sign-out": Address("post", "/sign-out"),
    "rules": Address("get", "/rules/"),
    "components": Address("get", "/components/"),
    "settings": Address("get", "/settings/"),
    "prefer": Address("post", "/preferences"),
}
LEVELS = list(AccessLevel)
POSTED = {name: address for name, address in ADDRESSES.items() if address.method == "post"}


def named_patterns(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from named_patterns(pattern.url_patterns)
        else:
            yield pattern.name or str(pattern.pattern)


@pytest.fixture
def candidate() -> Candidate:
    """What the addresses above speak of."""
    make_aws_account(ACCOUNT)
    candidate = make_candidate(pk=NUMBER)
    assess([candidate.iam_user_id], now=NOW, cause=Cause.AWS, actor="sync")
    return candidate


def person_with(level: AccessLevel) -> Person:
    return make_person(access_level=level, teams=(make_team(),))


@contextmanager
def undone() -> Iterator[None]:
    """Undo what was written, so that each address is asked as if it were the first."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(client: Client, address: Address) -> int:
    return int(getattr(client, address.method)(address.path).status_code)


def test_every_address_has_its_row() -> None:
    assert sorted(named_patterns(get_resolver().url_patterns)) == sorted(ADDRESSES)


def test_nobody_is_sent_to_sign_in_except_where_it_is_open(client: Client, candidate: Candidate) -> None:
    for name, address in ADDRESSES.items():
        answer = getattr(client, address.method)(address.path)

        if address.level is ANYBODY:
            assert answer.status_code in {200, 404}, name  # 404: no provider is set up
        else:
            assert answer.status_code == 302, name
            assert answer["Location"].startswith("/sign-in?next="), name


@pytest.mark.parametrize("level", LEVELS)
def test_people_are_let_in_by_their_access_level(candidate: Candidate, level: AccessLevel) -> None:
    person = person_with(level)
    for name, address in ADDRESSES.items():
        if address.level is None:
            continue
        with undone():
            client = Client()
            client.force_login(person)
            status = ask(client, address)

        if LEVELS.index(level) < LEVELS.index(address.level):
            assert status == 403, name
        else:
            assert status not in {403, 405}, name
            assert status < 500, name


def test_whatever_can_be_read_can_be_asked_for_its_head(client: Client, candidate: Candidate) -> None:
    client.force_login(person_with(AccessLevel.VIEWER))
    read = {name: address for name, address in ADDRESSES.items() if address.method == "get" and address.level}

    assert [name for name, address in read.items() if client.head(address.path).status_code == 405] == []


def test_what_changes_something_does_not_answer_a_link(client: Client, candidate: Candidate) -> None:
    client.force_login(person_with(AccessLevel.ADMIN))

    assert [name for name, address in POSTED.items() if client.get(address.path).status_code != 405] == []


def test_a_form_from_another_site_is_refused(candidate: Candidate) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person_with(AccessLevel.ADMIN))

    for name, address in POSTED.items():
        answer = client.post(address.path)

        assert answer.status_code == 403, name
        assert "That form could not be checked" in answer.content.decode(), name


def test_a_deactivated_person_is_nobody(client: Client, candidate: Candidate) -> None:
    person = person_with(AccessLevel.ADMIN)
    client.force_login(person)
    person.is_active = False
    person.save()

    assert client.get("/candidates/").status_code == 302


def test_a_fragment_asked_for_without_sign_in_moves_the_whole_page_there(client: Client, candidate: Candidate) -> None:
    here = {"HX-Request": "true", "HX-Current-URL": "http://testserver/candidates/?q=a"}

    answer = client.post(ADDRESSES["candidate-row-claim"].path, headers=here)

    assert answer.status_code == 200
    assert answer["HX-Redirect"] == "/sign-in?next=/candidates/%3Fq%3Da"


def test_after_sign_in_a_form_leads_back_to_its_page_and_never_to_itself(client: Client, candidate: Candidate) -> None:
    answer = client.post("/preferences", headers={"Referer": "http://testserver/candidates/"})

    assert answer["Location"] == "/sign-in?next=/candidates/"


@pytest.mark.parametrize("came_from", ["http://[", "http://elsewhere.example.org/candidates/?q=a", "\udcff"])
def test_where_one_came_from_is_no_error_whatever_is_said(client: Client, candidate: Candidate, came_from: str) -> None:
    path, headers = ADDRESSES["candidate-row-claim"].path, {"HX-Request": "true", "HX-Current-URL": came_from}

    assert client.post(path, headers=headers)["HX-Redirect"] == "/sign-in?next=/"
    client.force_login(person_with(AccessLevel.ENGINEER))
    assert client.post(path, {"team": "platform"}, headers=headers).status_code == 200

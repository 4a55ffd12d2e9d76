"""The pages for what went wrong: they say what to do, tell no secrets, and need no database."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client, RequestFactory

from iamdash.views import errors
from tests.factories import make_person
from tests.views.markup import problems_of

REQUEST = RequestFactory().get("/candidates/", headers={"Cookie": "iamdash_theme=dark"})
PAGES = [
    (lambda: errors.bad_request(REQUEST, ValueError("secret")), 400, "makes no sense here"),
    (lambda: errors.no_permission(REQUEST, PermissionDenied("Ask Priya.")), 403, "Ask Priya."),
    (lambda: errors.not_found(REQUEST, ValueError("secret")), 404, "There is no such page"),
    (lambda: errors.server_error(REQUEST), 500, "That did not work"),
    (lambda: errors.csrf_failure(REQUEST, reason="secret"), 403, "could not be checked"),
]


@pytest.mark.parametrize(("answer_with", "status", "words"), PAGES)
def test_the_page_says_what_happened_and_needs_no_database(
    answer_with: Callable[[], HttpResponse], status: int, words: str
) -> None:
    answer = answer_with()
    page = answer.content.decode()

    assert answer.status_code == status
    assert words in page
    assert "secret" not in page
    assert 'data-theme="dark"' in page
    assert problems_of(page) == []


@pytest.mark.django_db
def test_a_view_that_breaks_shows_no_traceback(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False
    client.force_login(make_person())
    monkeypatch.setattr("iamdash.views.candidates.candidate_list", lambda *_, **__: 1 / 0)

    answer = client.get("/candidates/")

    assert answer.status_code == 500
    assert "That did not work" in answer.content.decode()
    assert "ZeroDivisionError" not in answer.content.decode()


@pytest.mark.django_db
def test_a_viewer_who_tries_to_claim_reads_what_is_needed(client: Client) -> None:
    client.force_login(make_person(access_level="viewer"))

    answer = client.post("/candidates/1/row/claim")

    assert answer.status_code == 403
    assert "engineer" in answer.content.decode()

"""Check AWS now on the page of a candidate: asked for, awaited, and what came of it."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from iamdash import tasks
from iamdash.models import Candidate, Check, Person
from tests.views.candidate.pages import as_, page_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "candidate"}


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was given to the workers."""
    given: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.check_now, "apply_async", lambda *, kwargs: given.append(kwargs))
    return given


@pytest.fixture
def press(
    client: Client,
    people: SimpleNamespace,
    claimed: Candidate,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Callable[..., HttpResponse]:
    """Ann presses "Check AWS now"."""

    def press(**headers: Any) -> HttpResponse:
        with django_capture_on_commit_callbacks(execute=True):
            return as_(client, people.ann).post(f"/candidates/{claimed.pk}/check", **headers)

    return press


def make_check(candidate: Candidate, person: Person, **columns: Any) -> Check:
    return Check.objects.create(iam_user=candidate.iam_user, asked_by=person, **{"asked_at": timezone.now()} | columns)


def ended(candidate: Candidate, person: Person, **columns: Any) -> Check:
    now = timezone.now()
    return make_check(candidate, person, **{"began_at": now, "finished_at": now, "said": "same_unique_id"} | columns)


def poll(client: Client, person: Person, candidate: Candidate) -> str:
    headers = {"HX-Request": "true", "HX-Target": "check-status"}
    return as_(client, person).get(f"/candidates/{candidate.pk}/", headers=headers).content.decode()


def test_an_engineer_asks_for_a_check_which_a_worker_gets(
    press: Callable[..., HttpResponse], claimed: Candidate, people: SimpleNamespace, orders: list[dict[str, Any]]
) -> None:
    answer = press()

    check = Check.objects.get()
    assert (check.iam_user, check.asked_by, check.began_at) == (claimed.iam_user, people.ann, None)
    assert orders == [{"number": check.pk}]
    assert answer["Location"] == f"/candidates/{claimed.pk}/#check-now"


@pytest.mark.usefixtures("orders")
def test_the_button_keeps_the_focus_when_it_was_pressed(press: Callable[..., HttpResponse]) -> None:
    page = press(headers=HTMX).content.decode()

    assert "AWS is being asked about backup-uploader." in page
    assert 'id="check-now" autofocus' in page


def test_a_check_goes_the_way_of_what_people_wait_for() -> None:
    assert tasks.app.amqp.router.route({}, "iamdash.tasks.check_now")["queue"].name == "now"


def test_a_check_that_no_broker_takes_says_so(
    press: Callable[..., HttpResponse],
    client: Client,
    people: SimpleNamespace,
    claimed: Candidate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(**_: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.check_now, "apply_async", refuse)

    press()

    assert "the broker does not answer" in page_of(client, people.ann, claimed)


def test_an_account_that_is_no_longer_read_is_not_checked(
    client: Client, people: SimpleNamespace, claimed: Candidate, orders: list[dict[str, Any]]
) -> None:
    claimed.iam_user.aws_account.removed_at = timezone.now()
    claimed.iam_user.aws_account.save()

    answer = as_(client, people.ann).post(f"/candidates/{claimed.pk}/check")

    assert answer.status_code == 409
    assert "is no longer read" in answer.content.decode()
    assert not Check.objects.exists()


def test_a_check_is_awaited_until_it_ends_also_after_a_reload(
    client: Client, people: SimpleNamespace, claimed: Candidate
) -> None:
    check = make_check(claimed, people.ann)
    waiting, reloaded = poll(client, people.ann, claimed), page_of(client, people.vic, claimed)
    check.began_at = timezone.now()
    check.save()
    under_way = poll(client, people.ann, claimed)
    check.finished_at, check.said = timezone.now(), "same_unique_id"
    check.save()
    done = poll(client, people.ann, claimed)

    assert "waiting for a worker" in waiting
    assert "every 1s" in waiting
    assert "waiting for a worker" in reloaded
    assert "AWS is being asked" in under_way
    assert "every 1s" not in done
    assert 'hx-trigger="load"' in done
    assert 'hx-trigger="load"' not in page_of(client, people.ann, claimed)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"said": "no_such_entity"}, "AWS no longer knows this user; the next sync proves it."),
        ({"said": "other_unique_id"}, "belongs to another IAM user now"),
        ({"changes": {"created": 0, "updated": 2, "gone": 0}}, "2 changes"),
        ({"changes": {}}, "Nothing has changed."),
        (
            {"said": "", "unread": [{"part": "identity", "reason": "AWS refused sts:AssumeRole."}]},
            "Not read: the account itself. AWS refused sts:AssumeRole.",
        ),
    ],
)
def test_what_a_check_found_and_what_it_could_not_read_is_said(
    client: Client, people: SimpleNamespace, claimed: Candidate, columns: dict[str, Any], words: str
) -> None:
    ended(claimed, people.ann, **columns)

    assert words in page_of(client, people.vic, claimed)


def test_a_check_whose_worker_was_stopped_is_not_awaited_for_ever(
    client: Client, people: SimpleNamespace, claimed: Candidate
) -> None:
    long_ago = timezone.now() - timedelta(minutes=10)
    make_check(claimed, people.ann, asked_at=long_ago, began_at=long_ago)

    page = page_of(client, people.ann, claimed)

    assert "did not end" in page
    assert "every 1s" not in page

"""The page of one candidate and its deeds: what is shown to whom, and what happens when somebody was faster."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from iamdash import tasks
from iamdash.candidates import actions
from iamdash.models import AccessLevel, Candidate, Check, Claim, IamUser, Note, OtherCredential, Person
from iamdash.rules.route import Route
from iamdash.standing.assess import Cause, assess
from tests.factories import (
    days_ago,
    make_access_key,
    make_aws_account,
    make_candidate,
    make_claim,
    make_iam_role,
    make_iam_user,
    make_person,
    make_replacement,
    make_sync_run,
    make_team,
)
from tests.views.markup import problems_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "candidate"}


@pytest.fixture
def people() -> SimpleNamespace:
    """Ann is an engineer of Platform, Cat of Search; Lea leads; Vic only reads."""
    platform, search = make_team("platform", name="Platform"), make_team("search", name="Search")
    return SimpleNamespace(
        platform=platform,
        search=search,
        ann=make_person("ann@example.org", full_name="Ann Abel", teams=(platform,)),
        cat=make_person("cat@example.org", full_name="Cat Cole", teams=(search,)),
        lea=make_person("lea@example.org", full_name="Lea Lund", access_level=AccessLevel.LEAD, teams=(platform,)),
        vic=make_person("vic@example.org", full_name="Vic Vane", access_level=AccessLevel.VIEWER, teams=(platform,)),
    )


@pytest.fixture
def candidate() -> Candidate:
    iam_user = make_iam_user("backup-uploader")
    make_access_key(iam_user, access_key_id="AKIAIOSFODNN7EXAMPLE")
    make_sync_run(iam_user.aws_account)
    return assessed(make_candidate(iam_user))


@pytest.fixture
def claimed(candidate: Candidate, people: SimpleNamespace) -> Candidate:
    make_claim(candidate, team=people.platform, person=people.ann)
    return assessed(candidate)


@pytest.fixture
def gone() -> Candidate:
    iam_user = make_iam_user("old-uploader", gone_at=days_ago(2), gone_confirmed_at=days_ago(1))
    return assessed(make_candidate(iam_user))


def assessed(candidate: Candidate) -> Candidate:
    assess([candidate.iam_user_id], now=timezone.now(), cause=Cause.AWS, actor="sync")
    return candidate


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def page_of(client: Client, person: Person, candidate: Candidate, query: str = "") -> str:
    answer = as_(client, person).get(f"/candidates/{candidate.pk}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def told(answer: HttpResponse) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def standing_claim(candidate: Candidate) -> Claim:
    return Claim.objects.get(candidate=candidate, ended_at=None)


# Reading -------------------------------------------------------------------------------------------------------------


def test_the_page_says_what_it_is_and_why_it_is_here(
    client: Client, people: SimpleNamespace, candidate: Candidate
) -> None:
    page = page_of(client, people.ann, candidate)

    assert "<h1>backup-uploader</h1>" in page
    assert "no owner yet" in page
    assert "days old; the limit is 90 days" in page
    assert "AKIAIOSFODNN7EXAMPLE" in page
    assert "iam:ListAccessKeys" in page


def test_an_unknown_number_is_not_found(client: Client, people: SimpleNamespace) -> None:
    answer = as_(client, people.ann).get("/candidates/404404/")

    assert answer.status_code == 404


def test_a_viewer_sees_everything_and_no_form_that_acts(
    client: Client, people: SimpleNamespace, candidate: Candidate
) -> None:
    page = page_of(client, people.vic, candidate)

    assert "AKIAIOSFODNN7EXAMPLE" in page
    assert f'action="/candidates/{candidate.pk}/' not in page.replace(f'action="/candidates/{candidate.pk}/"', "")
    assert "you need the access level" in page


def test_a_member_may_hand_it_over_and_another_team_may_not(
    client: Client, people: SimpleNamespace, claimed: Candidate
) -> None:
    shown = {name: page_of(client, getattr(people, name), claimed) for name in ("ann", "cat", "lea")}

    assert [f"/candidates/{claimed.pk}/release" in page for page in shown.values()] == [True, False, True]


def test_the_console_link_leads_to_the_user_and_says_in_which_account(
    client: Client, people: SimpleNamespace, candidate: Candidate
) -> None:
    IamUser.objects.filter(pk=candidate.iam_user_id).update(
        user_name="a+b@c", arn="arn:aws-cn:iam::111122223333:user/x"
    )

    page = page_of(client, people.vic, candidate)

    assert 'href="https://console.amazonaws.cn/iam/home#/users/details/a%2Bb%40c"' in page
    assert "(111122223333) first" in page


def test_no_use_recorded_and_not_read_are_two_things(client: Client, people: SimpleNamespace) -> None:
    iam_user = make_iam_user()
    make_access_key(iam_user, last_used_at=None)
    make_access_key(iam_user, last_used_at=None, last_used_as_of=None, last_used_source="")
    gap = {"part": "access_key_last_used", "reason": "AccessDenied by a policy", "subject": iam_user.unique_id}
    make_sync_run(iam_user.aws_account, outcome="partial", unread=[gap])

    page = page_of(client, people.vic, assessed(make_candidate(iam_user)))

    assert "No use recorded since AWS began recording on 22 April 2015" in page
    assert "Not read: AccessDenied by a policy" in page


def test_the_gap_of_another_user_is_no_gap_here(client: Client, people: SimpleNamespace) -> None:
    iam_user = make_iam_user()
    make_access_key(iam_user)
    gap = {"part": "access_keys", "reason": "Throttling", "subject": "AIDASOMEBODYELSE"}
    make_sync_run(iam_user.aws_account, outcome="partial", unread=[gap])

    page = page_of(client, people.vic, assessed(make_candidate(iam_user)))

    assert "Throttling" not in page


def test_keys_that_only_the_report_knows_are_shown_without_ids(client: Client, people: SimpleNamespace) -> None:
    slots = [["2021-09-17T00:00:00+00:00", True]]
    iam_user = make_iam_user(keys_read_at=None, keys_unread_reason="AccessDenied", report_slots=slots)
    make_sync_run(iam_user.aws_account)

    page = page_of(client, people.vic, assessed(make_candidate(iam_user)))

    assert "The credential report names no key IDs" in page
    assert "The keys could not be read at the last try.</strong> AccessDenied" in page
    assert "it may lag 4 hours" in page


def test_a_failed_sync_is_said_with_the_age_of_what_is_shown(
    client: Client, people: SimpleNamespace, candidate: Candidate
) -> None:
    reason = {"part": "identity", "reason": "The role cannot be assumed", "subject": ""}
    listed_at = (timezone.now() - timedelta(days=3)).isoformat()
    now = timezone.now()
    make_sync_run(
        candidate.iam_user.aws_account,
        outcome="failed",
        started_at=now,
        finished_at=now,
        freshness={"authorization_details": listed_at},
        unread=[reason],
    )

    page = page_of(client, people.vic, candidate)

    assert "The role cannot be assumed" in page
    assert "What is shown was read 3 days ago." in page


def test_an_account_that_left_the_config_is_no_longer_read_and_says_so(client: Client, people: SimpleNamespace) -> None:
    iam_user = make_iam_user(aws_account=make_aws_account("999900001111", removed_at=days_ago(3)))
    make_access_key(iam_user)

    page = page_of(client, people.vic, assessed(make_candidate(iam_user)))

    assert "is no longer read" in page


def test_a_deleted_candidate_shows_its_proof_and_only_closing_is_left(
    client: Client, people: SimpleNamespace, gone: Candidate
) -> None:
    page = page_of(client, people.ann, gone)

    assert "iam:GetUser answered NoSuchEntity" in page
    assert f"/candidates/{gone.pk}/close" in page
    assert f"/candidates/{gone.pk}/route" not in page
    assert "Open in AWS<" not in page


def test_one_proof_alone_is_said_to_be_one(client: Client, people: SimpleNamespace) -> None:
    candidate = assessed(make_candidate(make_iam_user(gone_at=days_ago(1))))

    page = page_of(client, people.ann, candidate)

    assert "seems to be gone" in page
    assert f"/candidates/{candidate.pk}/close" not in page


def test_a_user_made_again_is_linked_both_ways(client: Client, people: SimpleNamespace, gone: Candidate) -> None:
    again = make_iam_user("old-uploader", predecessor=gone.iam_user)
    make_access_key(again)
    second = assessed(make_candidate(again))

    first_page, second_page = page_of(client, people.vic, gone), page_of(client, people.vic, second)

    assert f'href="/candidates/{second.pk}/"' in first_page
    assert f'href="/candidates/{gone.pk}/"' in second_page


def test_the_timeline_tells_notes_and_events_newest_first_and_all_on_demand(
    client: Client, people: SimpleNamespace, candidate: Candidate
) -> None:
    now = timezone.now()
    for number in range(15):
        at = now - timedelta(hours=number)
        actions.write_note(candidate=candidate, body=f"note {number:02}.", by=people.ann, now=at)

    page, whole = page_of(client, people.vic, candidate), page_of(client, people.vic, candidate, "?timeline=all")

    assert page.index("note 00.") < page.index("note 01.")
    assert "note 14." not in page
    assert "Show all" in page
    assert "note 14." in whole
    assert "became a candidate" not in page


def test_what_a_person_wrote_is_shown_as_text(client: Client, people: SimpleNamespace, candidate: Candidate) -> None:
    actions.write_note(candidate=candidate, body="<script>alert(1)</script>", by=people.ann, now=timezone.now())

    page = page_of(client, people.vic, candidate)

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_page_waits_for_postgres_as_often_for_a_long_history_as_for_none(
    client: Client, people: SimpleNamespace, claimed: Candidate, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        make_access_key(claimed.iam_user)
        make_replacement(claimed, linked_by=people.ann)
        actions.write_note(candidate=claimed, body=f"note {number}", by=people.ann, now=timezone.now())
        actions.link_tracker(
            candidate=claimed, url=f"https://tracker.example.org/{number}", by=people.ann, now=timezone.now()
        )
    assessed(claimed)
    make_iam_role("backup-uploader-role")
    as_(client, people.ann)
    trips: dict[object, None] = {}

    def trip(execute: Callable[..., object], *asked: object) -> object:
        trips[connection.connection._pipeline or object()] = None
        return execute(*asked)

    # Session, person, the candidate; what belongs to it; what is linked to it; the pods of roles that may fit, one's
    # own teams, all teams to hand it over to, and the frame's one.
    with django_assert_num_queries(29), connection.execute_wrapper(trip):
        client.get(f"/candidates/{claimed.pk}/")
    assert len(trips) == 9


def test_the_page_is_valid_in_every_state_and_holds_nothing_inline(
    client: Client, people: SimpleNamespace, claimed: Candidate, gone: Candidate
) -> None:
    make_iam_role("backup-uploader-role")
    make_replacement(claimed, linked_by=people.ann)
    assessed(claimed)
    wrong = as_(client, people.lea).post(f"/candidates/{claimed.pk}/notes", {"body": ""}).content.decode()
    pages = [page_of(client, person, each) for person in (people.lea, people.vic) for each in (claimed, gone)]

    for page in [wrong, *pages]:
        assert problems_of(page) == []
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|hx-on|javascript:", page)


def test_too_long_in_one_stage_and_past_its_day_are_said(
    client: Client, people: SimpleNamespace, claimed: Candidate
) -> None:
    Candidate.objects.filter(pk=claimed.pk).update(due_on=date(2020, 1, 1))

    page = page_of(client, people.vic, claimed)

    assert "Stuck <time" in page
    assert "Overdue" in page


# Deeds ---------------------------------------------------------------------------------------------------------------


def deeds(candidate: Candidate, people: SimpleNamespace) -> dict[str, dict[str, object]]:
    """Every deed with words that are right."""
    role = make_iam_role()
    return {
        "claim": {"team": people.platform.pk},
        "release": {},
        "hand-over": {"to": f"search/{people.cat.pk}"},
        "route": {"route": Route.POD_IDENTITY.value},
        "roles": {"iam_role": role.pk},
        "due-date": {"due_on": "2099-04-30"},
        "notes": {"body": "Seen by the team."},
        "links": {"url": "https://tracker.example.org/issues/12"},
    }


@pytest.mark.parametrize("name", ["claim", "release", "hand-over", "route", "roles", "due-date", "notes", "links"])
def test_a_viewer_may_do_none_of_it(client: Client, people: SimpleNamespace, claimed: Candidate, name: str) -> None:
    words = deeds(claimed, people)[name]

    answer = as_(client, people.vic).post(f"/candidates/{claimed.pk}/{name}", words)

    assert answer.status_code == 403
    assert standing_claim(claimed).person == people.ann


@pytest.mark.parametrize("name", ["release", "hand-over", "route", "roles", "due-date", "notes", "links"])
def test_an_engineer_of_the_team_may_do_all_of_it_and_returns_to_the_page(
    client: Client, people: SimpleNamespace, claimed: Candidate, name: str
) -> None:
    words = deeds(claimed, people)[name]

    answer = as_(client, people.ann).post(f"/candidates/{claimed.pk}/{name}", words)

    assert answer.status_code == 302
    assert answer["Location"].startswith(f"/candidates/{claimed.pk}/#")
    assert told(answer)


@pytest.mark.parametrize("name", ["release", "hand-over"])
def test_another_teams_claim_is_not_mine_to_move(
    client: Client, people: SimpleNamespace, claimed: Candidate, name: str
) -> None:
    answer = as_(client, people.cat).post(f"/candidates/{claimed.pk}/{name}", deeds(claimed, people)[name])

    assert answer.status_code == 403
    assert standing_claim(claimed).person == people.ann


def test_claiming_makes_it_mine(client: Client, people: SimpleNamespace, candidate: Candidate) -> None:
    answer = as_(client, people.ann).post(f"/candidates/{candidate.pk}/claim", {"team": "platform"})

    assert answer.status_code == 302
    assert standing_claim(candidate).person == people.ann
    assert "backup-uploader is yours." in client.get(answer["Location"]).content.decode()


def test_nobody_claims_for_a_team_they_are_not_in(
    client: Client, people: SimpleNamespace, candidate: Candidate
) -> None:
    answer = as_(client, people.ann).post(f"/candidates/{candidate.pk}/claim", {"team": "search"})

    assert answer.status_code == 422
    assert not Claim.objects.exists()


def test_only_a_lead_assigns(client: Client, people: SimpleNamespace, candidate: Candidate) -> None:
    words = {"to": f"search/{people.cat.pk}"}

    by_engineer = as_(client, people.ann).post(f"/candidates/{candidate.pk}/assign", words)
    by_lead = as_(client, people.lea).post(f"/candidates/{candidate.pk}/assign", words)

    assert (by_engineer.status_code, by_lead.status_code) == (403, 302)
    assert standing_claim(candidate).person == people.cat


def test_a_lead_claims_for_any_team_and_hands_over_only_to_whom_can_act(
    client: Client, people: SimpleNamespace, candidate: Candidate
) -> None:
    make_team("empty", name="Nobody's yet")

    before = page_of(client, people.lea, candidate)
    answer = client.post(f"/candidates/{candidate.pk}/claim", {"team": "empty"})
    after = page_of(client, people.lea, candidate)

    assert "Nobody&#x27;s yet</option>" in before
    assert answer.status_code == 302
    assert "Ann Abel</option>" in after
    assert "Vic Vane</option>" not in after


def test_claiming_what_somebody_just_claimed_says_who_has_it(
    client: Client, people: SimpleNamespace, claimed: Candidate
) -> None:
    answer = as_(client, people.cat).post(f"/candidates/{claimed.pk}/claim", {"team": "search"})

    assert answer.status_code == 409
    assert "Ann Abel (Platform) claimed it" in answer.content.decode()
    assert standing_claim(claimed).person == people.ann


CHANGED = [
    ("release", {}, "seen", "While you were looking, it went to Cat Cole (Search)"),
    ("route", {"route": "irsa"}, "", "While you were looking, Cat Cole chose EKS Pod Identity"),
    ("due-date", {"due_on": "2099-01-02"}, "", "While you were looking, somebody set it to 1 Jan 2099"),
]


@pytest.mark.parametrize("case", CHANGED, ids=lambda case: case[0])
def test_a_change_while_one_was_looking_is_told_and_not_written_over(
    client: Client, people: SimpleNamespace, claimed: Candidate, case: tuple[str, dict[str, str], str, str]
) -> None:
    name, words, seen, sentence = case
    now = timezone.now()
    seen = str(standing_claim(claimed).pk) if seen else ""
    actions.assign(candidate=claimed, team=people.search, person=people.cat, by=people.lea, now=now)
    actions.choose_route(candidate=claimed, route=Route.POD_IDENTITY, by=people.cat, now=now)
    actions.set_due_date(candidate=claimed, due_on=date(2099, 1, 1), by=people.cat, now=now)

    answer = as_(client, people.lea).post(f"/candidates/{claimed.pk}/{name}", words | {"seen": seen})

    assert answer.status_code == 409
    assert sentence in answer.content.decode()
    claimed.refresh_from_db()
    assert (claimed.route, claimed.due_on) == ("pod_identity", date(2099, 1, 1))
    assert standing_claim(claimed).person == people.cat


WRONG = [
    ("claim", {}, "Choose the team that it belongs to."),
    ("route", {"route": "teleport"}, "Choose the way off the key."),
    ("notes", {"body": "  "}, "Write the note first."),
    ("notes", {"body": "a\0b"}, "Null characters"),
    ("notes", {"body": "x" * 10_001}, "at most 10000 characters"),
    ("due-date", {"due_on": "31 February"}, "Give a day that exists"),
    ("due-date", {"due_on": "2001-01-01"}, "in the past"),
    ("links", {"url": "javascript:alert(1)"}, "Give the whole address"),
    ("links", {"url": "not an address"}, "Give the whole address"),
    ("roles", {"iam_role": "x"}, "Choose a role from the list."),
    ("hand-over", {"to": "search/1000000"}, "Choose who will answer for it."),
]


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case[0])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_a_wrong_form_comes_back_with_what_is_wrong(
    client: Client,
    people: SimpleNamespace,
    candidate: Candidate,
    case: tuple[str, dict[str, str], str],
    headers: dict[str, str],
) -> None:
    name, words, sentence = case
    if name == "hand-over":
        make_claim(candidate, team=people.platform, person=people.ann)

    answer = as_(client, people.ann).post(f"/candidates/{candidate.pk}/{name}", words, headers=headers)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "There is a problem" in page or 'id="refusal"' in page
    assert ("<html" in page) is not bool(headers)


def test_a_wrong_field_is_linked_from_the_summary_and_marked(
    client: Client, people: SimpleNamespace, candidate: Candidate
) -> None:
    page = as_(client, people.ann).post(f"/candidates/{candidate.pk}/notes", {"body": ""}).content.decode()

    assert '<a href="#note-body">Write the note first.</a>' in page
    assert 'aria-invalid="true"' in page


def test_a_role_that_does_not_exist_cannot_be_linked(
    client: Client, people: SimpleNamespace, candidate: Candidate
) -> None:
    answer = as_(client, people.ann).post(f"/candidates/{candidate.pk}/roles", {"iam_role": 10**30})

    assert answer.status_code in {409, 422}


def test_a_linked_role_is_shown_and_can_be_unlinked(
    client: Client, people: SimpleNamespace, claimed: Candidate
) -> None:
    link = make_replacement(claimed, make_iam_role("backup-uploader-role"), linked_by=people.ann)
    before = page_of(client, people.ann, claimed)

    answer = client.post(f"/candidates/{claimed.pk}/roles/{link.pk}/unlink")

    assert "<li>EKS Pod Identity</li>" in before
    assert answer.status_code == 302
    assert f"/roles/{link.pk}/unlink" not in page_of(client, people.ann, claimed)


@pytest.mark.parametrize("path", ["roles/{}/unlink", "links/{}/remove"])
def test_what_belongs_to_another_candidate_is_refused(
    client: Client, people: SimpleNamespace, claimed: Candidate, gone: Candidate, path: str
) -> None:
    link = make_replacement(claimed, linked_by=people.ann)
    tracker = actions.link_tracker(
        candidate=claimed, url="https://tracker.example.org/1", by=people.ann, now=timezone.now()
    )
    number = link.pk if "roles" in path else tracker.pk

    answer = as_(client, people.ann).post(f"/candidates/{gone.pk}/{path.format(number)}")

    link.refresh_from_db()
    tracker.refresh_from_db()
    assert answer.status_code == 409
    assert (link.unlinked_at, tracker.removed_at) == (None, None)


def test_closing_what_is_not_proved_gone_is_refused_and_says_what_is_missing(
    client: Client, people: SimpleNamespace, claimed: Candidate
) -> None:
    answer = as_(client, people.ann).post(f"/candidates/{claimed.pk}/close", {"note": "done"})

    claimed.refresh_from_db()
    assert answer.status_code == 409
    assert "Nothing proves yet that backup-uploader is gone" in answer.content.decode()
    assert claimed.closed_at is None


def test_closing_is_the_sign_off(client: Client, people: SimpleNamespace, gone: Candidate) -> None:
    answer = as_(client, people.ann).post(f"/candidates/{gone.pk}/close", {"note": "Nobody missed it."})

    page = page_of(client, people.vic, gone)
    assert answer.status_code == 302
    assert "Closed by Ann Abel" in page
    assert "Nobody missed it." in page


def test_htmx_gets_the_page_without_its_frame_and_a_toast(
    client: Client, people: SimpleNamespace, claimed: Candidate
) -> None:
    answer = as_(client, people.ann).post(f"/candidates/{claimed.pk}/notes", {"body": "Hello."}, headers=HTMX)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert 'id="candidate"' in page
    assert "Your note is on the timeline." in page
    assert Note.objects.get().body == "Hello."


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/x"])
def test_a_deed_never_leads_to_another_site(
    client: Client, people: SimpleNamespace, claimed: Candidate, wanted: str
) -> None:
    words = {"body": "Hello.", "next": wanted}

    answer = as_(client, people.ann).post(f"/candidates/{claimed.pk}/notes", words)

    assert answer["Location"] == f"/candidates/{claimed.pk}/#timeline-title"


def test_a_deed_is_posted_and_never_got(client: Client, people: SimpleNamespace, claimed: Candidate) -> None:
    assert as_(client, people.ann).get(f"/candidates/{claimed.pk}/release").status_code == 405


# Finding a role ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["CDN-LOGS", "arn:aws:iam::444455556666:role/cdn-logs"])
def test_a_role_is_found_by_name_or_arn_in_any_account(
    client: Client, people: SimpleNamespace, claimed: Candidate, typed: str
) -> None:
    make_iam_role("cdn-logs", aws_account=make_aws_account("444455556666", name="example-tools"))

    page = page_of(client, people.ann, claimed, f"?role={typed}")

    assert "<b>cdn-logs</b> in example-tools" in page


def test_a_search_by_htmx_brings_only_the_roles(client: Client, people: SimpleNamespace, claimed: Candidate) -> None:
    make_iam_role("cdn-logs")
    headers = {"HX-Request": "true", "HX-Target": "found-roles"}

    page = as_(client, people.ann).get(f"/candidates/{claimed.pk}/?role=cdn%00", headers=headers).content.decode()

    assert "1 role found" in page
    assert "<h1" not in page


# Check AWS now -------------------------------------------------------------------------------------------------------


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


def test_other_credentials_are_shown_with_their_age_or_said_to_be_unread(
    client: Client, people: SimpleNamespace, claimed: Candidate
) -> None:
    unread = page_of(client, people.ann, claimed)
    iam_user = claimed.iam_user
    now = timezone.now()
    OtherCredential.objects.create(
        iam_user=iam_user,
        kind="ssh_public_key",
        credential_id="APKAEXAMPLE",
        status="Active",
        status_changed_at=now,
        created_at=now,
        first_seen_at=now,
    )
    iam_user.other_credentials_read = {"ssh_public_key": now.isoformat(), "mfa_device": now.isoformat()}
    iam_user.save()
    read = page_of(client, people.ann, claimed)

    assert "Not read yet" in unread
    assert "APKAEXAMPLE" in read
    assert problems_of(read) == []

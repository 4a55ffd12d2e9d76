"""The page of one candidate: what is shown to whom."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from iamdash.candidates import actions
from iamdash.models import Candidate, IamUser, OtherCredential
from tests.factories import (
    days_ago,
    make_access_key,
    make_aws_account,
    make_candidate,
    make_iam_role,
    make_iam_user,
    make_replacement,
    make_sync_run,
)
from tests.views.candidate.pages import as_, assessed, page_of
from tests.views.markup import problems_of

pytestmark = pytest.mark.django_db


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

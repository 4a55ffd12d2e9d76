from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iamdash.models import AccessKey, Candidate, Event, IamRole, IamUser, Programme, Standing
from iamdash.rules.route import Route
from iamdash.standing.assess import Cause, assess, assess_due
from iamdash.standing.check import differences
from tests.factories import (
    NOW,
    days_ago,
    make_access_key,
    make_candidate,
    make_claim,
    make_iam_role,
    make_iam_user,
    make_person,
    make_replacement,
    make_sync_run,
)

pytestmark = pytest.mark.django_db


def by_aws(*iam_users: IamUser, now: datetime = NOW) -> None:
    assess([each.pk for each in iam_users], now=now, cause=Cause.AWS, actor="sync", sync_run=7)
    assert list(differences(now)) == []


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_an_iam_user_with_an_old_key_becomes_a_candidate() -> None:
    iam_user = make_iam_user("fastly-logs-writer")
    make_access_key(iam_user, access_key_id="AKIAEXAMPLE0000000001", created_at=days_ago(100))

    by_aws(iam_user)

    standing = Standing.objects.get(candidate__iam_user=iam_user)
    assert (standing.stage, standing.active_keys, standing.is_open) == (1, 1, True)
    assert standing.last_used_service == "s3"
    event = Event.objects.get()
    assert (event.kind, event.sync_run_number, event.candidate_number) == ("candidate.opened", 7, standing.pk)
    assert "AKIAEXAMPLE0000000001 is 100 days old; the limit is 90 days" in event.sentence


def test_an_iam_user_that_never_had_a_key_stays_inventory() -> None:
    iam_user = make_iam_user()

    by_aws(iam_user)

    assert not Candidate.objects.exists()


def test_assessing_again_writes_nothing() -> None:
    iam_user = make_iam_user()
    make_access_key(iam_user)
    by_aws(iam_user)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assess([iam_user.pk], now=NOW + timedelta(hours=1), cause=Cause.AWS, actor="sync")

    written = [each["sql"] for each in queries if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == []


def test_a_deactivated_key_moves_the_stage_and_says_so() -> None:
    iam_user = make_iam_user("uploader")
    key = make_access_key(iam_user)
    by_aws(iam_user)

    AccessKey.objects.filter(pk=key.pk).update(status="Inactive", status_changed_at=NOW)
    by_aws(iam_user)

    event = Event.objects.last()
    assert event is not None
    assert event.after is not None
    assert (event.kind, event.before, event.after["stage"]) == (
        "candidate.stage_changed",
        {"stage": "identified"},
        "deactivated",
    )
    assert [step["holds"] for step in event.after["steps"]] == ["skipped", "skipped", "skipped", "holds"]
    assert event.after["steps"][-1] == Standing.objects.get().steps[4]
    assert event.sentence.startswith("uploader went from Identified to Deactivated: Access key AKIA")


def test_a_reactivated_key_reopens_and_regaining_the_stage_ends_that() -> None:
    iam_user = make_iam_user()
    key = make_access_key(iam_user, status="Inactive", status_changed_at=days_ago(3))
    by_aws(iam_user)

    AccessKey.objects.filter(pk=key.pk).update(status="Active", status_changed_at=NOW)
    by_aws(iam_user)

    standing = Standing.objects.get()
    assert (standing.stage, standing.reopened_at, standing.fell_from) == (1, NOW, 5)
    assert standing.stuck_from == NOW + timedelta(days=21)
    assert kinds()[-1] == "candidate.reopened"

    AccessKey.objects.filter(pk=key.pk).update(status="Inactive", status_changed_at=NOW)
    by_aws(iam_user)

    standing.refresh_from_db()
    assert (standing.stage, standing.reopened_at, standing.fell_from) == (5, None, None)


def test_keys_that_can_no_longer_be_read_stand_as_they_were_last_read() -> None:
    iam_user = make_iam_user()
    make_access_key(iam_user, status="Inactive", status_changed_at=days_ago(3))
    by_aws(iam_user)

    IamUser.objects.update(keys_unread_reason="AccessDenied")
    by_aws(iam_user)

    standing = Standing.objects.get()
    assert (standing.stage, standing.reopened_at) == (5, None)
    assert kinds()[-1] != "candidate.stage_changed"


def test_a_fall_that_begins_in_doubt_is_a_reopening_once_aws_says_so() -> None:
    iam_user = make_iam_user(report_slots=[[days_ago(200).isoformat(), False]])
    access_key = make_access_key(iam_user, status="Inactive", status_changed_at=days_ago(3))
    make_sync_run(iam_user.aws_account, freshness={"credential_report": NOW.isoformat()})
    by_aws(iam_user)

    IamUser.objects.update(report_slots=[[days_ago(200).isoformat(), True]], keys_read_at=days_ago(1))
    by_aws(iam_user)
    in_doubt = Standing.objects.get()
    access_key.status = "Active"
    access_key.save()
    IamUser.objects.update(keys_read_at=NOW)
    by_aws(iam_user)
    active_again = Standing.objects.get()

    assert (in_doubt.stage, in_doubt.reopened_at, in_doubt.fell_from) == (1, None, 5)
    assert (active_again.stage, active_again.reopened_at, active_again.fell_from) == (1, NOW, 5)
    event = Event.objects.last()
    assert event is not None
    assert event.kind == "candidate.reopened"
    assert "from Deactivated to Identified" in event.sentence


def test_a_released_claim_lowers_the_stage_without_reopening() -> None:
    candidate = make_candidate()
    claim = make_claim(candidate)
    by_aws(candidate.iam_user)
    standing = Standing.objects.get()
    assert (standing.stage, standing.owner_team_id, standing.owner_person_id) == (2, "platform", claim.person_id)

    claim.ended_at, claim.ended_by = NOW, claim.person
    claim.save()
    assess([candidate.iam_user_id], now=NOW, cause=Cause.PEOPLE, actor="ada@example.org")

    standing.refresh_from_db()
    assert (standing.stage, standing.reopened_at, standing.owner_team_id) == (1, None, None)
    assert kinds()[-1] == "candidate.stage_changed"


def test_a_narrowed_trust_reopens() -> None:
    candidate = make_candidate(route=Route.SERVICE_ROLE, route_chosen_at=days_ago(9), route_chosen_by=make_person())
    make_claim(candidate)
    ecs = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam_role = make_iam_role(trust_policy={"Statement": ecs})
    make_replacement(candidate, iam_role)
    by_aws(candidate.iam_user)
    assert Standing.objects.get().stage == 3

    IamRole.objects.update(trust_policy={"Statement": []})
    by_aws(candidate.iam_user)

    assert Standing.objects.get().fell_from == 3
    event = Event.objects.last()
    assert event is not None
    assert "was reopened, from Role ready to Claimed: Role " in event.sentence


def test_people_who_link_a_role_that_is_not_ready_lower_the_stage_without_reopening() -> None:
    candidate = make_candidate()
    make_claim(candidate)
    statement = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    make_replacement(candidate, make_iam_role(trust_policy={"Statement": statement}))
    Candidate.objects.update(route=Route.SERVICE_ROLE)
    by_aws(candidate.iam_user)
    assert Standing.objects.get().stage == 3

    make_replacement(candidate, make_iam_role(trust_policy={"Statement": []}))
    assess([candidate.iam_user_id], now=NOW, cause=Cause.PEOPLE, actor="ada@example.org")

    standing = Standing.objects.get()
    assert (standing.stage, standing.reopened_at, standing.fell_from) == (2, None, None)
    assert kinds()[-1] == "candidate.stage_changed"


def test_one_who_comes_to_share_a_role_changes_the_answer_of_the_other() -> None:
    first, second = make_candidate(), make_candidate()
    iam_role = make_iam_role(last_used_at=days_ago(1))
    make_replacement(first, iam_role)
    by_aws(first.iam_user, second.iam_user)

    make_replacement(second, iam_role)
    by_aws(second.iam_user)


def test_a_user_seen_again_reopens_and_loses_its_sign_off() -> None:
    ada = make_person("ada@example.org")
    iam_user = make_iam_user(gone_at=days_ago(2), gone_confirmed_at=days_ago(1.9))
    candidate = make_candidate(iam_user, closed_at=days_ago(1), closed_by=ada, close_note="Done.")
    by_aws(iam_user)
    assert Standing.objects.get().stage == 6

    IamUser.objects.update(gone_at=None, gone_confirmed_at=None)
    make_access_key(iam_user)
    by_aws(iam_user)

    candidate.refresh_from_db()
    assert (candidate.closed_at, candidate.closed_by, candidate.close_note) == (None, None, "")
    event = Event.objects.last()
    assert event is not None
    assert event.kind == "candidate.reopened"
    assert event.before is not None
    assert (event.before["stage"], event.before["closed_by"]) == ("deleted", "ada@example.org")


def test_a_recreated_user_is_a_new_candidate_linked_to_its_predecessor() -> None:
    old = make_iam_user("uploader", gone_at=days_ago(2), gone_confirmed_at=days_ago(1.9))
    predecessor = make_candidate(old)
    new = make_iam_user("uploader", predecessor=old)
    make_access_key(new, created_at=days_ago(1))

    by_aws(old, new)

    opened = Event.objects.get(kind="candidate.reopened", unique_id=new.unique_id)
    assert f"created again under the name of candidate {predecessor.pk}" in opened.sentence
    assert opened.before == {"stage": "deleted", "candidate": predecessor.pk}
    assert opened.after is not None
    assert opened.after["recreates_candidate"] == predecessor.pk
    standing = Standing.objects.get(candidate__iam_user=new)
    assert (standing.stage, standing.reopened_at, standing.fell_from) == (1, NOW, 6)


def test_a_key_that_is_gone_brings_nobody_up() -> None:
    make_access_key(make_iam_user(), created_at=days_ago(300), gone_at=days_ago(1))

    assert assess_due(NOW) == 0


def test_a_key_that_reaches_the_limit_with_no_sync_opens_a_candidate() -> None:
    iam_user = make_iam_user()
    make_access_key(iam_user, created_at=days_ago(89))
    by_aws(iam_user)
    assert assess_due(NOW + timedelta(hours=23)) == 0

    assert assess_due(NOW + timedelta(days=1)) == 1

    assert Event.objects.get().actor == "clock"
    assert Standing.objects.get().stage == 1


def test_slots_of_the_report_that_reach_the_limit_open_a_candidate() -> None:
    make_iam_user(keys_read_at=None, report_slots=[[days_ago(89).isoformat(), True]])

    assess_due(NOW + timedelta(days=1))

    assert Standing.objects.get().active_keys == 1


def test_the_end_of_the_soak_changes_the_next_step_by_the_clock() -> None:
    candidate = make_candidate(make_iam_user(), cadence="weekly")
    make_access_key(candidate.iam_user, status="Inactive", status_changed_at=days_ago(5), last_used_at=days_ago(100))
    make_claim(candidate)
    by_aws(candidate.iam_user)
    over_at = days_ago(5) + timedelta(days=14)

    for moment in (NOW + timedelta(days=2), over_at):
        assess_due(moment)

    standing = Standing.objects.get()
    assert standing.next_step["kind"] == "read_keys", "the soak is over, and a reading of the day has to show it"
    assert standing.wants_reading
    assert list(differences(over_at + timedelta(days=1))) == []


def test_thresholds_come_from_the_programme() -> None:
    Programme.objects.create(pk=1, long_lived_days=300)
    iam_user = make_iam_user()
    make_access_key(iam_user)

    by_aws(iam_user)

    assert not Candidate.objects.exists()

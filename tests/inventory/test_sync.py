"""One sync of one account: every run ends and says how, an unchanged account changes no row, nothing old is lost."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from iamdash.aws.snapshot import Absence, KeysOfUser, Part, Piece, Unread
from iamdash.inventory import lock
from iamdash.inventory.findings import Findings
from iamdash.inventory.reconcile.pieces import reconcile
from iamdash.inventory.run import CUT_SHORT
from iamdash.inventory.sync import LockLostError, in_batches, sync_account
from iamdash.models import AwsAccount, Candidate, Event, IamUser, Standing, SyncRun
from iamdash.rules.facts import Thresholds
from iamdash.rules.route import Route
from iamdash.standing.assess import assess_due
from iamdash.standing.check import differences
from tests.factories import NOW, days_ago, make_claim, make_person, make_sync_run
from tests.inventory.others import somebody_else_writes_to
from tests.inventory.pieces import (
    LONG_AGO,
    Answers,
    association,
    iam_role,
    identity,
    key,
    keys,
    listing,
    pods,
    report,
    row,
    slot,
    sync,
    sync_with,
    used,
    user,
)

UPLOADER = user("uploader")
HOUR = timedelta(hours=1)
LATER = NOW + HOUR
DENIED = Unread(Part.CREDENTIAL_REPORT, "AWS said no.", "iam:GetCredentialReport", "AccessDenied")
TABLES = """
iamuser accesskey accesskeyuse iamrole roleuse podidentityassociation candidate standing event awsaccount programme
"""


def everything(at: object = NOW) -> tuple[Piece, ...]:
    """What a whole reading holds; the last use is read directly."""
    return (
        listing(UPLOADER, user("other", tags={"team": "data"}), iam_role(last_used_at=days_ago(2)), at=at),  # type: ignore[arg-type]
        report(row("uploader", slot(used_at=days_ago(3))), row("other")),
        keys(UPLOADER, key(1, last=used(days_ago(3), as_of=at)), at=at),  # type: ignore[arg-type]
        pods(association(), at=at) if at == NOW else pods(listed=("a-1",), at=at),  # type: ignore[arg-type]
    )


def versions() -> dict[str, list[tuple[object, ...]]]:
    """Return which transaction wrote each row, table by table."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES.split():
            cursor.execute(f"SELECT ctid::text, xmin::text FROM iamdash_{table} ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


def test_an_unchanged_second_sync_touches_no_row_but_its_own(aws_account: AwsAccount) -> None:
    sync(aws_account, *everything())
    before = versions()

    run = sync(aws_account, *everything(LATER), at=LATER)

    assert versions() == before
    assert run.changes == {"created": 0, "updated": 0, "gone": 0}
    assert SyncRun.objects.count() == 2


def test_a_run_says_how_it_went(aws_account: AwsAccount) -> None:
    answers = Answers((identity(), *everything()), calls={"iam:ListAccessKeys": 2, "iam:GetUser": 1})

    run = sync_with(answers, aws_account, asked_by="lead@example.org")

    assert (run.outcome, run.finished_at, run.progress) == ("complete", NOW, {})
    assert list(run.calls) == ["iam:GetUser", "iam:ListAccessKeys"]
    assert run.asked_by == "lead@example.org"
    assert run.caller_arn.endswith(":assumed-role/iamdash-reader/iamdash")
    assert run.changes == {"created": 5, "updated": 2, "gone": 0}


def test_a_gap_makes_a_run_partial_and_keeps_the_older_freshness(aws_account: AwsAccount) -> None:
    first = sync(aws_account, *everything())

    run = sync(aws_account, listing(UPLOADER, user("other"), iam_role(), at=LATER), DENIED, at=LATER)

    assert run.outcome == "partial"
    assert run.unread == [
        {
            "part": "credential_report",
            "reason": "AWS said no.",
            "action": "iam:GetCredentialReport",
            "error_code": "AccessDenied",
            "subject": "",
        }
    ]
    assert run.freshness["credential_report"] == first.freshness["credential_report"]
    assert run.freshness["authorization_details"] == LATER.isoformat()


def test_a_failed_run_forgets_nothing(aws_account: AwsAccount) -> None:
    first = sync(aws_account, *everything())
    refused = Unread(Part.IDENTITY, "AWS refused sts:AssumeRole.", "sts:AssumeRole", "AccessDenied")

    run = sync_with(Answers((refused,)), aws_account, at=LATER)

    assert run.outcome == "failed"
    assert run.freshness == first.freshness
    assert run.agreed_directly == first.agreed_directly
    assert IamUser.objects.filter(gone_at=None).count() == 2


def test_nothing_is_read_after_a_refused_session(aws_account: AwsAccount) -> None:
    run = sync_with(Answers((identity(account_id="999988887777"), listing(UPLOADER))), aws_account)

    assert run.outcome == "failed"
    assert not IamUser.objects.exists()


def test_a_long_lived_key_of_our_own_is_refused(aws_account: AwsAccount) -> None:
    run = sync_with(Answers((identity(long_lived=True), listing(UPLOADER))), aws_account)

    assert run.outcome == "failed"
    assert "IAMDASH_ALLOW_LONG_LIVED_KEY" in run.unread[0]["reason"]
    assert not IamUser.objects.exists()


def test_a_long_lived_key_that_is_allowed_is_remembered(aws_account: AwsAccount, settings: object) -> None:
    settings.ALLOW_LONG_LIVED_KEY = True  # type: ignore[attr-defined]

    run = sync_with(Answers((identity(long_lived=True), listing(UPLOADER))), aws_account)

    assert (run.outcome, run.long_lived_credential) == ("complete", True)


def test_a_reading_that_breaks_off_fails_the_run_and_keeps_what_was_written(aws_account: AwsAccount) -> None:
    run = sync(aws_account, listing(UPLOADER), ValueError("a marker came twice"))

    assert run.outcome == "failed"
    assert run.unread == [{"part": "sync", "reason": "The sync broke off, ValueError: a marker came twice"}]
    assert IamUser.objects.count() == 1


def test_a_piece_that_cannot_be_written_is_rolled_back_whole(aws_account: AwsAccount) -> None:
    run = sync(aws_account, listing(UPLOADER, user("x" * 65)))

    assert run.outcome == "failed"
    assert not IamUser.objects.exists()
    assert not Event.objects.exists()


def test_the_run_of_a_killed_worker_is_closed_by_the_next_one(aws_account: AwsAccount) -> None:
    first = sync(aws_account, *everything())
    killed = make_sync_run(aws_account, outcome="running", started_at=LATER, finished_at=None)
    killed.freshness = first.freshness
    killed.save()

    sync(aws_account, *everything(LATER + HOUR), at=LATER + HOUR)

    killed.refresh_from_db()
    assert (killed.outcome, killed.finished_at) == ("failed", LATER + HOUR)
    assert killed.unread == [{"part": "sync", "reason": CUT_SHORT}]


@pytest.mark.parametrize(
    ("pieces", "stands"),
    [
        ((listing(UPLOADER), report(row("uploader", slot()))), True),
        ((listing(UPLOADER), DENIED), False),
        ((listing(UPLOADER), report(row("uploader", slot())), ValueError("a marker came twice")), False),
        ((Unread(Part.AUTHORIZATION_DETAILS, "AWS said no."), report(row("uploader", slot()))), False),
    ],
    ids=["complete", "unread", "broken off", "of users who were never listed"],
)
def test_a_report_stands_where_the_last_run_did_with_it_what_had_to_be_done(
    pieces: tuple[Piece | Exception, ...], stands: bool, aws_account: AwsAccount
) -> None:
    sync(aws_account, *pieces)
    answers = Answers((identity(at=LATER), listing(UPLOADER, at=LATER)))

    sync_with(answers, aws_account, at=LATER)

    assert answers.known
    assert answers.known.report_stands is stands


def test_the_next_run_knows_which_slots_a_report_showed_and_which_led_to_an_answer(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(UPLOADER), report(row("uploader", slot())))
    answers = Answers((identity(at=LATER),))

    sync_with(answers, aws_account, at=LATER)

    assert answers.known
    uploader = answers.known.users[UPLOADER.unique_id]
    assert (uploader.slots_reported, uploader.slots_seen) == (((LONG_AGO, True),), None)


def test_an_account_taken_out_of_the_config_is_not_read(aws_account: AwsAccount) -> None:
    aws_account.removed_at = NOW

    run = sync_account(aws_account, trigger="schedule", clock=lambda: NOW, read=Answers((identity(),)))

    assert run is None
    assert not SyncRun.objects.exists()


def test_progress_is_told_while_it_runs(aws_account: AwsAccount) -> None:
    told = []

    sync(aws_account, listing(UPLOADER), on_progress=lambda *progress: told.append(progress))

    assert told == [("Reading", 1, 2)]


def test_pieces_of_one_user_each_are_written_together() -> None:
    pieces = [identity(), *[keys(UPLOADER)] * 251, *[Absence("AIDA", "a", "no_such_entity", "", NOW)] * 2]

    batches = list(in_batches(pieces))

    assert [(type(batch[0]), len(batch)) for batch in batches[1:]] == [(KeysOfUser, 250), (KeysOfUser, 1), (Absence, 2)]


def test_pieces_that_come_slowly_do_not_wait_for_many(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = count()
    monkeypatch.setattr("iamdash.inventory.sync.time.monotonic", lambda: float(next(seconds)))

    batches = list(in_batches([keys(UPLOADER)] * 9))

    assert max(len(batch) for batch in batches) < 4


def test_claimed_candidates_without_need_of_a_role_are_read_directly(aws_account: AwsAccount) -> None:
    sync(aws_account, *everything())
    candidate = Candidate.objects.get()
    make_claim(candidate)
    Candidate.objects.update(route=Route.JUST_DELETE, route_chosen_at=NOW, route_chosen_by=make_person())
    answers = Answers((identity(at=LATER), *everything(LATER)))

    sync_with(answers, aws_account, at=LATER, read_everybody=True)

    assert answers.known is not None
    assert {known.user_name: known.read_directly for known in answers.known.users.values()} == {
        "uploader": True,
        "other": False,
    }
    assert answers.known.read_everybody
    assert answers.known.association_ids == {"a-1"}


def test_a_candidate_whose_claim_has_ended_is_no_longer_read_directly(aws_account: AwsAccount) -> None:
    sync(aws_account, *everything())
    ann = make_person()
    make_claim(Candidate.objects.get(), person=ann, ended_at=NOW, ended_by=ann)
    Candidate.objects.update(route=Route.JUST_DELETE, route_chosen_at=NOW, route_chosen_by=ann)
    answers = Answers((identity(at=LATER), *everything(LATER)))

    sync_with(answers, aws_account, at=LATER)

    assert answers.known is not None
    assert not answers.known.users[UPLOADER.unique_id].read_directly


def test_every_piece_waits_for_whoever_writes_to_the_account(aws_account: AwsAccount) -> None:
    findings = Findings(SyncRun(aws_account=aws_account), Thresholds(), lambda: NOW, identity=identity())

    with somebody_else_writes_to(aws_account.pk), pytest.raises(OperationalError, match="lock timeout"):
        reconcile([listing(UPLOADER)], findings)

    assert not IamUser.objects.exists()


def test_keys_that_it_is_safe_to_act_on_are_read_once_a_day(aws_account: AwsAccount) -> None:
    dead = keys(UPLOADER, key(1, last=used(days_ago(500))))

    def asked_at(at: datetime) -> bool:
        answers = Answers((identity(at=at), listing(UPLOADER, at=at)))
        sync_with(answers, aws_account, at=at)
        assert answers.known is not None
        return answers.known.users[UPLOADER.unique_id].read_directly

    sync(aws_account, listing(UPLOADER), dead)
    assert Standing.objects.get().safe_to_deactivate == "yes"

    assert not asked_at(NOW + 19 * HOUR)
    assert asked_at(NOW + 20 * HOUR), "before the yes ends"
    assess_due(NOW + 25 * HOUR)
    assert (Standing.objects.get().safe_to_deactivate, Standing.objects.get().wants_reading) == ("unknown", True)
    assert asked_at(NOW + 26 * HOUR), "and after it has ended"


def test_a_direct_reading_that_only_renews_a_yes_changes_no_row(aws_account: AwsAccount) -> None:
    def dead(at: datetime) -> Piece:
        return keys(UPLOADER, key(1, last=used(days_ago(500), as_of=at)), at=at)

    sync(aws_account, listing(UPLOADER), dead(NOW))
    sync(aws_account, listing(UPLOADER, at=LATER), dead(LATER), at=LATER)
    before = versions()

    sync(aws_account, listing(UPLOADER, at=LATER + HOUR), dead(LATER + HOUR), at=LATER + HOUR)

    assert versions() == before
    assess_due(NOW + 24 * HOUR)
    assert Standing.objects.get().safe_to_deactivate == "yes", "the newest reading is younger than a day"
    assert list(differences(NOW + 24 * HOUR)) == []


@pytest.fixture
def another_connection() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}, autocommit=True) as other:
        yield other


def test_two_syncs_of_one_account_do_not_run_at_once(
    aws_account: AwsAccount, another_connection: psycopg.Connection[tuple[object, ...]]
) -> None:
    another_connection.execute("SELECT pg_advisory_lock(%s)", [lock._number(aws_account.pk)])
    assert lock.running() == {aws_account.pk}

    run = sync_account(aws_account, trigger="schedule", clock=lambda: NOW, read=Answers((identity(),)))

    assert run is None
    assert not SyncRun.objects.exists()


def test_a_worker_that_dies_frees_the_account(
    aws_account: AwsAccount, another_connection: psycopg.Connection[tuple[object, ...]]
) -> None:
    another_connection.execute("SELECT pg_advisory_lock(%s)", [lock._number(aws_account.pk)])
    another_connection.close()
    give_up_at = time.monotonic() + 10
    while lock.running() and time.monotonic() < give_up_at:
        time.sleep(0.01)

    assert sync(aws_account, listing(UPLOADER)).outcome == "complete"
    assert not lock.running()


def test_a_sync_whose_lock_was_lost_records_nothing_more(aws_account: AwsAccount) -> None:
    class LosesTheLock(Answers):
        def pieces(self) -> Iterator[Piece]:
            yield identity()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_all()")

    with pytest.raises(LockLostError), transaction.atomic():
        sync_account(aws_account, trigger="schedule", clock=lambda: NOW, read=LosesTheLock(()))

"""Mistakes that other tools have made with the same answers of AWS, each read by a real sync and then judged."""

from datetime import timedelta

import pytest
from django.db import connection

from iamdash.aws import listing as aws_listing
from iamdash.demo.stand_in.faults import Fault
from iamdash.models import AccessKey, AwsAccount, Candidate, Event, IamUser, Standing, SyncRun
from iamdash.rules.stage import Stage
from tests.factories import NOW
from tests.inventory.one_user import NAME, World, at_deactivated, at_switched_over
from tests.inventory.pieces import key, keys, listing, report, row, slot, sync, used, user

UPLOADER = user("uploader")
HOUR = timedelta(hours=1)


def standing() -> Standing:
    return Standing.objects.get()


@pytest.mark.slow
def test_a_never_used_active_key_of_a_user_without_a_password_is_a_candidate(world: World) -> None:
    """Taken for harmless elsewhere: the report says "N/A" for its use, and there is no console sign-in to look at."""
    world.make_user()
    world.wait(days=30)

    world.sync()

    iam_user = IamUser.objects.get(user_name=NAME)
    assert iam_user.password_enabled is False
    assert "is active and AWS recorded no use of it" in standing().reason["text"]
    assert standing().active_keys == 1
    assert standing().safe_to_delete != "yes"


@pytest.mark.slow
def test_a_first_key_that_is_inactive_does_not_hide_a_second_one_in_use(world: World) -> None:
    """Elsewhere only the report's first key was looked at."""
    first = world.make_user()
    second = world.make_key()
    world.set_status(first, "Inactive")
    world.use(second)
    world.wait(days=100)

    world.sync()

    assert standing().stage < Stage.DEACTIVATED
    assert (standing().active_keys, standing().inactive_keys) == (1, 1)
    assert standing().last_used_at >= world.now() - timedelta(hours=2)
    assert "yes" not in {standing().safe_to_deactivate, standing().safe_to_delete}


@pytest.mark.parametrize("old_one", [1, 2])
def test_of_two_keys_the_one_over_the_limit_makes_it_a_candidate_whichever_is_listed_first(
    aws_account: AwsAccount, old_one: int
) -> None:
    """Elsewhere the second key decided alone, or both had to match."""
    young = key(3 - old_one, created_at=NOW - timedelta(days=1), last=used(NOW - HOUR))
    old = key(old_one, last=used(NOW - HOUR))

    sync(aws_account, listing(UPLOADER), keys(UPLOADER, *sorted([young, old], key=lambda each: each.access_key_id)))

    assert f"Access key {old.access_key_id} is " in standing().reason["text"]


@pytest.mark.slow
def test_a_user_deleted_within_the_reports_four_hours_is_gone_though_the_report_still_shows_it(world: World) -> None:
    """Elsewhere the user stayed, alive, until the next report; or its keys could not be read and it was an error."""
    at_deactivated(world)
    shown = world.sync().freshness["credential_report"]
    world.delete_user()

    for _ in range(2):
        world.wait(minutes=20)
        run = world.sync()

    assert run.freshness["credential_report"] == shown
    assert run.outcome == "complete"
    assert standing().stage == Stage.DELETED


@pytest.mark.slow
def test_a_user_that_is_only_deactivated_is_never_deleted_however_long_it_stays_so(world: World) -> None:
    """Elsewhere "no active key" was shown as done."""
    at_deactivated(world)
    for _ in range(8):
        world.wait(days=60)
        world.sync()

    assert standing().stage == Stage.DEACTIVATED
    assert standing().is_open
    assert IamUser.objects.get().gone_at is None


@pytest.mark.slow
def test_an_identical_sync_changes_no_row_but_the_runs(world: World) -> None:
    """Elsewhere every sync wrote "last seen" into every row, and a change could not be told from a reading."""
    at_deactivated(world)
    world.sync()
    before, runs = every_row(), SyncRun.objects.count()

    run = world.sync()

    assert every_row() == before
    assert SyncRun.objects.count() == runs + 1
    assert run.changes == {"created": 0, "updated": 0, "gone": 0}


@pytest.mark.slow
def test_a_page_and_then_an_error_make_nobody_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere what a broken-off list did not hold was cleaned up."""
    at_switched_over(world)
    for number in range(5):
        world.iam.create_user(UserName=f"another-{number}")
    world.sync()
    held = set(IamUser.objects.values_list("unique_id", flat=True))
    monkeypatch.setattr(aws_listing, "MOST_ON_A_PAGE", 2)

    for _ in range(3):
        world.wait(hours=1)
        world.aws.state.faults[:] = [Fault("deny", "iam:GetAccountAuthorizationDetails", after=1)]
        run = world.sync()
        assert (run.outcome, run.calls["iam:GetAccountAuthorizationDetails"]) == ("failed", 2)

    assert set(IamUser.objects.filter(gone_at=None).values_list("unique_id", flat=True)) == held
    assert standing().stage == Stage.SWITCHED_OVER


def test_a_quiet_report_takes_nothing_from_a_use_that_was_read_directly(aws_account: AwsAccount) -> None:
    """Elsewhere the newer document won, and a report is always newer than what it says."""
    direct = used(NOW - HOUR, as_of=NOW)
    sync(aws_account, listing(UPLOADER), keys(UPLOADER, key(last=direct)))
    long_silent = NOW - timedelta(days=300)
    later = NOW + 2 * HOUR

    sync(
        aws_account,
        listing(UPLOADER, at=later),
        report(row("uploader", slot(used_at=long_silent)), generated_at=later - HOUR),
        keys(UPLOADER, key(last=used(long_silent, source="report", as_of=later - HOUR)), at=later),
        at=later,
    )

    access_key = AccessKey.objects.get()
    assert (access_key.last_used_at, access_key.last_used_source) == (NOW - HOUR, "direct")
    assert standing().last_used_at == NOW - HOUR
    assert "yes" not in {standing().safe_to_deactivate, standing().safe_to_delete}


def every_row() -> list[tuple[str, str, str]]:
    """Every version of every row of what was read, said and judged: any write at all makes another."""
    tables = [model._meta.db_table for model in (IamUser, AccessKey, Candidate, Standing, Event)]
    selects = [f"SELECT '{table}', ctid::text, xmin::text FROM {table}" for table in tables]
    with connection.cursor() as cursor:
        cursor.execute(f"{' UNION ALL '.join(selects)} ORDER BY 1, 2, 3")
        return cursor.fetchall()

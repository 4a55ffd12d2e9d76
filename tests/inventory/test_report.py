"""The credential report: console facts and key slots; it makes and ends no access key."""

from datetime import timedelta

from iamdash.models import AccessKey, AwsAccount, Event, IamUser, SyncRun
from tests.factories import NOW
from tests.inventory.pieces import LONG_AGO, key, keys, listing, report, row, slot, sync, user

UPLOADER = user("uploader")
HOUR = timedelta(hours=1)
LATER = NOW + HOUR


def test_console_facts_are_as_of_the_report(aws_account: AwsAccount) -> None:
    shown = report(row("uploader", password_enabled=True, mfa_active=True), generated_at=NOW - HOUR)

    run = sync(aws_account, listing(UPLOADER), shown)

    known = IamUser.objects.get()
    assert (known.password_enabled, known.mfa_active, known.console_as_of) == (True, True, NOW - HOUR)
    assert run.freshness["credential_report"] == (NOW - HOUR).isoformat()


def test_slots_show_a_candidate_before_any_key_id_is_known(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(UPLOADER), report(row("uploader", slot(), slot(active=False))))

    known = IamUser.objects.get()
    assert known.report_slots == [[LONG_AGO.isoformat(), False], [LONG_AGO.isoformat(), True]]
    assert (known.candidate.standing.active_keys, known.candidate.standing.inactive_keys) == (1, 1)
    assert not AccessKey.objects.exists()


def test_a_report_without_slots_ends_no_key(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(UPLOADER), keys(UPLOADER, key()))

    sync(aws_account, listing(UPLOADER, at=LATER), report(row("uploader"), generated_at=LATER), at=LATER)

    assert AccessKey.objects.get().gone_at is None


def test_an_older_report_does_not_overwrite_a_newer_one(aws_account: AwsAccount) -> None:
    for generated_at in (NOW - 2 * HOUR, NOW):
        sync(aws_account, listing(UPLOADER), report(row("uploader", mfa_active=True), generated_at=generated_at))

    sync(aws_account, listing(UPLOADER, at=LATER), report(row("uploader"), generated_at=NOW - HOUR), at=LATER)

    assert IamUser.objects.get().mfa_active is True
    assert SyncRun.objects.latest().freshness["credential_report"] == NOW.isoformat()


def test_a_report_of_the_same_moment_that_says_otherwise_is_believed(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(UPLOADER), report(row("uploader"), generated_at=NOW))

    again = report(row("uploader", password_enabled=True), generated_at=NOW)
    sync(aws_account, listing(UPLOADER, at=LATER), again, at=LATER)

    assert IamUser.objects.get().password_enabled is True


def test_a_row_about_an_earlier_user_of_the_name_is_not_believed(aws_account: AwsAccount) -> None:
    new = user("uploader", created_at=NOW - HOUR)

    sync(aws_account, listing(new), report(row("uploader", slot(), password_enabled=True)))

    known = IamUser.objects.get()
    assert (known.password_enabled, known.report_slots) == (None, None)


def test_losing_mfa_is_journalled_and_a_first_reading_is_not(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(UPLOADER), report(row("uploader", mfa_active=True), generated_at=NOW - HOUR))
    assert not Event.objects.filter(kind="iam_user.console_changed").exists()

    sync(aws_account, listing(UPLOADER, at=LATER), report(row("uploader"), generated_at=LATER), at=LATER)

    assert (
        Event.objects.get(kind="iam_user.console_changed").sentence == "IAM user uploader has no MFA device any more."
    )


def test_the_root_users_key_is_remembered_until_a_report_says_otherwise(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(UPLOADER), report(row("uploader"), root_key=True))

    run = sync(aws_account, listing(UPLOADER, at=LATER), at=LATER)

    assert run.root_has_access_key is True

"""Access keys follow complete, direct answers of iam:ListAccessKeys."""

from datetime import timedelta

import pytest

from iamdash.aws.snapshot import Part, Unread
from iamdash.models import AccessKey, AwsAccount, Event, IamUser
from tests.factories import NOW
from tests.inventory.pieces import (
    LONG_AGO,
    Answers,
    identity,
    key,
    keys,
    listing,
    report,
    row,
    slot,
    sync,
    sync_with,
    user,
)

UPLOADER = user("uploader")
LATER = NOW + timedelta(hours=1)
STILL_LATER = NOW + timedelta(hours=2)


@pytest.fixture
def synced(aws_account: AwsAccount) -> AwsAccount:
    """An account with one user that has two active keys."""
    sync(aws_account, listing(UPLOADER), keys(UPLOADER, key(1), key(2)))
    return aws_account


def kinds() -> list[str]:
    return list(Event.objects.filter(kind__startswith="access_key").order_by("pk").values_list("kind", flat=True))


def test_keys_that_were_there_before_us_are_found(synced: AwsAccount) -> None:
    first = AccessKey.objects.first()

    assert first is not None
    assert (first.status, first.status_changed_at, first.first_seen_at) == ("Active", LONG_AGO, NOW)
    assert kinds() == ["access_key.found", "access_key.found"]


def test_a_key_made_under_our_eyes_was_created(synced: AwsAccount) -> None:
    new = key(3, created_at=NOW + timedelta(minutes=5))

    sync(synced, listing(UPLOADER, at=LATER), keys(UPLOADER, key(1), key(2), new, at=LATER), at=LATER)

    assert kinds()[-1] == "access_key.created"


@pytest.mark.parametrize("claims", [1, 3], ids=["another one's", "a new one, listed for both"])
def test_a_key_listed_for_two_iam_users_at_once_is_not_believed_of_the_second(synced: AwsAccount, claims: int) -> None:
    other = user("other")
    answers = keys(UPLOADER, key(1), key(2), key(3), at=LATER), keys(other, key(claims), at=LATER)

    run = sync(synced, listing(UPLOADER, other, at=LATER), *answers, at=LATER)

    assert [gap["subject"] for gap in run.unread] == [other.unique_id]
    assert AccessKey.objects.get(access_key_id=key(claims).access_key_id).iam_user.user_name == "uploader"


def test_a_key_missing_from_a_complete_answer_is_gone(synced: AwsAccount) -> None:
    run = sync(synced, listing(UPLOADER, at=LATER), keys(UPLOADER, key(1), at=LATER), at=LATER)

    assert AccessKey.objects.get(access_key_id=key(2).access_key_id).gone_at == LATER
    assert run.changes["gone"] == 1
    assert kinds()[-1] == "access_key.deleted"


def test_a_key_that_is_listed_again_is_there_again(synced: AwsAccount) -> None:
    sync(synced, listing(UPLOADER, at=LATER), keys(UPLOADER, key(1), at=LATER), at=LATER)

    sync(synced, listing(UPLOADER, at=STILL_LATER), keys(UPLOADER, key(1), key(2), at=STILL_LATER), at=STILL_LATER)

    assert AccessKey.objects.filter(gone_at=None).count() == 2
    assert kinds()[-1] == "access_key.seen_again"


def test_a_status_changes_when_it_is_first_seen_to(synced: AwsAccount) -> None:
    inactive = key(1, status="Inactive")
    sync(synced, listing(UPLOADER, at=LATER), keys(UPLOADER, inactive, key(2), at=LATER), at=LATER)
    sync(synced, listing(UPLOADER, at=STILL_LATER), keys(UPLOADER, inactive, key(2), at=STILL_LATER), at=STILL_LATER)

    known = AccessKey.objects.get(access_key_id=inactive.access_key_id)
    assert (known.status, known.status_changed_at) == ("Inactive", LATER)
    assert kinds()[2:] == ["access_key.deactivated"]


def test_a_key_switched_on_again_is_journalled(synced: AwsAccount) -> None:
    sync(synced, listing(UPLOADER, at=LATER), keys(UPLOADER, key(1, status="Inactive"), at=LATER), at=LATER)
    sync(synced, listing(UPLOADER, at=STILL_LATER), keys(UPLOADER, key(1), at=STILL_LATER), at=STILL_LATER)

    assert kinds()[-1] == "access_key.reactivated"


def test_a_status_we_do_not_know_is_kept_as_aws_spells_it(synced: AwsAccount) -> None:
    sync(synced, listing(UPLOADER, at=LATER), keys(UPLOADER, key(1, status="Expired"), key(2), at=LATER), at=LATER)

    assert AccessKey.objects.get(access_key_id=key(1).access_key_id).status == "Expired"
    assert kinds()[-1] == "access_key.status_changed"


def test_an_older_answer_never_overwrites_a_newer_one(synced: AwsAccount) -> None:
    sync(synced, listing(UPLOADER, at=LATER), keys(UPLOADER, key(1, status="Inactive"), at=LATER), at=LATER)

    late_arrival = keys(UPLOADER, key(1), key(2), at=LATER - timedelta(minutes=1))
    sync(synced, listing(UPLOADER, at=STILL_LATER), late_arrival, at=STILL_LATER)

    assert AccessKey.objects.get(access_key_id=key(1).access_key_id).status == "Inactive"


def test_an_older_answer_never_overwrites_a_newer_one_that_agreed(synced: AwsAccount) -> None:
    sync(synced, listing(UPLOADER, at=LATER), keys(UPLOADER, key(1), key(2), at=LATER), at=LATER)

    late_arrival = keys(UPLOADER, at=LATER - timedelta(minutes=1))
    sync(synced, listing(UPLOADER, at=STILL_LATER), late_arrival, at=STILL_LATER)

    assert AccessKey.objects.filter(gone_at=None).count() == 2


def test_keys_that_could_not_be_read_keep_their_rows_and_say_why(synced: AwsAccount) -> None:
    gap = Unread(Part.ACCESS_KEYS, "AWS said no.", "iam:ListAccessKeys", "AccessDenied", UPLOADER.unique_id)

    run = sync(synced, listing(UPLOADER, at=LATER), gap, at=LATER)

    assert AccessKey.objects.filter(gone_at=None, status="Active").count() == 2
    assert IamUser.objects.get().keys_unread_reason == "AWS said no."
    assert run.outcome == "partial"
    assert run.freshness["access_keys"] == NOW.isoformat()


def test_a_part_is_no_fresher_where_some_of_it_could_not_be_read(synced: AwsAccount) -> None:
    other = user("mailer")
    gap = Unread(Part.ACCESS_KEYS, "AWS said no.", "iam:ListAccessKeys", "AccessDenied", other.unique_id)

    read = keys(UPLOADER, key(1), key(2), at=LATER)
    run = sync(synced, listing(UPLOADER, other, at=LATER), read, gap, at=LATER)

    assert run.freshness["access_keys"] == NOW.isoformat()


def test_a_reading_that_succeeds_takes_the_reason_away(synced: AwsAccount) -> None:
    gap = Unread(Part.ACCESS_KEYS, "AWS said no.", "iam:ListAccessKeys", "AccessDenied", UPLOADER.unique_id)
    sync(synced, listing(UPLOADER, at=LATER), gap, at=LATER)

    sync(synced, listing(UPLOADER, at=STILL_LATER), keys(UPLOADER, key(1), key(2), at=STILL_LATER), at=STILL_LATER)

    assert IamUser.objects.get().keys_unread_reason == ""


def test_a_reading_that_agrees_is_remembered_by_the_run_alone(synced: AwsAccount) -> None:
    run = sync(synced, listing(UPLOADER, at=LATER), keys(UPLOADER, key(1), key(2), at=LATER), at=LATER)

    assert run.agreed_directly == {UPLOADER.unique_id: LATER.isoformat()}
    assert IamUser.objects.get().keys_read_at == NOW


def test_the_next_run_knows_what_was_asked_and_seen(synced: AwsAccount) -> None:
    shown = report(row("uploader", slot(), slot(active=False, created_at=NOW)), generated_at=NOW)
    sync(synced, listing(UPLOADER, at=LATER), shown, keys(UPLOADER, key(1), key(2), at=LATER), at=LATER)

    answers = Answers((identity(at=STILL_LATER), listing(UPLOADER, at=STILL_LATER)))
    sync_with(answers, synced, at=STILL_LATER)

    assert answers.known is not None
    known = answers.known.users[UPLOADER.unique_id]
    assert known.asked_at == LATER
    assert known.slots_seen == ((LONG_AGO, True), (NOW, False))
    assert known.access_keys == ((key(1).access_key_id, LONG_AGO, "Active"), (key(2).access_key_id, LONG_AGO, "Active"))
    assert not known.ask_failed


def test_slots_that_changed_since_the_keys_were_read_are_known_as_they_were(synced: AwsAccount) -> None:
    sync(synced, listing(UPLOADER, at=LATER), report(row("uploader", slot()), generated_at=NOW), at=LATER)

    answers = Answers((identity(at=STILL_LATER), listing(UPLOADER, at=STILL_LATER)))
    sync_with(answers, synced, at=STILL_LATER)

    assert answers.known is not None
    assert answers.known.users[UPLOADER.unique_id].slots_seen is None
    assert IamUser.objects.get().report_slots == [[LONG_AGO.isoformat(), True]]


def test_a_key_of_another_user_makes_the_answer_unbelievable(synced: AwsAccount) -> None:
    other = user("other")

    run = sync(synced, listing(UPLOADER, other, at=LATER), keys(other, key(1), at=LATER), at=LATER)

    assert AccessKey.objects.get(access_key_id=key(1).access_key_id).iam_user.user_name == "uploader"
    assert run.outcome == "partial"
    assert "another IAM user" in run.unread[0]["reason"]

"""Last uses only ever add: the ledger keeps every value once, and an older reading takes nothing back."""

from datetime import timedelta

from iamdash.aws.snapshot import LastUsed, ReportedUses
from iamdash.models import AccessKey, AccessKeyUse, AwsAccount, Event
from tests.factories import NOW
from tests.inventory.pieces import key, keys, listing, sync, used, user

UPLOADER = user("uploader")
KEY_ID = key(1).access_key_id
YESTERDAY = NOW - timedelta(days=1)
LATER = NOW + timedelta(hours=1)
STILL_LATER = NOW + timedelta(hours=2)


def reported(reading: LastUsed) -> ReportedUses:
    return ReportedUses({KEY_ID: reading})


def by_report(at_used: object, *, as_of: object = NOW) -> LastUsed:
    return used(at_used, source="report", as_of=as_of)  # type: ignore[arg-type]


def test_a_first_use_is_kept_with_its_source(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(UPLOADER), keys(UPLOADER, key(1, last=used(YESTERDAY))))

    access_key = AccessKey.objects.get()
    assert (access_key.last_used_at, access_key.last_used_source) == (YESTERDAY, "direct")
    assert AccessKeyUse.objects.get().last_used_at == YESTERDAY


def test_no_use_recorded_is_not_never_read(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(UPLOADER), keys(UPLOADER, key(1, last=used(None)), key(2)))

    answered, unread = AccessKey.objects.order_by("access_key_id")
    assert (answered.last_used_at, answered.last_used_as_of) == (None, NOW)
    assert (unread.last_used_at, unread.last_used_as_of) == (None, None)
    assert not AccessKeyUse.objects.exists()


def test_the_ledger_keeps_every_value_once(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(UPLOADER), keys(UPLOADER, key(1, last=used(YESTERDAY))))
    for at in (LATER, STILL_LATER):
        sync(aws_account, listing(UPLOADER, at=at), reported(by_report(NOW, as_of=at)), at=at)

    assert list(AccessKeyUse.objects.values_list("last_used_at", flat=True)) == [YESTERDAY, NOW]


def test_an_older_report_does_not_overwrite_a_newer_direct_reading(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(UPLOADER), keys(UPLOADER, key(1, last=used(NOW))))

    old = by_report(YESTERDAY, as_of=NOW - timedelta(hours=3))
    run = sync(aws_account, listing(UPLOADER, at=LATER), reported(old), at=LATER)

    access_key = AccessKey.objects.get()
    assert (access_key.last_used_at, access_key.last_used_source) == (NOW, "direct")
    assert run.changes["updated"] == 0
    assert AccessKeyUse.objects.count() == 2


def test_a_reading_without_a_date_takes_no_date_away(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(UPLOADER), keys(UPLOADER, key(1, last=used(YESTERDAY))))

    sync(aws_account, listing(UPLOADER, at=LATER), reported(by_report(None, as_of=LATER)), at=LATER)

    assert AccessKey.objects.get().last_used_at == YESTERDAY


def test_a_direct_reading_takes_the_place_of_the_report_once(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(UPLOADER), keys(UPLOADER, key(1, last=by_report(YESTERDAY))))
    firmer = keys(UPLOADER, key(1, last=used(YESTERDAY, as_of=LATER)), at=LATER)
    sync(aws_account, listing(UPLOADER, at=LATER), firmer, at=LATER)

    again = keys(UPLOADER, key(1, last=used(YESTERDAY, as_of=STILL_LATER)), at=STILL_LATER)
    run = sync(aws_account, listing(UPLOADER, at=STILL_LATER), again, at=STILL_LATER)

    access_key = AccessKey.objects.get()
    assert (access_key.last_used_source, access_key.last_used_as_of) == ("direct", LATER)
    assert run.uses_agreed_directly == {KEY_ID: STILL_LATER.isoformat()}
    assert AccessKeyUse.objects.count() == 1


def test_use_after_a_long_silence_is_journalled_and_busy_keys_are_not(aws_account: AwsAccount) -> None:
    quiet, busy = used(NOW - timedelta(days=30)), used(YESTERDAY)
    sync(aws_account, listing(UPLOADER), keys(UPLOADER, key(1, last=quiet), key(2, last=busy)))

    moved = used(NOW, as_of=LATER)
    both = keys(UPLOADER, key(1, last=moved), key(2, last=moved), at=LATER)
    sync(aws_account, listing(UPLOADER, at=LATER), both, at=LATER)

    event = Event.objects.get(kind="access_key.used_again")
    assert event.subject == KEY_ID
    assert event.sentence.endswith("was used again after 30 days.")


def test_a_use_after_an_outage_of_ours_is_no_use_after_a_silence(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(UPLOADER), keys(UPLOADER, key(1, last=used(YESTERDAY))))

    a_month_later = NOW + timedelta(days=30)
    read_again = keys(UPLOADER, key(1, last=used(a_month_later, as_of=a_month_later)), at=a_month_later)
    sync(aws_account, listing(UPLOADER, at=a_month_later), read_again, at=a_month_later)

    assert not Event.objects.filter(kind="access_key.used_again").exists()

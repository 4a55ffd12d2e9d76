"""A user is gone when two runs have proved it, each with its own session and its own complete listing."""

from datetime import datetime, timedelta

import pytest

from iamdash.aws.snapshot import Absence, Part, Unread
from iamdash.models import AccessKey, AwsAccount, Event, IamUser, Programme
from tests.factories import NOW
from tests.inventory.pieces import ACCOUNT, Answers, identity, key, keys, listing, sync, sync_with, user

UPLOADER = user("uploader")
LATER = NOW + timedelta(hours=1)
STILL_LATER = NOW + timedelta(hours=2)


def absent(at: datetime, answer: str = "no_such_entity", *, found: str = "", name: str = "uploader") -> Absence:
    return Absence(UPLOADER.unique_id, name, answer, found, at)  # type: ignore[arg-type]


@pytest.fixture
def uploader(aws_account: AwsAccount) -> IamUser:
    sync(aws_account, listing(UPLOADER), keys(UPLOADER, key()))
    return IamUser.objects.get()


def test_one_proof_says_gone_and_does_not_confirm_it(aws_account: AwsAccount, uploader: IamUser) -> None:
    sync(aws_account, listing(at=LATER), absent(LATER), at=LATER)

    uploader.refresh_from_db()
    assert uploader.gone_at == LATER
    assert uploader.gone_confirmed_at is None


def test_a_second_run_confirms_it(aws_account: AwsAccount, uploader: IamUser) -> None:
    sync(aws_account, listing(at=LATER), absent(LATER), at=LATER)
    sync(aws_account, listing(at=STILL_LATER), absent(STILL_LATER), at=STILL_LATER)

    uploader.refresh_from_db()
    assert (uploader.gone_at, uploader.gone_confirmed_at) == (LATER, STILL_LATER)
    assert uploader.candidate.standing.stage == 6
    assert list(Event.objects.filter(kind__startswith="iam_user.gone").values_list("kind", flat=True)) == [
        "iam_user.gone",
        "iam_user.gone_confirmed",
    ]


def test_the_same_run_cannot_confirm_its_own_proof(aws_account: AwsAccount, uploader: IamUser) -> None:
    Programme.objects.create(pk=1, gone_confirm_minutes=0)

    sync(aws_account, listing(at=LATER), absent(LATER), absent(STILL_LATER), at=LATER)

    uploader.refresh_from_db()
    assert uploader.gone_confirmed_at is None


@pytest.mark.parametrize(("minutes", "confirmed"), [(14, False), (15, True)])
def test_the_second_session_opens_long_enough_after_the_first_proof(
    aws_account: AwsAccount, uploader: IamUser, minutes: int, confirmed: bool
) -> None:
    soon = LATER + timedelta(minutes=minutes)

    sync(aws_account, listing(at=LATER), absent(LATER), at=LATER)
    sync(aws_account, listing(at=soon), absent(soon + timedelta(hours=1)), at=soon)

    uploader.refresh_from_db()
    assert (uploader.gone_confirmed_at is not None) is confirmed


def test_the_keys_of_a_gone_user_are_gone_with_it(aws_account: AwsAccount, uploader: IamUser) -> None:
    sync(aws_account, listing(at=LATER), absent(LATER), at=LATER)

    assert AccessKey.objects.get().gone_at == LATER
    assert Event.objects.filter(kind="access_key.deleted", unique_id=UPLOADER.unique_id).count() == 1


def test_a_user_missing_from_an_unread_list_is_not_marked_gone(aws_account: AwsAccount, uploader: IamUser) -> None:
    gap = Unread(
        Part.AUTHORIZATION_DETAILS, "AWS asked to slow down.", "iam:GetAccountAuthorizationDetails", "Throttling"
    )

    run = sync(aws_account, gap, absent(LATER), at=LATER)

    uploader.refresh_from_db()
    assert uploader.gone_at is None
    assert run.outcome == "failed"
    assert {gap["part"] for gap in run.unread} == {"authorization_details", "absences"}


def test_a_user_missing_from_the_list_alone_is_not_marked_gone(aws_account: AwsAccount, uploader: IamUser) -> None:
    sync(aws_account, listing(at=LATER), at=LATER)

    uploader.refresh_from_db()
    assert uploader.gone_at is None


def test_a_listed_user_is_not_gone_whatever_get_user_says(aws_account: AwsAccount, uploader: IamUser) -> None:
    sync(aws_account, listing(UPLOADER, at=LATER), absent(LATER), at=LATER)

    uploader.refresh_from_db()
    assert uploader.gone_at is None


def test_a_question_about_another_name_proves_nothing(aws_account: AwsAccount, uploader: IamUser) -> None:
    sync(aws_account, listing(at=LATER), absent(LATER, name="uploader-2"), at=LATER)

    uploader.refresh_from_db()
    assert uploader.gone_at is None


@pytest.mark.parametrize("found", ["", UPLOADER.unique_id])
def test_an_answer_that_names_no_other_user_proves_nothing(
    aws_account: AwsAccount, uploader: IamUser, found: str
) -> None:
    sync(aws_account, listing(at=LATER), absent(LATER, "other_unique_id", found=found), at=LATER)

    uploader.refresh_from_db()
    assert uploader.gone_at is None


def test_the_wrong_account_proves_nothing(aws_account: AwsAccount, uploader: IamUser) -> None:
    wrong = Answers((identity(account_id="999988887777", at=LATER), listing(at=LATER), absent(LATER)))

    run = sync_with(wrong, aws_account, at=LATER)

    uploader.refresh_from_db()
    assert uploader.gone_at is None
    assert run.outcome == "failed"
    assert "999988887777" in run.unread[0]["reason"]


def test_a_listing_of_another_account_changes_nothing(aws_account: AwsAccount, uploader: IamUser) -> None:
    stranger = user("stranger", account_id="999988887777")

    run = sync(aws_account, listing(stranger, at=LATER), absent(LATER), at=LATER)

    uploader.refresh_from_db()
    assert uploader.gone_at is None
    assert run.outcome == "failed"
    assert IamUser.objects.count() == 1


def test_a_user_that_exists_after_all_is_there_again(aws_account: AwsAccount, uploader: IamUser) -> None:
    sync(aws_account, listing(at=LATER), absent(LATER), at=LATER)
    sync(aws_account, listing(at=STILL_LATER), absent(STILL_LATER, "same_unique_id"), at=STILL_LATER)

    uploader.refresh_from_db()
    assert uploader.gone_at is None


def test_seen_again_clears_both_proofs_and_gives_the_keys_back(aws_account: AwsAccount, uploader: IamUser) -> None:
    much_later = NOW + timedelta(hours=3)
    sync(aws_account, listing(at=LATER), absent(LATER), at=LATER)
    sync(aws_account, listing(at=STILL_LATER), absent(STILL_LATER), at=STILL_LATER)
    IamUser.objects.update(asked_slots=[])

    sync(aws_account, listing(UPLOADER, at=much_later), at=much_later)

    uploader.refresh_from_db()
    assert (uploader.gone_at, uploader.gone_confirmed_at) == (None, None)
    assert uploader.asked_slots is None, "so that its keys are listed anew"
    assert AccessKey.objects.get().gone_at is None
    assert Event.objects.filter(kind="iam_user.seen_again").count() == 1
    assert uploader.candidate.standing.stage == 1


def test_a_deleted_user_whose_name_is_taken_is_proved_gone_too(aws_account: AwsAccount, uploader: IamUser) -> None:
    successor = user("uploader", unique_id="AIDASUCCESSOR", created_at=NOW)
    for at in (LATER, STILL_LATER):
        sync(aws_account, listing(successor, at=at), absent(at, "other_unique_id", found="AIDASUCCESSOR"), at=at)

    uploader.refresh_from_db()
    assert uploader.gone_confirmed_at == STILL_LATER
    assert IamUser.objects.get(unique_id="AIDASUCCESSOR").predecessor == uploader


def test_an_account_number_in_the_listing_must_be_the_expected_one(aws_account: AwsAccount) -> None:
    run = sync(aws_account, listing(user("own")))

    assert run.outcome == "complete"
    assert IamUser.objects.get().aws_account_id == ACCOUNT

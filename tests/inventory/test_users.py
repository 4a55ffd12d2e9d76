"""IAM users follow a complete listing: found, renamed, changed, created again."""

from datetime import timedelta

from iamdash.aws.snapshot import NamedPolicy
from iamdash.models import AwsAccount, Event, IamUser
from tests.factories import NOW
from tests.inventory.pieces import listing, sync, user

LATER = NOW + timedelta(hours=1)


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_a_listed_user_is_found(aws_account: AwsAccount) -> None:
    policy = NamedPolicy("uploads", "arn:aws:iam::aws:policy/uploads")

    run = sync(aws_account, listing(user("uploader", tags={"team": "data"}, attached_policies=(policy,))))

    found = IamUser.objects.get()
    assert (found.user_name, found.tags, found.first_seen_at) == ("uploader", {"team": "data"}, NOW)
    assert found.attached_policies == [{"name": "uploads", "arn": "arn:aws:iam::aws:policy/uploads"}]
    assert run.changes == {"created": 1, "updated": 0, "gone": 0}
    assert kinds() == ["iam_user.found"]


def test_a_rename_keeps_the_row_and_is_journalled(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(user("uploader", unique_id="AIDA1")))

    sync(aws_account, listing(user("uploader-old", unique_id="AIDA1"), at=LATER), at=LATER)

    assert IamUser.objects.get().user_name == "uploader-old"
    assert Event.objects.get(kind="iam_user.renamed").before == {"user_name": "uploader"}


def test_a_name_used_again_is_another_user_with_a_predecessor(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(user("uploader", unique_id="AIDA1")))

    sync(aws_account, listing(user("Uploader", unique_id="AIDA2"), at=LATER), at=LATER)

    first, second = IamUser.objects.order_by("unique_id")
    assert second.predecessor == first
    assert kinds() == ["iam_user.found", "iam_user.recreated"]


def test_a_name_left_by_a_rename_makes_no_predecessor(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(user("uploader", unique_id="AIDA1")))

    swapped = listing(user("uploader-old", unique_id="AIDA1"), user("uploader", unique_id="AIDA2"), at=LATER)
    sync(aws_account, swapped, at=LATER)

    assert IamUser.objects.get(unique_id="AIDA2").predecessor is None


def test_two_users_that_swap_their_names_stay_themselves(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(user("a", unique_id="AIDA1"), user("b", unique_id="AIDA2")))

    sync(aws_account, listing(user("b", unique_id="AIDA1"), user("a", unique_id="AIDA2"), at=LATER), at=LATER)

    assert dict(IamUser.objects.values_list("unique_id", "user_name")) == {"AIDA1": "b", "AIDA2": "a"}


def test_what_changed_is_named_and_kept(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(user("uploader", groups=("b", "a"))))

    sync(aws_account, listing(user("uploader", groups=("a",), tags={"team": "data"}), at=LATER), at=LATER)

    event = Event.objects.get(kind="iam_user.changed")
    assert event.sentence == "Changed on IAM user uploader: tags and groups."
    assert event.before == {"tags": {}, "groups": ["a", "b"]}


def test_another_order_of_groups_and_policies_is_no_change(aws_account: AwsAccount) -> None:
    one, two = NamedPolicy("one", "arn:aws:iam::aws:policy/one"), NamedPolicy("two", "arn:aws:iam::aws:policy/two")
    sync(aws_account, listing(user("uploader", groups=("a", "b"), attached_policies=(one, two))))

    shuffled = listing(user("uploader", groups=("b", "a"), attached_policies=(two, one)), at=LATER)
    run = sync(aws_account, shuffled, at=LATER)

    assert run.changes == {"created": 0, "updated": 0, "gone": 0}

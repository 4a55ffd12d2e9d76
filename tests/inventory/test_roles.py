"""IAM roles and Pod Identity associations follow lists that were walked to their end."""

from datetime import timedelta

from iamdash.models import AwsAccount, Event, IamRole, PodIdentityAssociation, RoleUse
from tests.factories import NOW
from tests.inventory.pieces import association, iam_role, listing, pods, sync

LATER = NOW + timedelta(hours=1)
STILL_LATER = NOW + timedelta(hours=2)
YESTERDAY = NOW - timedelta(days=1)
TRUSTED = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}]}


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_a_role_is_found_changed_gone_and_there_again(aws_account: AwsAccount) -> None:
    times = [NOW + timedelta(hours=hour) for hour in range(4)]
    sync(aws_account, listing(iam_role(), at=times[0]), at=times[0])
    sync(aws_account, listing(iam_role(trust_policy=TRUSTED), at=times[1]), at=times[1])
    sync(aws_account, listing(at=times[2]), at=times[2])
    assert IamRole.objects.get().gone_at == times[2]

    sync(aws_account, listing(iam_role(trust_policy=TRUSTED), at=times[3]), at=times[3])

    assert IamRole.objects.get().gone_at is None
    assert kinds() == ["iam_role.found", "iam_role.trust_changed", "iam_role.gone", "iam_role.seen_again"]


def test_a_trust_that_names_a_deleted_user_is_kept_as_it_was_and_as_it_is(aws_account: AwsAccount) -> None:
    """AWS puts the unique ID of a principal that is gone in the place of its ARN."""
    by_arn, by_id = (
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": principal}}]}
        for principal in ("arn:aws:iam::111122223333:user/uploader", "AIDAUPLOADER")
    )
    sync(aws_account, listing(iam_role(trust_policy=by_arn)))

    sync(aws_account, listing(iam_role(trust_policy=by_id), at=LATER), at=LATER)

    event = Event.objects.get(kind="iam_role.trust_changed")
    assert (event.before, event.after) == ({"trust_policy": by_arn}, {"trust_policy": by_id})
    assert IamRole.objects.get().trust_policy == by_id


def test_what_changed_on_a_role_is_named(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(iam_role()))

    sync(aws_account, listing(iam_role(attached_policies=(), tags={"team": "data"}), at=LATER), at=LATER)

    event = Event.objects.get(kind="iam_role.changed")
    assert event.sentence == "Changed on IAM role uploader-role: tags and attached policies."


def test_each_new_use_of_a_role_goes_into_the_ledger_once(aws_account: AwsAccount) -> None:
    for at, used_at in ((NOW, YESTERDAY), (LATER, YESTERDAY), (STILL_LATER, NOW)):
        sync(aws_account, listing(iam_role(last_used_at=used_at, last_used_region="eu-west-1"), at=at), at=at)

    assert list(RoleUse.objects.values_list("last_used_at", "as_of")) == [(YESTERDAY, NOW), (NOW, STILL_LATER)]


def test_a_use_that_aws_has_forgotten_is_kept(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(iam_role(last_used_at=YESTERDAY)))

    run = sync(aws_account, listing(iam_role(), at=LATER), at=LATER)

    assert IamRole.objects.get().last_used_at == YESTERDAY
    assert run.changes["updated"] == 0


def test_the_role_that_iamdash_reads_with_changes_once_a_day_at_most(aws_account: AwsAccount) -> None:
    changed = []
    for at in (NOW, LATER, NOW + timedelta(hours=25)):
        run = sync(aws_account, listing(iam_role("iamdash-reader", last_used_at=at), at=at), at=at)
        changed.append(run.changes["updated"])

    assert changed == [0, 0, 1]
    assert IamRole.objects.get().last_used_at == NOW + timedelta(hours=25)


def test_an_association_is_kept_while_it_is_listed(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(), pods(association()))

    run = sync(aws_account, listing(at=LATER), pods(listed=("a-1",), at=LATER), at=LATER)

    assert PodIdentityAssociation.objects.get().gone_at is None
    assert run.changes == {"created": 0, "updated": 0, "gone": 0}
    assert run.freshness["pod_identity"] == LATER.isoformat()


def test_an_association_that_names_another_role_is_changed(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(), pods(association()))
    other = association(role_arn="arn:aws:iam::111122223333:role/other-role")

    sync(aws_account, listing(at=LATER), pods(other, at=LATER), at=LATER)

    event = Event.objects.get(kind="pod_identity.changed")
    assert event.before == {"role_arn": association().role_arn}
    assert event.after == {"role_arn": other.role_arn}


def test_an_association_missing_from_its_clusters_list_is_gone(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(), pods(association()))

    sync(aws_account, listing(at=LATER), pods(at=LATER), at=LATER)

    assert PodIdentityAssociation.objects.get().gone_at == LATER
    assert kinds() == ["pod_identity.found", "pod_identity.gone"]


def test_an_association_whose_cluster_is_gone_is_gone(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(), pods(association()))

    no_cluster = pods(at=LATER, complete_clusters=frozenset(), clusters_by_region={"eu-west-1": ()})
    sync(aws_account, listing(at=LATER), no_cluster, at=LATER)

    assert PodIdentityAssociation.objects.get().gone_at == LATER


def test_an_association_of_an_unread_cluster_or_region_stays(aws_account: AwsAccount) -> None:
    elsewhere = association("a-2", region="eu-west-2")
    sync(aws_account, listing(), pods(association(), elsewhere))

    unread = pods(at=LATER, complete_clusters=frozenset(), clusters_by_region={"eu-west-1": ("live",)})
    sync(aws_account, listing(at=LATER), unread, at=LATER)

    assert PodIdentityAssociation.objects.filter(gone_at=None).count() == 2

"""Grouping: candidates join their workload when they come up, and the rule leaves alone what people corrected."""

import pytest

from iamdash.models import AwsAccount, Candidate, IamUser, Programme, Workload
from iamdash.standing.assess import Cause, assess
from iamdash.standing.check import differences
from iamdash.standing.everybody import assess_everybody
from tests.factories import NOW, make_access_key, make_aws_account, make_iam_user

pytestmark = pytest.mark.django_db


def come_up(user_name: str, account_id: str = "111122223333", environment: str = "production") -> Candidate:
    account = make_aws_account(account_id, environment=environment)
    iam_user = make_iam_user(user_name, aws_account=account)
    make_access_key(iam_user)
    assess([iam_user.pk], now=NOW, cause=Cause.AWS, actor="sync")
    return Candidate.objects.get(iam_user=iam_user)


def everybody_anew() -> None:
    assess_everybody(now=NOW, cause=Cause.PEOPLE, actor="load_config")


def again(candidate: Candidate) -> Candidate:
    return Candidate.objects.get(pk=candidate.pk)


def test_candidates_of_one_piece_of_work_share_a_workload_across_accounts() -> None:
    production = come_up("svc-production-uploader")
    staging = come_up("svc_staging_uploader", "222233334444", "staging")
    other = come_up("svc-production-indexer")

    assert production.workload == staging.workload != other.workload
    assert str(production.workload) == "svc-uploader"
    assert [(each.environment, each.before_production) for each in (production, staging)] == [
        ("production", 0),
        ("staging", 2),
    ]


def test_several_that_come_up_at_once_share_one_too() -> None:
    iam_users = [make_iam_user(f"svc-{word}-uploader") for word in ("dev", "staging", "production")]
    for iam_user in iam_users:
        make_access_key(iam_user)

    assess([each.pk for each in iam_users], now=NOW, cause=Cause.AWS, actor="sync")

    assert Workload.objects.get().candidates.count() == 3


def test_what_is_called_by_its_environment_alone_stays_alone() -> None:
    one, other = come_up("production"), come_up("production", "222233334444", "staging")

    assert one.workload != other.workload


def test_a_renamed_iam_user_goes_where_its_new_name_belongs() -> None:
    candidate = come_up("svc-production-uploader")
    IamUser.objects.update(user_name="svc-production-indexer")

    assess([candidate.iam_user_id], now=NOW, cause=Cause.AWS, actor="sync")

    assert str(again(candidate).workload) == "svc-indexer"


def test_other_words_of_the_config_group_anew() -> None:
    one, other = come_up("svc-live-uploader"), come_up("svc-lab-uploader")
    assert one.workload != other.workload
    Programme.objects.update_or_create(pk=1, defaults={"environments": [["lab"], ["live"]]})

    everybody_anew()

    assert again(one).workload == again(other).workload
    assert [again(one).environment, again(other).environment] == ["live", "lab"]


def test_another_environment_of_the_account_moves_its_candidates_to_another_lane() -> None:
    candidate = come_up("uploader")
    AwsAccount.objects.update(environment="staging")

    everybody_anew()

    assert (again(candidate).environment, again(candidate).before_production) == ("staging", 2)


def test_the_rule_takes_nothing_out_of_what_people_corrected() -> None:
    candidate = come_up("svc-live-uploader")
    Workload.objects.update(by_hand=True, name="Uploads")
    Programme.objects.update_or_create(pk=1, defaults={"environments": [["live"]]})

    everybody_anew()

    assert str(again(candidate).workload) == "Uploads"
    assert again(candidate).environment == "live"


def test_what_would_join_a_merged_workload_joins_what_that_became_part_of() -> None:
    uploader, indexer = come_up("svc-production-uploader"), come_up("svc-production-indexer")
    Workload.objects.filter(pk=indexer.workload_id).update(merged_into=uploader.workload_id, by_hand=True)

    later = come_up("svc-staging-indexer", "222233334444", "staging")

    assert later.workload == uploader.workload


def test_a_candidate_that_is_not_where_the_rule_says_is_a_difference() -> None:
    candidate = come_up("svc-production-uploader")
    assert list(differences(NOW)) == []

    Candidate.objects.update(environment="staging")

    assert [(each.candidate_number, each.columns) for each in differences(NOW)] == [(candidate.pk, ("workload",))]


def test_looking_again_writes_nothing() -> None:
    come_up("svc-production-uploader")
    before = Workload.objects.values_list().get(), Candidate.objects.values_list().get()

    everybody_anew()

    assert (Workload.objects.values_list().get(), Candidate.objects.values_list().get()) == before

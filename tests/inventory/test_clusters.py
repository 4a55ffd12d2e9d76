"""EKS clusters follow lists that were walked to their end, and what hangs on their issuers follows them."""

from datetime import timedelta
from typing import Any

from iamdash.aws.snapshot import Cluster, Clusters, Part, Unread
from iamdash.models import AwsAccount, Candidate, EksCluster, Event
from iamdash.rules.route import Route
from iamdash.rules.stage import Stage
from tests.factories import (
    NOW,
    make_access_key,
    make_aws_account,
    make_candidate,
    make_claim,
    make_iam_role,
    make_iam_user,
    make_person,
    make_replacement,
)
from tests.inventory.pieces import Answers, identity, listing, sync, sync_with

REGION, ELSEWHERE = "eu-west-1", "eu-west-2"
ISSUER, OTHER = f"oidc.eks.{REGION}.amazonaws.com/id/4F1C", f"oidc.eks.{REGION}.amazonaws.com/id/8B0D"
LATER, STILL_LATER = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
LIVE = Cluster(REGION, "live", ISSUER)


def clusters(*described: Cluster, at: Any = NOW, names: tuple[str, ...] = ("live",), region: str = REGION) -> Clusters:
    return Clusters(described, {region: names}, at)


def gone() -> dict[str, Any]:
    return dict(EksCluster.objects.values_list("issuer", "gone_at"))


def test_a_described_cluster_is_kept_while_it_is_listed(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(), clusters(LIVE))

    run = sync(aws_account, listing(at=LATER), clusters(at=LATER), at=LATER)

    assert gone() == {ISSUER: None}
    assert run.changes == {"created": 0, "updated": 0, "gone": 0}
    assert run.freshness["eks_clusters"] == LATER.isoformat()
    assert Event.objects.get().sentence == "Found: EKS cluster live in eu-west-1."


def test_a_cluster_that_is_listed_no_more_is_gone_and_may_be_there_again(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(), clusters(LIVE))

    sync(aws_account, listing(at=LATER), clusters(at=LATER, names=()), at=LATER)
    assert gone() == {ISSUER: LATER}

    sync(aws_account, listing(at=STILL_LATER), clusters(LIVE, at=STILL_LATER), at=STILL_LATER)
    assert gone() == {ISSUER: None}


def test_a_cluster_that_was_made_again_under_its_name_is_another(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(), clusters(LIVE))

    sync(aws_account, listing(at=LATER), clusters(Cluster(REGION, "live", OTHER), at=LATER), at=LATER)

    assert gone() == {ISSUER: LATER, OTHER: None}


def test_a_cluster_of_a_region_that_was_not_listed_stays(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(), clusters(LIVE))

    denied = Unread(Part.EKS_CLUSTERS, "AWS said no.", "eks:ListClusters", "AccessDeniedException", REGION)
    run = sync(aws_account, listing(at=LATER), denied, clusters(at=LATER, region=ELSEWHERE, names=()), at=LATER)

    assert gone() == {ISSUER: None}
    assert run.freshness["eks_clusters"] == NOW.isoformat()
    assert run.outcome == "partial"


def test_the_next_run_knows_the_clusters_that_are_there(aws_account: AwsAccount) -> None:
    sync(aws_account, listing(), clusters(LIVE))

    answers = Answers((identity(at=LATER), listing(at=LATER)))
    sync_with(answers, aws_account, at=LATER)

    assert answers.known
    assert (answers.known.clusters, answers.known.clusters_read_at) == (frozenset({(REGION, "live")}), NOW)


def a_candidate_with_irsa(aws_account: AwsAccount) -> Candidate:
    """Its role trusts a service account of the cluster behind ISSUER, by the provider in the role's account."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{aws_account.pk}:oidc-provider/{ISSUER}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{ISSUER}:sub": "system:serviceaccount:apps:uploader",
                f"{ISSUER}:aud": "sts.amazonaws.com",
            }
        },
    }
    iam_user = make_iam_user(aws_account=aws_account)
    make_access_key(iam_user)
    candidate = make_candidate(iam_user, route=Route.IRSA, route_chosen_at=NOW, route_chosen_by=make_person())
    make_claim(candidate)
    make_replacement(candidate, make_iam_role(aws_account=aws_account, trust_policy={"Statement": [trust]}))
    return candidate


def stage_of(candidate: Candidate) -> Stage:
    return Stage(Candidate.objects.select_related("standing").get(pk=candidate.pk).standing.stage)


def test_irsa_is_ready_once_the_cluster_was_read_even_in_another_account_and_no_longer_when_it_is_gone(
    aws_account: AwsAccount,
) -> None:
    candidate = a_candidate_with_irsa(make_aws_account("444455556666"))

    sync(aws_account, listing(), clusters(LIVE))
    assert stage_of(candidate) is Stage.ROLE_READY

    sync(aws_account, listing(at=LATER), clusters(at=LATER, names=()), at=LATER)
    assert stage_of(candidate) is Stage.CLAIMED
    assert Event.objects.filter(kind="candidate.reopened", candidate_number=candidate.pk).exists()

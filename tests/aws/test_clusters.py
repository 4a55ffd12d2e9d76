from datetime import timedelta
from typing import Any

import pytest

from iamdash.aws.clusters import CLUSTERS, DESCRIBE, ClusterNames, read_clusters
from iamdash.aws.listing import listed_role
from iamdash.aws.pods import ASSOCIATIONS, read_pods
from iamdash.aws.progress import Surroundings
from iamdash.aws.snapshot import Cluster, Clusters, Known, ListedRole, Listing, Unread
from tests.aws.pieces import known, listing
from tests.aws.recorded import ACCOUNT, NOW, Recorded, refusal, role_detail

REGION, ELSEWHERE = "eu-west-1", "eu-west-2"
LIVE = frozenset({(REGION, "live")})


def issuer(region: str = REGION) -> str:
    return f"oidc.eks.{region}.amazonaws.com/id/4F1C2A7D"


def trusting(principal: dict[str, str]) -> ListedRole:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRoleWithWebIdentity"}
    return listed_role(role_detail("app", AssumeRolePolicyDocument={"Statement": [statement]}))


def for_cluster(region: str = REGION) -> Listing:
    return listing(roles=(trusting({"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer(region)}"}),))


def description(name: str, **identity: Any) -> dict[str, Any]:
    return {"cluster": {"name": name, "identity": identity or {"oidc": {"issuer": f"https://{issuer()}"}}}}


def read(recorded: Recorded, surroundings: Surroundings, before: Known, seen: Listing) -> tuple[Clusters, list[Unread]]:
    names = ClusterNames(recorded)  # type: ignore[arg-type]
    pieces = list(read_clusters(recorded, names, known=before, listing=seen, surroundings=surroundings))  # type: ignore[arg-type]
    (clusters,) = [piece for piece in pieces if isinstance(piece, Clusters)]
    return clusters, [piece for piece in pieces if isinstance(piece, Unread)]


def test_a_new_cluster_is_described_where_a_role_trusts_an_issuer_of_its_region(
    recorded: Recorded, surroundings: Surroundings
) -> None:
    recorded.on(CLUSTERS, {"clusters": ["live"]}).on(DESCRIBE, description("live"))

    clusters, gaps = read(recorded, surroundings, known(regions=(ELSEWHERE, REGION)), for_cluster())

    assert recorded.asked == [(CLUSTERS, {}), (DESCRIBE, {"name": "live"})]
    assert (clusters.described, gaps) == ((Cluster(REGION, "live", issuer()),), [])
    assert clusters.names_by_region == {REGION: ("live",)}


def test_an_issuer_names_its_region_in_every_partition(recorded: Recorded, surroundings: Surroundings) -> None:
    region = "eusc-de-east-1"
    provider = f"arn:aws-eusc:iam::{ACCOUNT}:oidc-provider/oidc.eks.{region}.amazonaws.eu/id/4F1C2A7D"
    recorded.on(CLUSTERS, {"clusters": []})

    clusters, _gaps = read(
        recorded, surroundings, known(regions=(region,)), listing(roles=(trusting({"Federated": provider}),))
    )

    assert clusters.names_by_region == {region: ()}


@pytest.mark.parametrize(
    "seen",
    [
        listing(roles=(trusting({"Service": "pods.eks.amazonaws.com"}),)),
        listing(roles=(trusting({"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/gitlab.com"}),)),
        for_cluster("us-east-1"),
    ],
    ids=["pods", "ci", "region-not-configured"],
)
def test_eks_is_not_asked_where_no_role_trusts_an_issuer_of_a_configured_region(
    seen: Listing, recorded: Recorded, surroundings: Surroundings
) -> None:
    clusters, gaps = read(recorded, surroundings, known(regions=(REGION, ELSEWHERE)), seen)

    assert recorded.asked == []
    assert (clusters.described, clusters.names_by_region, gaps) == ((), {}, [])


def test_a_known_cluster_is_described_again_only_once_a_day(recorded: Recorded, surroundings: Surroundings) -> None:
    recorded.on(CLUSTERS, *[{"clusters": ["live"]}] * 2).on(DESCRIBE, description("live"))
    before = {"regions": (REGION,), "clusters": LIVE}

    just_read, _ = read(recorded, surroundings, known(**before, clusters_read_at=NOW), for_cluster())
    assert (just_read.described, recorded.count(CLUSTERS), recorded.count(DESCRIBE)) == ((), 1, 0)

    day_later, _ = read(
        recorded, surroundings, known(**before, clusters_read_at=NOW - timedelta(days=1)), for_cluster()
    )
    assert len(day_later.described) == 1


def test_a_known_cluster_is_looked_for_when_no_role_trusts_it_any_more(
    recorded: Recorded, surroundings: Surroundings
) -> None:
    recorded.on(CLUSTERS, {"clusters": []})

    clusters, _ = read(recorded, surroundings, known(regions=(REGION,), clusters=LIVE), listing())

    assert clusters.names_by_region == {REGION: ()}


def test_the_clusters_of_a_region_are_listed_once_for_their_associations_too(
    recorded: Recorded, surroundings: Surroundings
) -> None:
    recorded.on(CLUSTERS, {"clusters": ["live"]}).on(ASSOCIATIONS, {"associations": []}).on(
        DESCRIBE, description("live")
    )
    both = listing(roles=(*for_cluster().roles, trusting({"Service": "pods.eks.amazonaws.com"})))
    names, before = ClusterNames(recorded), known(regions=(REGION,))  # type: ignore[arg-type]

    list(read_pods(recorded, names, known=before, listing=both, surroundings=surroundings))  # type: ignore[arg-type]
    list(read_clusters(recorded, names, known=before, listing=both, surroundings=surroundings))  # type: ignore[arg-type]

    assert [action for action, _ in recorded.asked] == [CLUSTERS, ASSOCIATIONS, DESCRIBE]


def test_a_region_that_cannot_be_read_is_asked_once_and_unread_for_both(
    recorded: Recorded, surroundings: Surroundings
) -> None:
    recorded.on(CLUSTERS, refusal("AccessDeniedException"))
    both = listing(roles=(*for_cluster().roles, trusting({"Service": "pods.eks.amazonaws.com"})))
    names, before = ClusterNames(recorded), known(regions=(REGION,))  # type: ignore[arg-type]

    pods = list(read_pods(recorded, names, known=before, listing=both, surroundings=surroundings))  # type: ignore[arg-type]
    clusters = list(read_clusters(recorded, names, known=before, listing=both, surroundings=surroundings))  # type: ignore[arg-type]

    gaps = [piece for piece in (*pods, *clusters) if isinstance(piece, Unread)]
    assert [(gap.part, gap.action, gap.subject) for gap in gaps] == [
        ("pod_identity", CLUSTERS, REGION),
        ("eks_clusters", CLUSTERS, REGION),
    ]


def test_a_cluster_that_may_not_be_described_is_unread_and_listed(
    recorded: Recorded, surroundings: Surroundings
) -> None:
    recorded.on(CLUSTERS, {"clusters": ["live", "next"]})
    recorded.on(DESCRIBE, refusal("AccessDeniedException"), description("next"))

    clusters, (gap,) = read(recorded, surroundings, known(regions=(REGION,)), for_cluster())

    assert [cluster.name for cluster in clusters.described] == ["next"]
    assert clusters.names_by_region == {REGION: ("live", "next")}
    assert (gap.action, gap.error_code, gap.subject) == (DESCRIBE, "AccessDeniedException", f"{REGION}/live")


def test_a_cluster_without_an_issuer_yet_is_no_gap_and_no_cluster(
    recorded: Recorded, surroundings: Surroundings
) -> None:
    recorded.on(CLUSTERS, {"clusters": ["live"]}).on(DESCRIBE, description("live", oidc={}))

    clusters, gaps = read(recorded, surroundings, known(regions=(REGION,)), for_cluster())

    assert (clusters.described, gaps) == ((), [])


def test_a_description_of_another_cluster_is_unread(recorded: Recorded, surroundings: Surroundings) -> None:
    recorded.on(CLUSTERS, {"clusters": ["live"]}).on(DESCRIBE, description("other"))

    clusters, (gap,) = read(recorded, surroundings, known(regions=(REGION,)), for_cluster())

    assert (clusters.described, gap.error_code) == ((), "Malformed")

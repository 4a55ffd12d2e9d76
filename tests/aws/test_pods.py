from datetime import timedelta
from typing import Any

import pytest

from iamdash.aws.clusters import CLUSTERS, ClusterNames
from iamdash.aws.listing import listed_role
from iamdash.aws.pods import ASSOCIATIONS, DESCRIBE, read_pods
from iamdash.aws.progress import Surroundings
from iamdash.aws.snapshot import Known, Listing, PodIdentities, Unread
from tests.aws.pieces import known, listing
from tests.aws.recorded import ACCOUNT, LONG_AGO, NOW, Recorded, refusal, role_detail

REGION = "eu-west-1"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
        }
    ],
}
FOR_PODS = listing(roles=(listed_role(role_detail("app", AssumeRolePolicyDocument=TRUST)),))
FOR_NOBODY = listing(roles=(listed_role(role_detail("app")),))


def summary(association_id: str) -> dict[str, Any]:
    return {
        "clusterName": "govern",
        "namespace": "apps",
        "serviceAccount": "mailer",
        "associationArn": f"arn:aws:eks:{REGION}:{ACCOUNT}:podidentityassociation/govern/{association_id}",
        "associationId": association_id,
    }


def description(association_id: str, **members: Any) -> dict[str, Any]:
    role = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/app", "createdAt": LONG_AGO}
    return {"association": {**summary(association_id), **role, **members}}


def read(
    recorded: Recorded, surroundings: Surroundings, before: Known, seen: Listing | None = FOR_PODS
) -> tuple[PodIdentities | None, list[Unread]]:
    names = ClusterNames(recorded)  # type: ignore[arg-type]
    pieces = list(read_pods(recorded, names, known=before, listing=seen, surroundings=surroundings))  # type: ignore[arg-type]
    found = [piece for piece in pieces if isinstance(piece, PodIdentities)]
    return (found[0] if found else None), [piece for piece in pieces if isinstance(piece, Unread)]


def test_a_new_association_is_listed_and_described_once(recorded: Recorded, surroundings: Surroundings) -> None:
    recorded.on(CLUSTERS, {"clusters": ["govern"]}).on(ASSOCIATIONS, {"associations": [summary("a-1")]})
    recorded.on(DESCRIBE, description("a-1", targetRoleArn="arn:aws:iam::222233334444:role/far", externalId="x1"))

    pods, gaps = read(recorded, surroundings, known(regions=(REGION,)))

    assert gaps == []
    assert pods
    (association,) = pods.described
    assert (association.region, association.cluster_name, association.namespace) == (REGION, "govern", "apps")
    assert association.role_arn == f"arn:aws:iam::{ACCOUNT}:role/app"
    assert (association.target_role_arn, association.external_id) == ("arn:aws:iam::222233334444:role/far", "x1")
    assert not association.disable_session_tags
    assert pods.listed_ids == {"a-1"}
    assert pods.complete_clusters == {(REGION, "govern")}
    assert pods.clusters_by_region == {REGION: ("govern",)}


def test_lists_are_walked_to_their_end(recorded: Recorded, surroundings: Surroundings) -> None:
    recorded.on(CLUSTERS, {"clusters": ["a"], "nextToken": "t1"}, {"clusters": ["b"]})
    recorded.on(ASSOCIATIONS, {"associations": [summary("a-1")], "nextToken": "t1"}, {"associations": []})
    recorded.on(ASSOCIATIONS, {"associations": []}).on(DESCRIBE, description("a-1"))

    pods, _ = read(recorded, surroundings, known(regions=(REGION,)))

    assert pods
    assert pods.clusters_by_region == {REGION: ("a", "b")}
    assert pods.complete_clusters == {(REGION, "a"), (REGION, "b")}


def test_eks_is_not_asked_where_no_role_is_for_pods(recorded: Recorded, surroundings: Surroundings) -> None:
    pods, gaps = read(recorded, surroundings, known(regions=(REGION,)), FOR_NOBODY)

    assert recorded.asked == []
    assert (pods and pods.described, gaps) == ((), [])


def test_a_known_association_is_looked_for_when_its_role_is_for_pods_no_more(
    recorded: Recorded, surroundings: Surroundings
) -> None:
    recorded.on(CLUSTERS, {"clusters": []})
    before = known(regions=(REGION,), association_ids=frozenset({"a-1"}))

    pods, _ = read(recorded, surroundings, before, FOR_NOBODY)

    assert pods
    assert pods.clusters_by_region == {REGION: ()}


def test_a_trust_policy_that_cannot_be_parsed_still_leads_to_the_question(
    recorded: Recorded, surroundings: Surroundings
) -> None:
    odd = listed_role(role_detail("app", AssumeRolePolicyDocument="{pods.eks.amazonaws.com"))
    recorded.on(CLUSTERS, {"clusters": []})

    read(recorded, surroundings, known(regions=(REGION,)), listing(roles=(odd,)))

    assert recorded.count(CLUSTERS) == 1


def test_a_known_association_is_described_again_only_once_a_day(recorded: Recorded, surroundings: Surroundings) -> None:
    recorded.on(CLUSTERS, *[{"clusters": ["govern"]}] * 2).on(ASSOCIATIONS, *[{"associations": [summary("a-1")]}] * 2)
    recorded.on(DESCRIBE, description("a-1"))
    members = {"regions": (REGION,), "association_ids": frozenset({"a-1"})}

    just_read, _ = read(recorded, surroundings, known(**members, pods_read_at=NOW))
    day_later, _ = read(recorded, surroundings, known(**members, pods_read_at=NOW - timedelta(days=1)))

    assert just_read
    assert (just_read.described, just_read.listed_ids) == ((), {"a-1"})
    assert day_later
    assert len(day_later.described) == 1


def test_a_region_that_cannot_be_read_stops_no_other(recorded: Recorded, surroundings: Surroundings) -> None:
    recorded.on(CLUSTERS, refusal("AccessDeniedException"), {"clusters": []})

    pods, (gap,) = read(recorded, surroundings, known(regions=(REGION, "us-east-1")))

    assert pods
    assert pods.clusters_by_region == {"us-east-1": ()}
    assert (gap.action, gap.subject) == (CLUSTERS, REGION)


def test_a_cluster_whose_list_breaks_off_is_not_complete(recorded: Recorded, surroundings: Surroundings) -> None:
    recorded.on(CLUSTERS, {"clusters": ["govern"]})
    recorded.on(
        ASSOCIATIONS, {"associations": [summary("a-1")], "nextToken": "t1"}, refusal("TooManyRequestsException")
    )

    pods, (gap,) = read(recorded, surroundings, known(regions=(REGION,)))

    assert pods
    assert (pods.complete_clusters, pods.listed_ids) == (frozenset(), frozenset())
    assert gap.subject == f"{REGION}/govern"


@pytest.mark.parametrize("answer", [{}, {"message": "<html>a proxy</html>"}, {"clusters": None}])
def test_an_answer_without_clusters_is_unread_and_not_no_clusters(
    answer: dict[str, Any], recorded: Recorded, surroundings: Surroundings
) -> None:
    recorded.unshaped(CLUSTERS, answer)

    pods, gaps = read(recorded, surroundings, known(regions=(REGION,)))

    assert pods
    assert pods.clusters_by_region == {}
    assert len(gaps) == 1


def test_an_association_that_cannot_be_described_is_listed_all_the_same(
    recorded: Recorded, surroundings: Surroundings
) -> None:
    recorded.on(CLUSTERS, {"clusters": ["govern"]})
    recorded.on(ASSOCIATIONS, {"associations": [summary("a-1"), summary("a-2")]})
    recorded.on(DESCRIBE, refusal("ResourceNotFoundException"), description("a-2"))

    pods, (gap,) = read(recorded, surroundings, known(regions=(REGION,)))

    assert pods
    assert pods.listed_ids == {"a-1", "a-2"}
    assert [association.association_id for association in pods.described] == ["a-2"]
    assert gap.subject == f"{REGION}/govern/a-1"


def test_a_description_of_another_association_is_unread(recorded: Recorded, surroundings: Surroundings) -> None:
    recorded.on(CLUSTERS, {"clusters": ["govern"]}).on(ASSOCIATIONS, {"associations": [summary("a-1")]})
    recorded.on(DESCRIBE, description("a-2"))

    pods, (gap,) = read(recorded, surroundings, known(regions=(REGION,)))

    assert pods
    assert pods.described == ()
    assert gap.error_code == "Malformed"


def test_without_the_list_of_roles_nobody_knows_whether_to_ask(recorded: Recorded, surroundings: Surroundings) -> None:
    pods, gaps = read(recorded, surroundings, known(regions=(REGION,)), None)

    assert (pods, len(gaps), recorded.asked) == (None, 1, [])

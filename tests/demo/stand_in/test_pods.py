from typing import Any

import pytest

from iamdash.demo.stand_in.server import RunningStandIn
from tests.demo.stand_in.model import assert_shaped_as_aws_says, error_codes

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/pods"


@pytest.fixture
def eks(stand_in: RunningStandIn) -> Any:
    eks = stand_in.client("eks", ACCOUNT)
    eks.create_cluster(name="apps", roleArn=ROLE, resourcesVpcConfig={"subnetIds": ["subnet-1", "subnet-2"]})
    return eks


def associate(eks: Any, service_account: str, namespace: str = "apps") -> str:
    asked = {"clusterName": "apps", "namespace": namespace, "serviceAccount": service_account, "roleArn": ROLE}
    return str(eks.create_pod_identity_association(**asked)["association"]["associationId"])


def test_a_list_carries_no_role_and_describing_does(eks: Any) -> None:
    association_id = associate(eks, "publisher")

    listed = eks.list_pod_identity_associations(clusterName="apps")
    described = eks.describe_pod_identity_association(clusterName="apps", associationId=association_id)

    assert_shaped_as_aws_says("eks", "ListPodIdentityAssociations", listed)
    assert_shaped_as_aws_says("eks", "DescribePodIdentityAssociation", described)
    assert "roleArn" not in listed["associations"][0]
    assert "createdAt" not in listed["associations"][0]
    assert described["association"]["roleArn"] == ROLE


def test_associations_come_in_pages_and_can_be_narrowed(eks: Any) -> None:
    for number in range(5):
        associate(eks, f"app-{number}")
    associate(eks, "app-0", namespace="other")

    pages = list(
        eks.get_paginator("list_pod_identity_associations").paginate(
            clusterName="apps", PaginationConfig={"PageSize": 4}
        )
    )
    narrowed = eks.list_pod_identity_associations(clusterName="apps", namespace="other")

    assert [len(page["associations"]) for page in pages] == [4, 2]
    assert len(narrowed["associations"]) == 1


def test_what_is_not_there_is_not_found(eks: Any) -> None:
    with pytest.raises(eks.exceptions.ResourceNotFoundException):
        eks.list_pod_identity_associations(clusterName="no-such-cluster")
    with pytest.raises(eks.exceptions.ResourceNotFoundException):
        eks.describe_pod_identity_association(clusterName="apps", associationId="a-none")

    assert "ResourceNotFoundException" in error_codes("eks", "DescribePodIdentityAssociation")


def test_one_service_account_has_one_association(eks: Any) -> None:
    association_id = associate(eks, "publisher")

    with pytest.raises(eks.exceptions.ResourceInUseException):
        associate(eks, "publisher")
    eks.delete_pod_identity_association(clusterName="apps", associationId=association_id)

    assert eks.list_pod_identity_associations(clusterName="apps")["associations"] == []


def test_clusters_are_of_one_region(eks: Any, stand_in: RunningStandIn) -> None:
    assert eks.list_clusters()["clusters"] == ["apps"]
    assert stand_in.client("eks", ACCOUNT, region="eu-west-2").list_clusters()["clusters"] == []

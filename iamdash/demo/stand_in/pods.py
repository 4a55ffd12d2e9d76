"""EKS Pod Identity associations, which moto does not know. Lists carry no role: describing one does.

EKS API Reference: PodIdentityAssociation, PodIdentityAssociationSummary.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from iamdash.demo.stand_in import backends
from iamdash.demo.stand_in.answer import Refusal
from iamdash.demo.stand_in.call import Call
from iamdash.demo.stand_in.sessions import Caller

if TYPE_CHECKING:
    from iamdash.demo.stand_in.state import State

MOST_ON_A_PAGE = 100


@dataclass
class Association:
    """One service account of one cluster, and the role that its pods get."""

    account_id: str
    region: str
    cluster: str
    namespace: str
    service_account: str
    role_arn: str
    association_id: str
    created_at: datetime
    target_role_arn: str = ""
    external_id: str = ""
    disable_session_tags: bool = False
    owner_arn: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """Return the association's ARN."""
        place = f"arn:aws:eks:{self.region}:{self.account_id}"
        return f"{place}:podidentityassociation/{self.cluster}/{self.association_id}"

    def summary(self) -> dict[str, Any]:
        """Return what a list says: no role, no dates, no tags."""
        owner = {"ownerArn": self.owner_arn} if self.owner_arn else {}
        return {
            "clusterName": self.cluster,
            "namespace": self.namespace,
            "serviceAccount": self.service_account,
            "associationArn": self.arn,
            "associationId": self.association_id,
            **owner,
        }

    def details(self) -> dict[str, Any]:
        """Return what describing it says."""
        chained = (
            {"targetRoleArn": self.target_role_arn, "externalId": self.external_id} if self.target_role_arn else {}
        )
        return {
            **self.summary(),
            "roleArn": self.role_arn,
            "tags": self.tags,
            "createdAt": self.created_at,
            "modifiedAt": self.created_at,
            "disableSessionTags": self.disable_session_tags,
            **chained,
        }


def list_associations(state: "State", call: Call, caller: Caller) -> dict[str, Any]:
    """Answer eks:ListPodIdentityAssociations, paged, narrowed by namespace and service account."""
    wanted = [
        association
        for association in _of_cluster(state, call, caller)
        if call.parameters.get("namespace", association.namespace) == association.namespace
        and call.parameters.get("serviceAccount", association.service_account) == association.service_account
    ]
    start = _start(call.parameters.get("nextToken"))
    end = start + min(int(call.parameters.get("maxResults") or MOST_ON_A_PAGE), MOST_ON_A_PAGE)
    token = {"nextToken": f"after-{end}"} if end < len(wanted) else {}
    return {"associations": [association.summary() for association in wanted[start:end]], **token}


def describe_association(state: "State", call: Call, caller: Caller) -> dict[str, Any]:
    """Answer eks:DescribePodIdentityAssociation."""
    return {"association": _named(state, call, caller).details()}


def create_association(state: "State", call: Call, caller: Caller) -> dict[str, Any]:
    """Answer eks:CreatePodIdentityAssociation: one for each service account."""
    parameters = call.parameters
    if any(
        (other.namespace, other.service_account) == (parameters["namespace"], parameters["serviceAccount"])
        for other in _of_cluster(state, call, caller)
    ):
        raise Refusal("ResourceInUseException", "Association already exists for this service account")
    association = Association(
        account_id=caller.account_id,
        region=call.region,
        cluster=parameters["clusterName"],
        namespace=parameters["namespace"],
        service_account=parameters["serviceAccount"],
        role_arn=parameters["roleArn"],
        association_id="a-" + backends.unique_id("AKIA")[4:].lower(),
        created_at=state.clock.now(),
        target_role_arn=parameters.get("targetRoleArn", ""),
        disable_session_tags=parameters.get("disableSessionTags", False),
        tags=dict(parameters.get("tags", {})),
    )
    state.associations[association.association_id] = association
    return {"association": association.details()}


def delete_association(state: "State", call: Call, caller: Caller) -> dict[str, Any]:
    """Answer eks:DeletePodIdentityAssociation."""
    association = _named(state, call, caller)
    del state.associations[association.association_id]
    return {"association": association.details()}


def _of_cluster(state: "State", call: Call, caller: Caller) -> list[Association]:
    cluster = call.parameters["clusterName"]
    if cluster not in backends.eks(caller.account_id, call.region).clusters:
        raise Refusal("ResourceNotFoundException", f"No cluster found for name: {cluster}.")
    place = (caller.account_id, call.region, cluster)
    found = [a for a in state.associations.values() if (a.account_id, a.region, a.cluster) == place]
    return sorted(found, key=lambda association: association.association_id)


def _named(state: "State", call: Call, caller: Caller) -> Association:
    wanted = call.parameters["associationId"]
    for association in _of_cluster(state, call, caller):
        if association.association_id == wanted:
            return association
    raise Refusal("ResourceNotFoundException", f"No association found for id: {wanted}")


def _start(token: str | None) -> int:
    if not token:
        return 0
    if not token.removeprefix("after-").isdecimal():
        raise Refusal("InvalidParameterException", "Invalid nextToken")
    return int(token.removeprefix("after-"))

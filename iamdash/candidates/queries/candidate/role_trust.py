"""Who may assume IAM roles: what their trust policies say, and which pods EKS gives them to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from iamdash.candidates.queries.candidate.trust_words import unique_ids, who_may_assume
from iamdash.models import IamRole, IamUser, PodIdentityAssociation


@dataclass(frozen=True, slots=True)
class RoleTrust:
    """Of one role: `who` may assume it by its trust policy, in words; `pods`: its EKS Pod Identity associations."""

    who: tuple[str, ...]
    pods: tuple[str, ...]


def trust_of(
    iam_roles: Collection[IamRole], associations: Mapping[str, Sequence[PodIdentityAssociation]]
) -> dict[int, RoleTrust]:
    """Return the trust of each role; `associations` by its ARN. Two queries where a policy names a unique ID."""
    names = _names({unique_id for role in iam_roles for unique_id in unique_ids(role.trust_policy)})
    return {
        role.pk: RoleTrust(
            who_may_assume(role.trust_policy, names=names),
            tuple(_words(each, role.arn) for each in associations.get(role.arn, ())),
        )
        for role in iam_roles
    }


def _words(association: PodIdentityAssociation, arn: str) -> str:
    pods = (
        f"Service account {association.service_account} in namespace {association.namespace} "
        f"of cluster {association.cluster_name} ({association.region})"
    )
    if association.target_role_arn != arn:
        return pods
    external_id = f" and external ID {association.external_id}" if association.external_id else ""
    return f"{pods}, by way of {association.role_arn}{external_id}"


def _names(ids: set[str]) -> dict[str, str]:
    if not ids:
        return {}
    users = IamUser.objects.filter(unique_id__in=ids).values_list("unique_id", "user_name")
    roles = IamRole.objects.filter(unique_id__in=ids).values_list("unique_id", "role_name")
    return {**dict(users), **dict(roles)}

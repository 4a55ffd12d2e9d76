"""Who may assume IAM roles: what their trust policies say, and which pods EKS gives them to."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from iamdash.candidates.queries.trust_words import unique_ids, who_may_assume
from iamdash.models import IamRole, IamUser, PodIdentityAssociation


@dataclass(frozen=True, slots=True)
class RoleTrust:
    """Of one role: `who` may assume it by its trust policy, in words; `pods`: its EKS Pod Identity associations."""

    who: tuple[str, ...]
    pods: tuple[str, ...]


def trust_of(iam_roles: Iterable[IamRole]) -> dict[int, RoleTrust]:
    """Return the trust of each role. One query, three where a policy names a user or role that is gone."""
    roles = list(iam_roles)
    names = _names({unique_id for role in roles for unique_id in unique_ids(role.trust_policy)})
    associations = _associations({role.arn for role in roles})
    return {
        role.pk: RoleTrust(
            who_may_assume(role.trust_policy, names=names),
            tuple(_words(each, role.arn) for each in associations if role.arn in {each.role_arn, each.target_role_arn}),
        )
        for role in roles
    }


def _associations(arns: set[str]) -> list[PodIdentityAssociation]:
    if not arns:
        return []
    theirs = Q(role_arn__in=arns) | Q(target_role_arn__in=arns)
    return list(PodIdentityAssociation.objects.filter(theirs, gone_at=None).order_by("cluster_name", "pk"))


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

"""The roles linked to candidates, as facts: the role itself, its ledger, its Pod Identity associations, its sharers."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Count, Q

from iamdash.models import EksCluster, IamRole, PodIdentityAssociation, Replacement, RoleUse
from iamdash.rules.facts import AssociationFacts, ClusterFacts, ReplacementFacts, RoleFacts
from iamdash.rules.moments import newest, soonest
from iamdash.rules.route_federation import eks_issuers
from iamdash.standing.freshness import Freshness, freshness_of


def replacements_of(
    iam_user_ids: Collection[int], freshness: Mapping[str, Freshness]
) -> dict[int, tuple[ReplacementFacts, ...]]:
    """Return the standing replacements of each IAM user that has any, oldest link first."""
    links = list(
        Replacement.objects.filter(candidate__iam_user__in=iam_user_ids, unlinked_at=None)
        .select_related("candidate", "iam_role", "linked_by")
        .order_by("linked_at", "pk")
    )
    iam_roles = {link.iam_role_id: link.iam_role for link in links}
    facts = role_facts(iam_roles.values(), freshness)
    linked_to = dict(
        Replacement.objects.filter(iam_role__in=iam_roles, unlinked_at=None)
        .values_list("iam_role")
        .annotate(Count("pk"))
        .order_by()
    )
    found: dict[int, list[ReplacementFacts]] = defaultdict(list)
    for link in links:
        found[link.candidate.iam_user_id].append(
            ReplacementFacts(
                iam_role=facts[link.iam_role_id],
                linked_at=link.linked_at,
                linked_by=str(link.linked_by),
                shared_with=linked_to[link.iam_role_id] - 1,
            )
        )
    return {iam_user_id: tuple(replacements) for iam_user_id, replacements in found.items()}


def role_facts(iam_roles: Collection[IamRole], freshness: Mapping[str, Freshness]) -> dict[int, RoleFacts]:
    """Return the facts of IAM roles, by row id. `freshness` may lack their accounts: those are then looked up."""
    missing = {iam_role.aws_account_id for iam_role in iam_roles} - freshness.keys()
    fresh_by_account = {**freshness, **freshness_of(missing)}
    associations = _associations([iam_role.arn for iam_role in iam_roles])
    clusters = _clusters(iam_roles)
    uses: dict[int, list[datetime]] = defaultdict(list)
    for iam_role_id, at in RoleUse.objects.filter(iam_role__in=iam_roles).values_list("iam_role", "last_used_at"):
        uses[iam_role_id].append(at)
    return {
        iam_role.pk: _facts(
            iam_role,
            sorted(uses[iam_role.pk]),
            tuple(associations[iam_role.arn]),
            tuple(clusters[iam_role.pk]),
            fresh_by_account.get(iam_role.aws_account_id, Freshness()),
        )
        for iam_role in iam_roles
    }


def _associations(arns: Collection[str]) -> dict[str, list[AssociationFacts]]:
    found: dict[str, list[AssociationFacts]] = defaultdict(list)
    rows = PodIdentityAssociation.objects.filter(Q(role_arn__in=arns) | Q(target_role_arn__in=arns), gone_at=None)
    for row in rows.order_by("region", "cluster_name", "namespace", "service_account", "pk"):
        facts = AssociationFacts(
            cluster_name=row.cluster_name,
            region=row.region,
            cluster_account_id=row.aws_account_id,
            namespace=row.namespace,
            service_account=row.service_account,
            role_arn=row.role_arn,
            target_role_arn=row.target_role_arn,
            external_id=row.external_id,
            disable_session_tags=row.disable_session_tags,
        )
        for arn in {row.role_arn, row.target_role_arn} - {""}:
            found[arn].append(facts)
    return found


def _clusters(iam_roles: Collection[IamRole]) -> dict[int, list[ClusterFacts]]:
    """Return the clusters whose issuer a role trusts, by its row id; no query where none trusts any."""
    issuers = {iam_role.pk: eks_issuers(iam_role.trust_policy or {}) for iam_role in iam_roles}
    wanted = {issuer for trusted in issuers.values() for issuer in trusted}
    rows = EksCluster.objects.filter(issuer__in=wanted).order_by("issuer", "gone_at") if wanted else ()
    found = [ClusterFacts(row.issuer, row.name, row.aws_account_id, row.gone_at) for row in rows]
    return {pk: [cluster for cluster in found if cluster.issuer in trusted] for pk, trusted in issuers.items()}


def _facts(
    iam_role: IamRole,
    uses: list[datetime],
    associations: tuple[AssociationFacts, ...],
    clusters: tuple[ClusterFacts, ...],
    fresh: Freshness,
) -> RoleFacts:
    return RoleFacts(
        unique_id=iam_role.unique_id,
        role_name=iam_role.role_name,
        arn=iam_role.arn,
        aws_account_id=iam_role.aws_account_id,
        created_at=iam_role.created_at,
        trust_policy=iam_role.trust_policy,
        has_policy=bool(iam_role.attached_policies or iam_role.inline_policies),
        instance_profiles=tuple(iam_role.instance_profiles),
        last_used_at=newest([iam_role.last_used_at, *uses]),
        first_used_at=soonest([iam_role.last_used_at, *uses]),
        as_of=fresh.users_as_of or iam_role.first_seen_at,
        gone_at=iam_role.gone_at,
        associations=associations,
        associations_as_of=fresh.pods_as_of,
        uses=tuple(uses),
        clusters=clusters,
    )

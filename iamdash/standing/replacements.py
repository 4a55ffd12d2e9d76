"""The roles linked to candidates: the links with the role, its ledger, its associations, its clusters; and as facts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, Subquery

from iamdash.models import EksCluster, IamRole, PodIdentityAssociation, Replacement, RoleUse
from iamdash.models.question import Asked, Question, given_keys, given_texts, nothing
from iamdash.rules.facts import AssociationFacts, ClusterFacts, ReplacementFacts, RoleFacts
from iamdash.rules.moments import newest, soonest
from iamdash.rules.routes.federation import eks_issuers
from iamdash.standing.freshness import Freshness

SAME_ROLE = Replacement.objects.filter(iam_role=OuterRef("iam_role"), unlinked_at=None)
ITS_USES = RoleUse.objects.filter(iam_role=OuterRef("iam_role")).order_by("last_used_at")
# The standing links of some `iam_users`, the oldest first, each with its role and that role's ledger.
LINKED = Question(
    Replacement.objects.filter(candidate__iam_user__in=given_keys("iam_users"), unlinked_at=None)
    .select_related("candidate", "iam_role__aws_account", "linked_by")
    .annotate(
        linked=Subquery(SAME_ROLE.order_by().values("iam_role").annotate(number=Count("pk")).values("number")),
        role_uses=ArraySubquery(ITS_USES.values("last_used_at")),
    )
    .order_by("linked_at", "pk")
)
# The EKS Pod Identity associations of the roles with some `arns`.
ASSOCIATIONS = Question(
    PodIdentityAssociation.objects.filter(
        Q(role_arn__in=given_texts("arns")) | Q(target_role_arn__in=given_texts("arns")), gone_at=None
    ).order_by("region", "cluster_name", "namespace", "service_account", "pk")
)
# The clusters with some `issuers`, one that is there after one that is gone: PostgreSQL sorts what has no date last.
CLUSTERS = Question(EksCluster.objects.filter(issuer__in=given_texts("issuers")).order_by("issuer", "gone_at"))


@dataclass(frozen=True, slots=True)
class Link:
    """A standing link. `shared_with`: other candidates that are linked to its role; `role_uses`: the role's ledger."""

    row: Replacement
    shared_with: int
    role_uses: list[datetime]


@dataclass(frozen=True, slots=True)
class Links:
    """The standing links by the row id of the IAM user, the oldest first, and what belongs to their roles.

    `associations`: by the ARN of the role; `clusters`: by issuer, one that is there before one that is gone.
    """

    by_iam_user: dict[int, list[Link]]
    associations: dict[str, list[PodIdentityAssociation]]
    clusters: dict[str, EksCluster]


def associations_of(iam_roles: Iterable[IamRole]) -> Asked[PodIdentityAssociation]:
    """Return the EKS Pod Identity associations of these roles."""
    return ASSOCIATIONS.of(arns=[iam_role.arn for iam_role in iam_roles])


def clusters_of(iam_roles: Iterable[IamRole]) -> Asked[EksCluster]:
    """Return the clusters whose issuers these roles trust."""
    trusted = (eks_issuers(iam_role.trust_policy or {}) for iam_role in iam_roles)
    issuers = [issuer for issuers in trusted for issuer in issuers]
    return CLUSTERS.of(issuers=issuers) if issuers else nothing()


def by_arn(associations: Iterable[PodIdentityAssociation]) -> dict[str, list[PodIdentityAssociation]]:
    """Return associations by the ARNs of their roles."""
    found: dict[str, list[PodIdentityAssociation]] = defaultdict(list)
    for row in associations:
        for arn in {row.role_arn, row.target_role_arn} - {""}:
            found[arn].append(row)
    return found


def links_of(
    rows: Iterable[Replacement], associations: Iterable[PodIdentityAssociation], clusters: Iterable[EksCluster]
) -> Links:
    """Return what was read as links."""
    by_iam_user: dict[int, list[Link]] = defaultdict(list)
    for row in rows:
        by_iam_user[row.candidate.iam_user_id].append(Link(row, row.linked - 1, row.role_uses))  # type: ignore[attr-defined]  # annotated
    return Links(by_iam_user, by_arn(associations), {row.issuer: row for row in clusters})


def replacement_facts(
    iam_user_id: int, links: Links, freshness_by_account: Mapping[str, Freshness]
) -> tuple[ReplacementFacts, ...]:
    """Return the standing replacements of an IAM user, oldest link first."""
    return tuple(
        ReplacementFacts(
            iam_role=_role_facts(link, links, freshness_by_account.get(link.row.iam_role.aws_account_id, Freshness())),
            linked_at=link.row.linked_at,
            linked_by=str(link.row.linked_by),
            shared_with=link.shared_with,
        )
        for link in links.by_iam_user.get(iam_user_id, ())
    )


def _role_facts(link: Link, links: Links, fresh: Freshness) -> RoleFacts:
    iam_role, uses = link.row.iam_role, link.role_uses
    issuers = sorted(eks_issuers(iam_role.trust_policy or {}))
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
        associations=tuple(_association_facts(row) for row in links.associations.get(iam_role.arn, ())),
        associations_as_of=fresh.pods_as_of,
        uses=tuple(uses),
        clusters=tuple(_cluster_facts(links.clusters[issuer]) for issuer in issuers if issuer in links.clusters),
    )


def _cluster_facts(row: EksCluster) -> ClusterFacts:
    return ClusterFacts(row.issuer, row.name, row.aws_account_id, row.gone_at)


def _association_facts(row: PodIdentityAssociation) -> AssociationFacts:
    return AssociationFacts(
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

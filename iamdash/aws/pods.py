"""EKS Pod Identity associations, asked for only where they can matter: a role trusts pods.eks.amazonaws.com.

API Reference, ListPodIdentityAssociations: a summary names no role, so each new association is described once. As a
list also has no date of change, and UpdatePodIdentityAssociation can change the role, a known association is described
again once a day, at a moment of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from iamdash.aws.answers import Answer, optional_moment, optional_text, structure, structures, text
from iamdash.aws.clusters import CLUSTERS, ClusterNames
from iamdash.aws.errors import READ_ERRORS, Malformed, unread
from iamdash.aws.paging import eks_pages
from iamdash.aws.progress import Surroundings
from iamdash.aws.session import AwsSession
from iamdash.aws.snapshot import Association, Known, ListedRole, Listing, Part, PodIdentities, Unread
from iamdash.aws.spread import due

ASSOCIATIONS = "eks:ListPodIdentityAssociations"
DESCRIBE = "eks:DescribePodIdentityAssociation"
PRINCIPAL = "pods.eks.amazonaws.com"
DESCRIBED_AGAIN_AFTER = timedelta(days=1)


def read_pods(
    session: AwsSession, names: ClusterNames, *, known: Known, listing: Listing | None, surroundings: Surroundings
) -> Iterator[PodIdentities | Unread]:
    """Yield a gap for whatever could not be read, then everything that could.

    `listing` None: the roles are unread, so only what was known before tells whether there is anything to read.
    """
    if listing is None and not known.association_ids:
        reason = "Without the list of IAM roles nobody knows whether one is for pods."
        yield Unread(Part.POD_IDENTITY, reason)
        return
    reader = PodReader(session, names, known, surroundings)
    if known.association_ids or (listing and any(_trusts_pods(iam_role) for iam_role in listing.roles)):
        for region in known.regions:
            reader.read_region(region)
    yield from reader.gaps
    yield reader.pod_identities()


def _trusts_pods(iam_role: ListedRole) -> bool:
    """Return whether the trust policy names the principal anywhere: it only decides whether to ask."""
    return PRINCIPAL in iam_role.trust


@dataclass(slots=True)
class PodReader:
    """Reads Regions one after another and keeps what it finds."""

    session: AwsSession
    names: ClusterNames
    known: Known
    surroundings: Surroundings
    gaps: list[Unread] = field(default_factory=list)
    described: list[Association] = field(default_factory=list)
    listed_ids: set[str] = field(default_factory=set)
    complete_clusters: set[tuple[str, str]] = field(default_factory=set)
    clusters_by_region: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def pod_identities(self) -> PodIdentities:
        """Return what was found so far."""
        return PodIdentities(
            tuple(self.described),
            frozenset(self.listed_ids),
            frozenset(self.complete_clusters),
            self.clusters_by_region,
            self.surroundings.clock(),
        )

    def read_region(self, region: str) -> None:
        """Read the clusters of a Region, and the associations of each."""
        try:
            clusters = self.names.of(region)
        except READ_ERRORS as error:
            self._miss(error, CLUSTERS, region)
            return
        self.clusters_by_region[region] = clusters
        for cluster in clusters:
            self._read_cluster(region, cluster)

    def _read_cluster(self, region: str, cluster: str) -> None:
        try:
            pages = eks_pages(self.session, ASSOCIATIONS, "associations", region=region, clusterName=cluster)
            ids = [text(summary, "associationId") for page in pages for summary in structures(page, "associations")]
        except READ_ERRORS as error:
            self._miss(error, ASSOCIATIONS, f"{region}/{cluster}")
            return
        self.listed_ids |= set(ids)
        self.complete_clusters.add((region, cluster))
        for association_id in ids:
            if self._has_to_be_described(association_id):
                self._describe(region, cluster, association_id)

    def _has_to_be_described(self, association_id: str) -> bool:
        if association_id not in self.known.association_ids:
            return True
        since = self.known.pods_read_at
        return since is None or due(
            association_id, since=since, now=self.surroundings.clock(), period=DESCRIBED_AGAIN_AFTER
        )

    def _describe(self, region: str, cluster: str, association_id: str) -> None:
        self.surroundings.tell("Reading Pod Identity associations", len(self.described), None)
        try:
            answer = self.session.read(DESCRIBE, region=region, clusterName=cluster, associationId=association_id)
            self.described.append(_association(structure(answer, "association"), region, association_id))
        except READ_ERRORS as error:
            self._miss(error, DESCRIBE, f"{region}/{cluster}/{association_id}")

    def _miss(self, error: Exception, action: str, subject: str) -> None:
        self.gaps.append(unread(error, Part.POD_IDENTITY, action, subject))


def _association(detail: Answer, region: str, association_id: str) -> Association:
    if text(detail, "associationId") != association_id:
        raise Malformed("it describes another association.")
    return Association(
        association_id=association_id,
        association_arn=text(detail, "associationArn"),
        region=region,
        cluster_name=text(detail, "clusterName"),
        namespace=text(detail, "namespace"),
        service_account=text(detail, "serviceAccount"),
        role_arn=text(detail, "roleArn"),
        target_role_arn=optional_text(detail, "targetRoleArn"),
        external_id=optional_text(detail, "externalId"),
        disable_session_tags=bool(detail.get("disableSessionTags")),
        created_at=optional_moment(detail, "createdAt"),
    )

"""EKS clusters and their OpenID Connect issuers, asked for only where they can matter: a role trusts an EKS issuer.

API Reference, DescribeCluster: `identity.oidc.issuer`. A cluster keeps its issuer, but may be deleted and made again
under its name with another one; so a known cluster is described again once a day, at a moment of its own.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from iamdash.aws.answers import Answer, optional_structure, optional_text, structure, text, texts
from iamdash.aws.errors import READ_ERRORS, Malformed, unread
from iamdash.aws.paging import eks_pages
from iamdash.aws.progress import Surroundings
from iamdash.aws.session import AwsSession
from iamdash.aws.snapshot import Cluster, Clusters, Known, Listing, Part, Unread
from iamdash.aws.spread import due

CLUSTERS = "eks:ListClusters"
DESCRIBE = "eks:DescribeCluster"
# The issuer names the Region of its cluster: no other has to be asked. How it ends is the partition's.
ISSUER = re.compile(r"oidc\.eks\.(?P<region>[a-z0-9-]+)\.[a-z0-9.-]+/id/")
DESCRIBED_AGAIN_AFTER = timedelta(days=1)


class ClusterNames:
    """The names of the clusters of each Region: listed once in a run, however many ask."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session
        self._answers: dict[str, tuple[str, ...] | Exception] = {}

    def of(self, region: str) -> tuple[str, ...]:
        """Return the names, listed to the end. Raises READ_ERRORS, and the same again to whoever asks again."""
        if region not in self._answers:
            try:
                pages = eks_pages(self._session, CLUSTERS, "clusters", region=region)
                self._answers[region] = tuple(name for page in pages for name in texts(page, "clusters"))
            except READ_ERRORS as error:
                self._answers[region] = error
        answer = self._answers[region]
        if isinstance(answer, Exception):
            raise answer
        return answer


def read_clusters(
    session: AwsSession, names: ClusterNames, *, known: Known, listing: Listing, surroundings: Surroundings
) -> Iterator[Clusters | Unread]:
    """Yield a gap for whatever could not be read, then everything that could."""
    names_by_region: dict[str, tuple[str, ...]] = {}
    described: list[Cluster] = []
    for region in _regions(known, listing):
        try:
            names_by_region[region] = names.of(region)
        except READ_ERRORS as error:
            yield unread(error, Part.EKS_CLUSTERS, CLUSTERS, region)
            continue
        for name in names_by_region[region]:
            if not _has_to_be_described(region, name, known, surroundings):
                continue
            surroundings.tell("Reading EKS clusters", len(described), None)
            try:
                answer = structure(session.read(DESCRIBE, region=region, name=name), "cluster")
                described += _cluster(answer, region, name)
            except READ_ERRORS as error:
                yield unread(error, Part.EKS_CLUSTERS, DESCRIBE, f"{region}/{name}")
    yield Clusters(tuple(described), names_by_region, surroundings.clock())


def _regions(known: Known, listing: Listing) -> list[str]:
    """Return the configured Regions of the issuers that roles trust, and of the clusters that are known."""
    issuers = (match for iam_role in listing.roles for match in ISSUER.finditer(iam_role.trust))
    wanted = {match["region"] for match in issuers} | {region for region, _name in known.clusters}
    return [region for region in known.regions if region in wanted]


def _has_to_be_described(region: str, name: str, known: Known, surroundings: Surroundings) -> bool:
    since = known.clusters_read_at
    if (region, name) not in known.clusters or since is None:
        return True
    return due(f"{region}/{name}", since=since, now=surroundings.clock(), period=DESCRIBED_AGAIN_AFTER)


def _cluster(detail: Answer, region: str, name: str) -> list[Cluster]:
    """Return the cluster; none while it is being made and has no issuer yet: then the next sync asks again."""
    if text(detail, "name") != name:
        raise Malformed("it describes another cluster.")
    oidc = optional_structure(optional_structure(detail, "identity"), "oidc")
    issuer = optional_text(oidc, "issuer").removeprefix("https://")
    return [Cluster(region, name, issuer)] if issuer else []

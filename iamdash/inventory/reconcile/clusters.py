"""EKS clusters: the rows agree with what was described and listed to its end. An issuer is of one cluster for ever."""

from django.db.models import Q

from iamdash.aws.snapshot import Clusters
from iamdash.inventory.findings import Changes, Findings
from iamdash.inventory.reconcile.differ import compare, save, save_columns
from iamdash.inventory.reconcile.roles import replaced_by
from iamdash.models import EksCluster, Event, IamRole, bulk
from iamdash.rules.route import Route
from iamdash.rules.routes.federation import eks_issuers


def reconcile_clusters(clusters: Clusters, findings: Findings) -> Changes:
    """Create clusters; one is gone if the list ended without it, or if its name now has another issuer."""
    rows = {row.issuer: row for row in EksCluster.objects.filter(aws_account_id=findings.account_id)}
    answers = {each.issuer: {"region": each.region, "name": each.name, "gone_at": None} for each in clusters.described}
    changed, unknown = compare(rows, answers)
    save(changed)
    new = [
        EksCluster(aws_account_id=findings.account_id, issuer=issuer, first_seen_at=clusters.read_at, **answers[issuer])
        for issuer in unknown
    ]
    bulk.insert(new)
    gone = [
        row
        for issuer, row in rows.items()
        if issuer not in answers and row.gone_at is None and _not_there(row, clusters)
    ]
    for row in gone:
        row.gone_at = clusters.read_at
    save_columns(gone, ["gone_at"])
    again = [each.row for each in changed]
    return Changes(
        created=len(new),
        updated=len(changed),
        gone=len(gone),
        events=[
            *(_line("found", "Found", row, clusters, findings) for row in new),
            *(_line("seen_again", "There again", row, clusters, findings) for row in again),
            *(_line("gone", "Gone", row, clusters, findings) for row in gone),
        ],
        iam_user_ids=_concerned({row.issuer for row in (*new, *again, *gone)}),
    )


def _not_there(row: EksCluster, clusters: Clusters) -> bool:
    names = clusters.names_by_region.get(row.region)
    if names is None:
        return False
    taken = any((each.region, each.name) == (row.region, row.name) for each in clusters.described)
    return row.name not in names or taken


def _concerned(issuers: set[str]) -> set[int]:
    """Return the IAM users, of whichever account, one of whose replacement roles trusts one of these issuers."""
    if not issuers:
        return set()
    linked = IamRole.objects.filter(replacements__unlinked_at=None, replacements__candidate__route=Route.IRSA)
    trusts = linked.values_list("pk", "trust_policy").distinct()
    return replaced_by(Q(iam_role__in=[pk for pk, trust in trusts if eks_issuers(trust or {}) & issuers]))


def _line(kind: str, word: str, row: EksCluster, clusters: Clusters, findings: Findings) -> Event:
    return findings.line(
        f"eks_cluster.{kind}",
        f"{word}: EKS cluster {row.name} in {row.region}.",
        at=clusters.read_at,
        unique_id="",
        subject=row.issuer,
    )

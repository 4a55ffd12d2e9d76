"""EKS Pod Identity associations: the rows agree with what was listed to its end and described."""

from typing import Any

from django.db.models import Q

from iamdash.aws.snapshot import Association, PodIdentities
from iamdash.inventory.findings import Changes, Findings
from iamdash.inventory.reconcile.differ import Changed, compare, save, save_columns
from iamdash.inventory.reconcile.roles import replaced_by
from iamdash.models import Event, PodIdentityAssociation, bulk


def reconcile_pods(pods: PodIdentities, findings: Findings) -> Changes:
    """Create and update associations; one is gone if its cluster was listed without it, or is gone itself."""
    rows = {
        row.association_id: row for row in PodIdentityAssociation.objects.filter(aws_account_id=findings.account_id)
    }
    answers = {each.association_id: _values(each) for each in pods.described}
    # Listed and known before: not described again, but certainly there.
    answers |= {key: {"gone_at": None} for key in pods.listed_ids if key in rows and key not in answers}
    changed, unknown = compare(rows, answers)
    save(changed)
    new = [
        PodIdentityAssociation(
            aws_account_id=findings.account_id, association_id=key, first_seen_at=pods.read_at, **answers[key]
        )
        for key in unknown
    ]
    bulk.insert(new)
    gone = [row for key, row in rows.items() if key not in answers and row.gone_at is None and _not_there(row, pods)]
    for row in gone:
        row.gone_at = pods.read_at
    save_columns(gone, ["gone_at"])
    return Changes(
        created=len(new),
        updated=len(changed),
        gone=len(gone),
        events=[
            *(_line("found", f"Found: {_words(row)}.", row, pods, findings) for row in new),
            *(_told(each, pods, findings) for each in changed),
            *(_line("gone", f"Gone: {_words(row)}.", row, pods, findings) for row in gone),
        ],
        iam_user_ids=_concerned([*new, *(each.row for each in changed), *gone], changed),
    )


def _values(association: Association) -> dict[str, Any]:
    return {
        "association_arn": association.association_arn,
        "region": association.region,
        "cluster_name": association.cluster_name,
        "namespace": association.namespace,
        "service_account": association.service_account,
        "role_arn": association.role_arn,
        "target_role_arn": association.target_role_arn,
        "external_id": association.external_id,
        "disable_session_tags": association.disable_session_tags,
        "created_at": association.created_at,
        "gone_at": None,
    }


def _not_there(row: PodIdentityAssociation, pods: PodIdentities) -> bool:
    """Return whether its cluster's list ended without it, or the list of clusters of its Region without the cluster."""
    if (row.region, row.cluster_name) in pods.complete_clusters:
        return True
    clusters = pods.clusters_by_region.get(row.region)
    return clusters is not None and row.cluster_name not in clusters


def _concerned(rows: list[PodIdentityAssociation], changed: list[Changed]) -> set[int]:
    """Return the IAM users whose replacement role is named by one of these associations, or was."""
    arns = {arn for row in rows for arn in (row.role_arn, row.target_role_arn)}
    arns |= {each.before.get(name, "") for each in changed for name in ("role_arn", "target_role_arn")}
    arns.discard("")
    return replaced_by(Q(iam_role__arn__in=arns)) if arns else set()


def _told(changed: Changed, pods: PodIdentities, findings: Findings) -> Event:
    row, before = changed
    if "gone_at" in before:
        return _line("seen_again", f"There again: {_words(row)}.", row, pods, findings)
    known = {name: value for name, value in before.items() if name != "created_at"}
    return _line("changed", f"Changed: {_words(row)}.", row, pods, findings, before=known)


def _words(row: PodIdentityAssociation) -> str:
    role = row.role_arn.rpartition("/")[2]
    return (
        f"Pod Identity association of service account {row.namespace}/{row.service_account}"
        f" in cluster {row.cluster_name} with role {role}"
    )


def _line(
    kind: str,
    sentence: str,
    row: PodIdentityAssociation,
    pods: PodIdentities,
    findings: Findings,
    *,
    before: dict[str, Any] | None = None,
) -> Event:
    return findings.line(
        f"pod_identity.{kind}",
        sentence,
        at=pods.read_at,
        unique_id="",
        subject=row.association_id,
        before=before,
        after={name: getattr(row, name) for name in before} if before else None,
    )

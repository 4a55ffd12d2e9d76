"""Any answer of a run to the file that reconciles it, in one transaction with the journal and the assessment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from iamdash.aws.snapshot import (
    Absence,
    Clusters,
    CredentialReport,
    CredentialsOfUser,
    DescribedRole,
    KeysOfUser,
    Listing,
    Piece,
    PodIdentities,
    ReportedUses,
    Unread,
)
from iamdash.inventory.findings import Changes, Findings
from iamdash.inventory.lock import take_turns_writing
from iamdash.inventory.reconcile.clusters import reconcile_clusters
from iamdash.inventory.reconcile.gone import reconcile_absences
from iamdash.inventory.reconcile.keys import reconcile_keys, reconcile_unread_keys
from iamdash.inventory.reconcile.other_credentials import reconcile_other_credentials
from iamdash.inventory.reconcile.pods import reconcile_pods
from iamdash.inventory.reconcile.report import reconcile_report
from iamdash.inventory.reconcile.roles import reconcile_described_role, reconcile_roles
from iamdash.inventory.reconcile.users import reconcile_users
from iamdash.inventory.reconcile.uses import reconcile_reported_uses
from iamdash.models.journal import record_all
from iamdash.standing.assess import Cause, assess

# Pieces that come by themselves, and what takes them in; who answers (Identity) changes no row.
ALONE: Mapping[type, tuple[Callable[[Any, Findings], Changes], ...]] = {
    Listing: (reconcile_users, reconcile_roles),
    CredentialReport: (reconcile_report,),
    ReportedUses: (reconcile_reported_uses,),
    PodIdentities: (reconcile_pods,),
    Clusters: (reconcile_clusters,),
    CredentialsOfUser: (reconcile_other_credentials,),
    DescribedRole: (reconcile_described_role,),
}
# Pieces that come one for each IAM user, so many at a time.
TOGETHER: Mapping[type, Callable[[Any, Findings], Changes]] = {
    KeysOfUser: reconcile_keys,
    Absence: reconcile_absences,
    Unread: reconcile_unread_keys,
}


def reconcile(pieces: Sequence[Piece], findings: Findings) -> None:
    """Make the rows agree with pieces of one kind, and the stored answers with the rows."""
    with transaction.atomic():
        take_turns_writing([findings.account_id])
        changes = changes_by(pieces, findings)
        record_all(changes.events)
        if changes.iam_user_ids:
            assess(
                changes.iam_user_ids,
                now=findings.clock(),
                cause=Cause.AWS,
                actor="sync",
                sync_run=findings.sync_run.pk,
            )
    # Told: the lines of a first sync need no memory any more.
    findings.changes.add(replace(changes, events=[]))
    findings.note(pieces)


def changes_by(pieces: Sequence[Piece], findings: Findings) -> Changes:
    """Write what pieces of one kind change, in the caller's transaction; return it, for the journal and the rules."""
    kind = type(pieces[0])
    if kind in TOGETHER:
        return TOGETHER[kind](pieces, findings)
    changes = Changes()
    for reconcile_one in ALONE.get(kind, ()):
        changes.add(reconcile_one(pieces[0], findings))
    return changes

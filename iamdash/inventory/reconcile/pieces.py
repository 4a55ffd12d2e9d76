"""Any answer of a run to the file that reconciles it, in one transaction with the journal and the assessment."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from django.db import transaction

from iamdash.aws.snapshot import (
    Absence,
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
    changes = Changes()
    match pieces[0]:
        case Listing() as listing:
            changes.add(reconcile_users(listing, findings))
            changes.add(reconcile_roles(listing, findings))
        case CredentialReport() as report:
            changes.add(reconcile_report(report, findings))
        case KeysOfUser():
            changes.add(reconcile_keys(cast("Sequence[KeysOfUser]", pieces), findings))
        case ReportedUses() as reported:
            changes.add(reconcile_reported_uses(reported, findings))
        case Absence():
            changes.add(reconcile_absences(cast("Sequence[Absence]", pieces), findings))
        case PodIdentities() as pods:
            changes.add(reconcile_pods(pods, findings))
        case CredentialsOfUser() as credentials:
            changes.add(reconcile_other_credentials(credentials, findings))
        case DescribedRole() as iam_role:
            changes.add(reconcile_described_role(iam_role, findings))
        case Unread():
            changes.add(reconcile_unread_keys(cast("Sequence[Unread]", pieces), findings))
    return changes

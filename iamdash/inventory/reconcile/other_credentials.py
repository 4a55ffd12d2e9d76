"""Credentials other than access keys: the rows agree with complete answers, one kind of one IAM user each."""

from datetime import datetime
from typing import Any

from iamdash.aws.snapshot import CredentialsOfUser, ListedCredential
from iamdash.inventory.findings import Changes, Findings
from iamdash.inventory.reconcile.differ import change, save_columns
from iamdash.models import Event, IamUser, OtherCredential


def reconcile_other_credentials(answer: CredentialsOfUser, findings: Findings) -> Changes:
    """Create, update and end the credentials of this kind, unless a newer answer has been taken in."""
    iam_user = IamUser.objects.filter(aws_account_id=findings.account_id, unique_id=answer.unique_id).first()
    if iam_user is None or iam_user.gone_at is not None:
        return Changes()
    read_before = iam_user.other_credentials_read.get(answer.kind.value)
    if read_before and datetime.fromisoformat(read_before) >= answer.read_at:
        return Changes()
    rows = {row.credential_id: row for row in OtherCredential.objects.filter(iam_user=iam_user, kind=answer.kind)}
    changes = Changes(iam_user_ids={iam_user.pk})
    for listed in answer.credentials:
        row = rows.pop(listed.credential_id, None)
        if row is not None:
            changes.add(_update(row, listed, answer, findings))
            continue
        row = _create(listed, iam_user, answer)
        # What the first reading of all finds is no change that the journal has to tell of.
        told = [_line(row, "was found", answer, findings)] if read_before else []
        changes.add(Changes(created=1, events=told))
    for row in rows.values():
        if row.gone_at is None:
            changes.add(_end(row, answer, findings))
    iam_user.other_credentials_read[answer.kind.value] = answer.read_at.isoformat()
    save_columns([iam_user], ["other_credentials_read"])
    return changes


def _create(listed: ListedCredential, iam_user: IamUser, answer: CredentialsOfUser) -> OtherCredential:
    return OtherCredential.objects.create(
        iam_user=iam_user,
        kind=answer.kind,
        credential_id=listed.credential_id,
        status_changed_at=listed.created_at or answer.read_at,
        first_seen_at=answer.read_at,
        **_values(listed),
    )


def _update(row: OtherCredential, listed: ListedCredential, answer: CredentialsOfUser, findings: Findings) -> Changes:
    before = change(row, _values(listed))
    if not before:
        return Changes()
    if "status" in before:
        before |= change(row, {"status_changed_at": answer.read_at})
    save_columns([row], before)
    words = "is there again" if "gone_at" in before else f"is now {listed.status}" if "status" in before else "changed"
    return Changes(updated=1, events=[_line(row, words, answer, findings)])


def _end(row: OtherCredential, answer: CredentialsOfUser, findings: Findings) -> Changes:
    row.gone_at = answer.read_at
    save_columns([row], ["gone_at"])
    return Changes(gone=1, events=[_line(row, "was deleted", answer, findings)])


def _values(listed: ListedCredential) -> dict[str, Any]:
    return {
        "status": listed.status,
        "service": listed.service,
        "created_at": listed.created_at,
        "gone_at": None,
    }


def _line(row: OtherCredential, words: str, answer: CredentialsOfUser, findings: Findings) -> Event:
    iam_user = row.iam_user
    return findings.user_line(
        "other_credential.changed", f"{row} of {iam_user.user_name} {words}.", iam_user, at=answer.read_at
    )

"""Whether an IAM user is gone: two proofs, in two runs, each with a session and a complete listing of its own.

One proof never suffices: a user renamed while the pages of the listing turn is in no page, and GetUser with its old
name does not find it either. AWS caches and is eventually consistent (IAM User Guide, "Troubleshoot IAM").
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import F

from iamdash.aws.snapshot import Absence, Part
from iamdash.inventory.findings import Changes, Findings
from iamdash.inventory.reconcile.differ import save_columns
from iamdash.models import AccessKey, Event, IamUser, bulk


def reconcile_absences(absences: Sequence[Absence], findings: Findings) -> Changes:
    """Set `gone_at` by the first proof and `gone_confirmed_at` by the second; clear both where the user exists."""
    rows = {
        row.unique_id: row
        for row in IamUser.objects.filter(
            aws_account_id=findings.account_id,
            unique_id__in=bulk.among_texts(absence.unique_id for absence in absences),
        )
    }
    changes = Changes()
    for absence in absences:
        row = rows.get(absence.unique_id)
        if row is None:
            continue
        if absence.answer == "same_unique_id":
            changes.add(seen_again([row], absence.read_at, findings))
        elif proves_gone(absence, row, findings):
            changes.add(_prove(row, absence, findings))
    return changes


def proves_gone(absence: Absence, iam_user: IamUser, findings: Findings) -> bool:
    """Return whether this answer, with the session and the listing of this run, proves that the IAM user is gone."""
    if findings.identity is None or findings.identity.account_id != findings.account_id:
        return False
    if findings.listed is None or iam_user.unique_id in findings.listed:
        return False
    # The question must have been about the name that we know: any other name says nothing.
    if absence.asked_name != iam_user.user_name:
        return False
    if absence.answer == "other_unique_id":
        return absence.found_unique_id not in {"", iam_user.unique_id}
    return absence.answer == "no_such_entity"


def seen_again(iam_users: Iterable[IamUser], at: datetime, findings: Findings) -> Changes:
    """Take back both proofs of IAM users that AWS has just shown, and give them back the keys that went with them."""
    back = [row for row in iam_users if row.gone_at is not None and at > row.gone_at]
    if not back:
        return Changes()
    keys = AccessKey.objects.filter(iam_user__in=back, gone_at=F("iam_user__gone_at"))
    returned = list(keys.select_related("iam_user"))
    for key in returned:
        key.gone_at = None
    save_columns(returned, ["gone_at"])
    events = [_seen_again(row, at, findings) for row in back]
    for row in back:
        # Without slots to compare with, the next sync reads the keys anew.
        row.gone_at = row.gone_confirmed_at = row.asked_slots = None
    save_columns(back, ["gone_at", "gone_confirmed_at", "asked_slots"])
    return Changes(updated=len(back) + len(returned), events=events, iam_user_ids={row.pk for row in back})


def _seen_again(row: IamUser, at: datetime, findings: Findings) -> Event:
    return findings.user_line(
        "iam_user.seen_again",
        f"IAM user {row.user_name} is there again; it had been taken for gone.",
        row,
        at=at,
        before={
            "gone_at": row.gone_at.isoformat() if row.gone_at else None,
            "gone_confirmed_at": row.gone_confirmed_at.isoformat() if row.gone_confirmed_at else None,
        },
    )


def _prove(row: IamUser, absence: Absence, findings: Findings) -> Changes:
    if row.gone_at is None:
        return _first_proof(row, absence, findings)
    if row.gone_confirmed_at is None and _independent(row.gone_at, findings):
        return _second_proof(row, absence, findings)
    return Changes()


def _independent(first_proof_at: datetime, findings: Findings) -> bool:
    """Return whether this run's session was opened, and all its listing read, long enough after the first proof."""
    waited = timedelta(minutes=findings.thresholds.gone_confirm_minutes)
    # The caller's identity is the first thing that a run reads: every other answer of it is younger.
    opened_at = findings.identity.read_at if findings.identity else first_proof_at
    return opened_at > first_proof_at and opened_at >= first_proof_at + waited


def _first_proof(row: IamUser, absence: Absence, findings: Findings) -> Changes:
    keys = list(AccessKey.objects.filter(iam_user=row, gone_at=None))
    for key in keys:
        key.gone_at = absence.read_at
    save_columns(keys, ["gone_at"])
    row.gone_at, row.report_slots = absence.read_at, None
    save_columns([row], ["gone_at", "report_slots"])
    said = (
        "AWS knows no user of this name"
        if absence.answer == "no_such_entity"
        else f"the name belongs to {absence.found_unique_id} now"
    )
    first = findings.user_line(
        "iam_user.gone",
        f"IAM user {row.user_name} is gone: no list holds it, and {said}. A second proof has to confirm it.",
        row,
        at=absence.read_at,
        after=_proof(absence, findings),
    )
    deleted = [
        findings.line(
            "access_key.deleted",
            f"Access key {key.access_key_id} is gone with its IAM user {row.user_name}.",
            at=absence.read_at,
            unique_id=row.unique_id,
            subject=key.access_key_id,
            before={"status": key.status},
        )
        for key in keys
    ]
    return Changes(gone=1 + len(keys), events=[first, *deleted], iam_user_ids={row.pk})


def _second_proof(row: IamUser, absence: Absence, findings: Findings) -> Changes:
    row.gone_confirmed_at = absence.read_at
    save_columns([row], ["gone_confirmed_at"])
    sentence = f"IAM user {row.user_name} is proved gone, a second time and independently."
    confirmed = findings.user_line(
        "iam_user.gone_confirmed", sentence, row, at=absence.read_at, after=_proof(absence, findings)
    )
    return Changes(updated=1, events=[confirmed], iam_user_ids={row.pk})


def _proof(absence: Absence, findings: Findings) -> dict[str, str | None]:
    """Return what the proof stands on, for the journal: whose session, which listing, what was asked and answered."""
    listed_at = findings.read_at.get(Part.AUTHORIZATION_DETAILS)
    return {
        "caller_arn": findings.identity.arn if findings.identity else None,
        "session_opened_at": findings.identity.read_at.isoformat() if findings.identity else None,
        "listed_at": listed_at.isoformat() if listed_at else None,
        "asked_name": absence.asked_name,
        "answer": absence.answer,
        "found_unique_id": absence.found_unique_id,
    }

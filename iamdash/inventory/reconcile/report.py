"""The credential report: console facts of IAM users, and their key slots. It names no access key IDs and makes none."""

from datetime import datetime
from typing import Any

from iamdash.aws.snapshot import CredentialReport, Part, ReportRow
from iamdash.inventory.findings import Changes, Findings
from iamdash.inventory.reconcile.differ import Changed, change, enumerated, save
from iamdash.models import AccessKey, Event, IamUser
from iamdash.rules.keys import ACTIVE

COLUMNS = (
    *("unique_id", "user_name", "arn", "created_at", "aws_account"),
    *("password_enabled", "password_last_used_at", "mfa_active", "additional_credentials"),
    *("report_slots", "console_as_of"),
)
# What the journal tells of, and how; the rest (a sign-in, a slot) is told elsewhere or not at all.
WORDS = {
    "password_enabled": ("can sign in to the console", "can no longer sign in to the console"),
    "mfa_active": ("has an MFA device", "has no MFA device any more"),
}


def reconcile_report(report: CredentialReport, findings: Findings) -> Changes:
    """Take in what the report says of each IAM user, unless something newer has been read.

    A row is about the IAM user with its ARN and its creation time: a report may be older than a rename, or than the
    deletion of an earlier user of that name.
    """
    last = findings.sync_run.freshness.get(Part.CREDENTIAL_REPORT)
    if last and report.generated_at < datetime.fromisoformat(last):
        return Changes()
    rows = {(row.arn, row.created_at): row for row in report.rows.values()}
    changed = []
    for iam_user in IamUser.objects.filter(aws_account_id=findings.account_id, gone_at=None).only(*COLUMNS).iterator():
        row = rows.get((iam_user.arn, iam_user.created_at))
        if row is None or (iam_user.console_as_of and iam_user.console_as_of > report.generated_at):
            continue
        if before := change(iam_user, _values(row)):
            before |= change(iam_user, {"console_as_of": report.generated_at})
            changed.append(Changed(iam_user, before))
    save(changed)
    findings.assess_again |= _contradicted(findings)
    return Changes(
        updated=len(changed),
        events=[event for each in changed for event in _told(each, report, findings)],
        iam_user_ids={each.row.pk for each in changed},
    )


def _values(row: ReportRow) -> dict[str, Any]:
    return {
        "password_enabled": row.password_enabled,
        "password_last_used_at": row.password_last_used_at,
        "mfa_active": row.mfa_active,
        "additional_credentials": row.additional_credentials[:500],
        "report_slots": [
            list(slot) for slot in sorted((slot.created_at.isoformat(), slot.active) for slot in row.slots)
        ],
    }


def _contradicted(findings: Findings) -> set[int]:
    """Return the IAM users whose report shows an active key where no key is known to be: a newer report weighs more."""
    silent = IamUser.objects.filter(aws_account_id=findings.account_id, gone_at=None, candidate__isnull=False).exclude(
        access_keys__in=AccessKey.objects.filter(status=ACTIVE, gone_at=None)
    )
    return {pk for pk, slots in silent.values_list("pk", "report_slots") if any(active for _, active in slots or ())}


def _told(changed: Changed, report: CredentialReport, findings: Findings) -> list[Event]:
    iam_user, before = changed
    # A first reading, or one that says nothing, is no change.
    names = [name for name in WORDS if before.get(name) is not None and getattr(iam_user, name) is not None]
    if not names:
        return []
    words = enumerated(WORDS[name][0 if getattr(iam_user, name) else 1] for name in names)
    return [
        findings.user_line(
            "iam_user.console_changed",
            f"IAM user {iam_user.user_name} {words}.",
            iam_user,
            at=report.generated_at,
            before={name: before[name] for name in names},
            after={name: getattr(iam_user, name) for name in names},
        )
    ]

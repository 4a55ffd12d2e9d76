"""The credential report: one for each account, shared by all, made again at most every four hours.

IAM User Guide, "Get credential reports for your AWS account": the columns, their order and their values. As in
reports seen in use, inactive keys keep their dates and slots follow the order of key IDs, not of creation.
"""

import csv
import io
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from iamdash.demo.stand_in import backends
from iamdash.demo.stand_in.answer import Refusal
from iamdash.demo.stand_in.call import Call
from iamdash.demo.stand_in.sessions import Caller

if TYPE_CHECKING:
    from iamdash.demo.stand_in.state import State

LIFETIME = timedelta(hours=4)
COLUMNS = (
    *("user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed"),
    *("password_next_rotation", "mfa_active"),
    *(
        f"access_key_{slot}_{column}"
        for slot in (1, 2)
        for column in ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
    ),
    *("cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated"),
)
NO_KEY = ("false", "N/A", "N/A", "N/A", "N/A")
NO_CERTIFICATES = ("false", "N/A", "false", "N/A")


@dataclass
class Report:
    """A report being made (`content` empty) or made. `ready_at` is the process's own monotonic time."""

    ready_at: float
    content: str = ""
    generated_at: datetime | None = None


@dataclass
class RootUser:
    """The root user of an account, which only the credential report shows."""

    created_at: datetime
    mfa_active: bool = True
    last_used_at: datetime | None = None
    keys: list[tuple[bool, datetime, datetime | None, str]] = field(default_factory=list)


def generate(state: "State", _call: Call, caller: Caller) -> dict[str, str]:
    """Answer iam:GenerateCredentialReport: STARTED, then COMPLETE, and no new report for four hours."""
    report = _current(state, caller.account_id)
    if report is None:
        state.reports[caller.account_id] = Report(ready_at=time.monotonic() + state.report_seconds)
        return {"State": "STARTED", "Description": "No report exists. Starting a new report generation task"}
    return {"State": "COMPLETE"} if report.content else {"State": "INPROGRESS"}


def get(state: "State", _call: Call, caller: Caller) -> dict[str, Any]:
    """Answer iam:GetCredentialReport. Raises the three refusals of the API Reference."""
    known = state.reports.get(caller.account_id)
    report = _current(state, caller.account_id)
    if report is None and known is not None:
        raise Refusal("ReportExpired", "The credential report has expired. Generate a new report.")
    if report is None:
        raise Refusal("ReportNotPresent", "No report is present. Generate a report first.")
    if not report.content:
        raise Refusal("ReportInProgress", "Report generation is in progress.")
    return {
        "Content": report.content.encode(),
        "ReportFormat": "text/csv",
        "GeneratedTime": report.generated_at,
    }


def make_now(state: "State", account_id: str) -> None:
    """Make an account's report at once, whatever the age of the last one."""
    state.reports[account_id] = _finished(state, account_id, Report(ready_at=0))


def age(state: "State", by: timedelta) -> None:
    """Let every report grow older."""
    for report in state.reports.values():
        if report.generated_at:
            report.generated_at -= by


def _current(state: "State", account_id: str) -> Report | None:
    """Return the report that is being made or still fresh, finishing it when its time has come."""
    report = state.reports.get(account_id)
    if report and not report.content and time.monotonic() >= report.ready_at:
        report = state.reports[account_id] = _finished(state, account_id, report)
    if report and report.generated_at:
        # A clock that was set back (history is played) makes a newer report as wrong as an old one.
        fresh = timedelta(0) <= state.clock.now() - report.generated_at < LIFETIME
        return report if fresh else None
    return report


def _finished(state: "State", account_id: str, report: Report) -> Report:
    return Report(report.ready_at, _content(state, account_id), state.clock.now())


def _content(state: "State", account_id: str) -> str:
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerow(_root_row(account_id, state.roots.get(account_id)))
    for iam_user in sorted(backends.iam(account_id).users.values(), key=lambda iam_user: iam_user.name.lower()):
        rows.writerow(_user_row(state, iam_user))
    return written.getvalue().removesuffix("\n")


def _root_row(account_id: str, root: RootUser | None) -> tuple[str, ...]:
    root = root or RootUser(created_at=datetime(2019, 4, 1, 9, 30))  # noqa: DTZ001  moto's dates are naive UTC too
    slots = [(_yes(active), _date(made), _date(used), "N/A", service) for active, made, used, service in root.keys]
    return (
        "<root_account>",
        f"arn:aws:iam::{account_id}:root",
        _date(root.created_at),
        "not_supported",
        _date(root.last_used_at) if root.last_used_at else "no_information",
        "not_supported",
        "not_supported",
        _yes(root.mfa_active),
        *_two_slots(slots),
        *NO_CERTIFICATES,
    )


def _user_row(state: "State", iam_user: Any) -> tuple[str, ...]:
    return (
        iam_user.name,
        iam_user.arn,
        _date(iam_user.create_date),
        *_password(state, iam_user),
        _yes(bool(iam_user.mfa_devices)),
        *_two_slots(
            [
                _slot(state, access_key)
                for access_key in sorted(iam_user.access_keys, key=lambda access_key: access_key.access_key_id)
            ]
        ),
        *NO_CERTIFICATES,
    )


def _password(state: "State", iam_user: Any) -> tuple[str, str, str, str]:
    if not iam_user.password:
        return ("false", "N/A", "N/A", "N/A")
    use = state.usage.last_use(iam_user.id, state.clock.now())
    changed_at = state.password_changed_at.get(iam_user.id, iam_user.create_date)
    return ("true", _date(use.at) if use else "no_information", _date(changed_at), "N/A")


def _slot(state: "State", access_key: Any) -> tuple[str, ...]:
    use = state.usage.last_use(access_key.access_key_id, state.clock.now())
    used = (_date(use.at), use.region, use.service) if use else ("N/A", "N/A", "N/A")
    return (_yes(access_key.status == "Active"), _date(access_key.create_date), *used)


def _two_slots(slots: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    first, second = [*slots, NO_KEY, NO_KEY][:2]
    return (*first, *second)


def _date(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else "N/A"


def _yes(value: bool) -> str:  # noqa: FBT001  one value, one word
    return "true" if value else "false"

"""The credential report: asked for, waited for within bounds, fetched, and parsed by the names of its columns.

IAM User Guide, "Get credential reports for your AWS account": one report per account, made anew at most every four
hours, without access key IDs. Dates come as ...+00:00 and as ...Z; a slot with a date holds a key, Active or not.
"""

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from iamdash.aws.answers import account_of, moment
from iamdash.aws.errors import READ_ERRORS, Malformed, code_of, unread
from iamdash.aws.progress import Surroundings
from iamdash.aws.session import AwsSession
from iamdash.aws.snapshot import CredentialReport, Part, ReportRow, ReportSlot, Unread

GENERATE = "iam:GenerateCredentialReport"
GET = "iam:GetCredentialReport"
# How long AWS keeps a report before it makes a new one.
LASTS = timedelta(hours=4)
# About a minute and a half. What takes longer is there for the next sync.
PAUSES = (1, 2, 3, 5, 8, 13, 21, 34)
NOT_YET = frozenset({"ReportInProgress", "ReportNotPresent"})
EXPIRED = "ReportExpired"

ROOT = "<root_account>"
# There is no such thing, it was never used, or the report does not say.
NOTHING = frozenset({"N/A", "no_information", "not_supported", ""})
BOOLEANS = {"true": True, "false": False}
COLUMNS = frozenset(
    {
        *("user", "arn", "user_creation_time"),
        *(f"access_key_{slot}_{column}" for slot in (1, 2) for column in ("active", "last_rotated", "last_used_date")),
    }
)

Row = Mapping[str, str]


def stands(generated_at: datetime, now: datetime) -> bool:
    """Return whether AWS would give the report of `generated_at` again: it makes no newer one yet."""
    return timedelta(0) <= now - generated_at < LASTS


def request_report(session: AwsSession) -> Unread | None:
    """Ask AWS to make a report if the last one is too old, and return at once; Unread where AWS will not."""
    try:
        session.read(GENERATE)
    except READ_ERRORS as error:
        return unread(error, Part.CREDENTIAL_REPORT, GENERATE)
    return None


def fetch_report(session: AwsSession, *, account_id: str, surroundings: Surroundings) -> CredentialReport | Unread:
    """Return the report that was requested, waiting for it a bounded time; Unread where it does not come."""
    for seconds in (0, *PAUSES):
        if seconds:
            surroundings.tell("Waiting for the credential report", 0, None)
            surroundings.pause(seconds)
        try:
            return _get_report(session, account_id=account_id, surroundings=surroundings)
        except READ_ERRORS as error:
            if code_of(error) == EXPIRED:
                refused = request_report(session)
                if refused:
                    return refused
            elif code_of(error) not in NOT_YET:
                return unread(error, Part.CREDENTIAL_REPORT, GET)
    reason = "AWS is still making the credential report. The next sync looks for it again."
    return Unread(Part.CREDENTIAL_REPORT, reason, GET, "ReportInProgress")


def _get_report(session: AwsSession, *, account_id: str, surroundings: Surroundings) -> CredentialReport:
    answer = session.read(GET)
    content = answer.get("Content")
    if not isinstance(content, bytes):
        raise Malformed("Content is missing.")
    return parse_report(
        content,
        account_id=account_id,
        generated_at=moment(answer, "GeneratedTime"),
        read_at=surroundings.clock(),
    )


def parse_report(content: bytes, *, account_id: str, generated_at: datetime, read_at: datetime) -> CredentialReport:
    """Return the report in this CSV. Raises Malformed where anything that we use cannot be read: then all is unread."""
    root_has_access_key: bool | None = None
    rows: dict[str, ReportRow] = {}
    for row in _table(content):
        if account_of(row["arn"]) != account_id:
            raise Malformed(f"it holds {row['arn']}, which is not of account {account_id}.")
        if row["user"] == ROOT:
            root_has_access_key = _root_has_access_key(row)
        elif row["user"] in rows:
            raise Malformed(f"it has two rows for {row['user']}.")
        else:
            rows[row["user"]] = _row(row)
    return CredentialReport(rows, root_has_access_key, generated_at, read_at)


def _table(content: bytes) -> list[dict[str, str]]:
    try:
        lines = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Malformed("it is no CSV.") from error
    header = lines[0] if lines else []
    missing = COLUMNS - set(header)
    if missing:
        raise Malformed(f"it has no column {min(missing)}.")
    rows = [_with_whole_names(line, len(header)) for line in lines[1:] if line]
    if any(len(line) != len(header) for line in rows):
        raise Malformed("it has a line with too few or too many columns.")
    return [dict(zip(header, line, strict=True)) for line in rows]


def _with_whole_names(line: list[str], columns: int) -> list[str]:
    """Return the line with a name whose commas were not quoted put together again, and the ARN that ends with it.

    Names of IAM users may hold commas, but no colon: the ARN begins at the first "arn:".
    """
    surplus = len(line) - columns
    begin = next((place for place, value in enumerate(line) if value.startswith("arn:")), 0)
    if not 0 < begin <= surplus:
        return line
    end = surplus + 2
    name, arn = ",".join(line[:begin]), ",".join(line[begin:end])
    return [name, arn, *line[end:]] if arn.endswith(f"/{name}") else line


def _row(row: Row) -> ReportRow:
    created_at = _moment(row, "user_creation_time")
    if created_at is None:
        raise Malformed(f"it does not say when {row['user']} was created.")
    return ReportRow(
        user_name=row["user"],
        arn=row["arn"],
        created_at=created_at,
        password_enabled=_flag(row, "password_enabled"),
        password_last_used_at=_moment(row, "password_last_used"),
        mfa_active=_flag(row, "mfa_active"),
        slots=tuple(slot for number in (1, 2) if (slot := _slot(row, f"access_key_{number}"))),
        additional_credentials=_additional_credentials(row),
    )


def _slot(row: Row, prefix: str) -> ReportSlot | None:
    created_at, active = _moment(row, f"{prefix}_last_rotated"), _flag(row, f"{prefix}_active")
    if created_at is None:
        if active:
            raise Malformed("it has an active access key without a date.")
        return None
    return ReportSlot(
        active=bool(active),
        created_at=created_at,
        last_used_at=_moment(row, f"{prefix}_last_used_date"),
        last_used_service=_text(row, f"{prefix}_last_used_service"),
        last_used_region=_text(row, f"{prefix}_last_used_region"),
    )


def _root_has_access_key(row: Row) -> bool | None:
    """Return whether the root user has a key, Active or not; None where the report does not support the question."""
    known = [_flag(row, f"access_key_{slot}_active") for slot in (1, 2)]
    dated = any(_moment(row, f"access_key_{slot}_last_rotated") for slot in (1, 2))
    return None if set(known) == {None} and not dated else dated or True in known


def _additional_credentials(row: Row) -> str:
    """Return what the report says of credentials beyond two, "" where it counts none (a column of newer reports)."""
    said = _text(row, "additional_credentials_info")
    return "" if said == "0" else said


def _text(row: Row, name: str) -> str:
    value = row.get(name, "")
    return "" if value in NOTHING else value


def _flag(row: Row, name: str) -> bool | None:
    value = _text(row, name).lower()  # the guide writes TRUE, AWS sends true
    if value and value not in BOOLEANS:
        raise Malformed(f"{name} is neither true nor false.")
    return BOOLEANS.get(value)


def _moment(row: Row, name: str) -> datetime | None:
    value = _text(row, name)
    if not value:
        return None
    try:
        at = datetime.fromisoformat(value)
        if at.tzinfo is None:
            raise Malformed(f"{name} has no time zone.")
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"{name} is no time.") from error

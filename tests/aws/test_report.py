from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamdash.aws.errors import Malformed
from iamdash.aws.progress import Surroundings
from iamdash.aws.report import GENERATE, GET, PAUSES, fetch_report, parse_report, request_report, stands
from iamdash.aws.snapshot import CredentialReport, Part, ReportSlot, Unread
from tests.aws.recorded import ACCOUNT, NOW, Recorded, refusal

HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
)
NO_KEY = "false,N/A,N/A,N/A,N/A"
NO_CERTIFICATES = "false,N/A,false,N/A"
ROOT = (
    f"<root_account>,arn:aws:iam::{ACCOUNT}:root,2015-03-02T10:00:00Z,not_supported,2026-01-05T08:30:00Z,"
    f"not_supported,not_supported,true,{NO_KEY},{NO_KEY},{NO_CERTIFICATES}"
)
GENERATED_AT = datetime(2026, 9, 11, 11, 0, tzinfo=UTC)


def line(name: str = "mailer", *, keys: str = f"{NO_KEY},{NO_KEY}", password: str = "false,N/A,N/A,N/A,false") -> str:
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return f"{name},{arn},2024-02-01T09:00:00Z,{password},{keys},{NO_CERTIFICATES}"


def parse(*lines: str, header: str = HEADER) -> CredentialReport:
    content = "\n".join([header, *lines]).encode()
    return parse_report(content, account_id=ACCOUNT, generated_at=GENERATED_AT, read_at=NOW)


def answer(*lines: str) -> dict[str, Any]:
    content = "\n".join([HEADER, ROOT, *lines]).encode()
    return {"Content": content, "ReportFormat": "text/csv", "GeneratedTime": GENERATED_AT}


def fetch(recorded: Recorded, pauses: list[float]) -> CredentialReport | Unread:
    surroundings = Surroundings(clock=lambda: NOW, pause=pauses.append)
    return fetch_report(recorded, account_id=ACCOUNT, surroundings=surroundings)  # type: ignore[arg-type]


def test_a_report_knows_when_aws_made_it_and_when_it_was_read() -> None:
    report = parse(ROOT, line())

    assert (report.generated_at, report.read_at) == (GENERATED_AT, NOW)
    assert list(report.rows) == ["mailer"]


@pytest.mark.parametrize("zone", ["Z", "+00:00"])
def test_both_forms_of_a_date_are_read(zone: str) -> None:
    keys = f"true,2025-01-02T03:04:05{zone},2026-09-01T10:11:00{zone},eu-west-1,s3,{NO_KEY}"

    slots = parse(line(keys=keys)).rows["mailer"].slots

    assert slots == (
        ReportSlot(
            active=True,
            created_at=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC),
            last_used_at=datetime(2026, 9, 1, 10, 11, tzinfo=UTC),
            last_used_service="s3",
            last_used_region="eu-west-1",
        ),
    )


@pytest.mark.parametrize(
    ("name", "path"), [("a+b=c,d.e@f_g-h", "/"), (",", "/"), ("a,b,c", "/"), ("a,b", "/x,arn:/y,/"), ("a", "/x,y/")]
)
def test_a_name_whose_commas_are_not_quoted_is_read_whole(name: str, path: str) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:user{path}{name}"
    unquoted = line("mailer").replace(f"arn:aws:iam::{ACCOUNT}:user/mailer", arn).replace("mailer", name)

    rows = parse(ROOT, unquoted, line()).rows

    assert list(rows) == [name, "mailer"]
    assert (rows[name].arn, rows[name].created_at) == (arn, rows["mailer"].created_at)


def test_an_inactive_key_in_the_second_slot_alone_is_a_slot() -> None:
    (slot,) = parse(line(keys=f"{NO_KEY},false,2025-01-02T03:04:05Z,N/A,N/A,N/A")).rows["mailer"].slots

    assert not slot.active
    assert (slot.last_used_at, slot.last_used_service, slot.last_used_region) == (None, "", "")


def test_a_region_that_is_not_applicable_does_not_hide_the_date() -> None:
    keys = f"true,2025-01-02T03:04:05Z,2026-09-01T10:11:00Z,N/A,s3,{NO_KEY}"

    (slot,) = parse(line(keys=keys)).rows["mailer"].slots

    assert slot.last_used_at == datetime(2026, 9, 1, 10, 11, tzinfo=UTC)
    assert slot.last_used_region == ""


def test_a_password_that_was_never_used_is_no_information() -> None:
    row = parse(line(password="true,no_information,2024-02-01T09:00:00Z,N/A,true")).rows["mailer"]

    assert (row.password_enabled, row.password_last_used_at, row.mfa_active) == (True, None, True)


def test_what_the_report_does_not_support_is_unknown() -> None:
    row = parse(line(password="not_supported,not_supported,N/A,N/A,not_supported")).rows["mailer"]

    assert (row.password_enabled, row.mfa_active) == (None, None)


def test_columns_are_found_by_name_and_unknown_ones_are_passed_over() -> None:
    header = f"something_new,{HEADER},additional_credentials_info"

    row = parse(f"new,{line()},3 (ListAccessKeys)", header=header).rows["mailer"]

    assert row.additional_credentials == "3 (ListAccessKeys)"
    assert row.created_at == datetime(2024, 2, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("nothing", ["", "0", "N/A", "no_information", "not_supported"])
def test_no_additional_credentials_is_told_in_several_ways(nothing: str) -> None:
    report = parse(f"{line()},{nothing}", header=f"{HEADER},additional_credentials_info")

    assert report.rows["mailer"].additional_credentials == ""


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (f"{NO_KEY},{NO_KEY}", False),
        (f"true,2015-03-02T10:00:00Z,N/A,N/A,N/A,{NO_KEY}", True),
        (f"{NO_KEY},false,2015-03-02T10:00:00Z,N/A,N/A,N/A", True),
        (",".join(["not_supported"] * 10), None),
    ],
    ids=["none", "active", "inactive", "not supported"],
)
def test_a_root_users_key_is_told_unless_the_report_does_not_say(keys: str, expected: bool | None) -> None:
    assert parse(ROOT.replace(f"{NO_KEY},{NO_KEY}", keys)).root_has_access_key is expected


def test_a_report_without_a_root_row_says_nothing_of_the_root_user() -> None:
    assert parse(line()).root_has_access_key is None


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([line()[:-20]], "too few or too many"),
        ([line() + ",more"], "too few or too many"),
        ([line(), line()], "two rows"),
        ([line().replace(ACCOUNT, "999999999999")], "999999999999"),
        ([line().replace("2024-02-01T09:00:00Z", "N/A")], "was created"),
        ([line().replace("2024-02-01T09:00:00Z", "yesterday")], "no time"),
        ([line().replace("2024-02-01T09:00:00Z", "2024-02-01T09:00:00")], "no time zone"),
        ([line(keys=f"maybe,N/A,N/A,N/A,N/A,{NO_KEY}")], "neither true nor false"),
        ([line(keys=f"true,N/A,N/A,N/A,N/A,{NO_KEY}")], "without a date"),
        (['"' + line()], "no CSV"),
    ],
)
def test_a_report_that_cannot_be_read_right_is_malformed_as_a_whole(lines: list[str], words: str) -> None:
    with pytest.raises(Malformed, match=words):
        parse(*lines)


@pytest.mark.parametrize("missing", ["arn", "user_creation_time", "access_key_2_active"])
def test_a_report_without_a_column_that_is_needed_is_malformed(missing: str) -> None:
    with pytest.raises(Malformed, match=f"no column {missing}"):
        parse(header=HEADER.replace(f"{missing},", ""))


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_a_report_or_malformed(content: bytes) -> None:
    with pytest.raises(Malformed):
        parse_report(content, account_id=ACCOUNT, generated_at=GENERATED_AT, read_at=NOW)


@given(
    column=st.integers(0, 21),
    value=st.text(max_size=20)
    | st.sampled_from(["N/A", "true", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59-14:00"]),
)
def test_any_value_in_any_column_is_read_or_malformed(column: int, value: str) -> None:
    cells = line().split(",")
    cells[column] = value
    try:
        report = parse(",".join(cells))
    except Malformed:
        return
    assert len(report.rows) <= 1


def test_a_report_that_is_ready_costs_two_calls_and_no_pause(recorded: Recorded) -> None:
    pauses: list[float] = []
    recorded.on(GENERATE, {"State": "COMPLETE"}).on(GET, answer(line()))

    refused = request_report(recorded)  # type: ignore[arg-type]
    report = fetch(recorded, pauses)

    assert refused is None
    assert isinstance(report, CredentialReport)
    assert (len(recorded.asked), pauses) == (2, [])


def test_a_report_stands_for_four_hours_and_one_of_the_future_does_not() -> None:
    ages = [timedelta(0), timedelta(hours=3, minutes=59), timedelta(hours=4), timedelta(hours=-1)]

    assert [stands(NOW - age, NOW) for age in ages] == [True, True, False, False]


def test_a_report_in_the_making_is_waited_for_with_growing_pauses(recorded: Recorded) -> None:
    pauses: list[float] = []
    recorded.on(GET, *[refusal("ReportInProgress", status=404)] * 3, answer())

    report = fetch(recorded, pauses)

    assert isinstance(report, CredentialReport)
    assert pauses == [1, 2, 3]


def test_a_report_that_is_never_ready_is_unread_after_a_bounded_time(recorded: Recorded) -> None:
    pauses: list[float] = []
    recorded.on(GET, *[refusal("ReportInProgress", status=404)] * 50)

    report = fetch(recorded, pauses)

    assert isinstance(report, Unread)
    assert report.part is Part.CREDENTIAL_REPORT
    assert "still making" in report.reason
    assert pauses == list(PAUSES)
    assert sum(pauses) < 120


def test_a_report_that_expired_meanwhile_is_requested_anew(recorded: Recorded) -> None:
    recorded.on(GET, refusal("ReportExpired", status=410), answer()).on(GENERATE, {"State": "STARTED"})

    assert isinstance(fetch(recorded, []), CredentialReport)


def test_a_report_that_expired_and_may_not_be_made_anew_is_unread(recorded: Recorded) -> None:
    recorded.on(GET, refusal("ReportExpired", status=410)).on(GENERATE, refusal("AccessDenied"))

    report = fetch(recorded, [])

    assert isinstance(report, Unread)
    assert report.action == GENERATE


@pytest.mark.parametrize("code", ["AccessDenied", "Throttling", "LimitExceeded", "ServiceFailure"])
def test_a_report_that_aws_will_not_make_is_unread(code: str, recorded: Recorded) -> None:
    recorded.on(GENERATE, refusal(code))

    refused = request_report(recorded)  # type: ignore[arg-type]

    assert refused is not None
    assert (refused.part, refused.action, refused.error_code) == (Part.CREDENTIAL_REPORT, GENERATE, code)


def test_a_report_that_aws_will_not_give_is_unread_at_once(recorded: Recorded) -> None:
    pauses: list[float] = []
    recorded.on(GET, refusal("AccessDenied"))

    report = fetch(recorded, pauses)

    assert isinstance(report, Unread)
    assert (report.action, report.error_code, pauses) == (GET, "AccessDenied", [])


@pytest.mark.parametrize("missing", ["Content", "GeneratedTime"])
def test_an_answer_without_content_or_time_is_unread(missing: str, recorded: Recorded) -> None:
    half = answer()
    del half[missing]
    recorded.on(GET, half)

    report = fetch(recorded, [])

    assert isinstance(report, Unread)
    assert missing in report.reason

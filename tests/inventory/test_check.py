"""Check AWS now: the newer reading stands, also against a sync that runs beside it, and nobody is proved gone."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from iamdash.aws.session import CONNECT_SECONDS
from iamdash.aws.snapshot import (
    Absence,
    CredentialKind,
    CredentialsOfUser,
    DescribedRole,
    ListedCredential,
    Part,
    Piece,
    Unread,
)
from iamdash.demo.stand_in.faults import Fault
from iamdash.demo.stand_in.server import RunningStandIn, running_stand_in
from iamdash.inventory import lock
from iamdash.inventory.check import READ_SECONDS, SECONDS_IN_ALL, Found, ask_for_check, run_check
from iamdash.inventory.findings import Findings
from iamdash.inventory.sync import sync_account
from iamdash.models import (
    AccessKey,
    AwsAccount,
    Candidate,
    Check,
    Event,
    IamRole,
    IamUser,
    OtherCredential,
    Standing,
    SyncRun,
)
from iamdash.rules.facts import Thresholds
from iamdash.standing.assess import Cause, assess
from iamdash.standing.check import differences
from iamdash.tasks import check_now
from tests.factories import (
    NOW,
    days_ago,
    make_aws_account,
    make_candidate,
    make_iam_role,
    make_iam_user,
    make_person,
    make_replacement,
)
from tests.inventory.others import another_connection_holds, somebody_else_writes_to
from tests.inventory.pieces import (
    ACCOUNT,
    Answers,
    identity,
    key,
    keys,
    listing,
    report,
    row,
    slot,
    sync,
    sync_with,
    used,
    user,
)
from tests.inventory.pieces import iam_role as listed_role

UPLOADER = user("uploader")
MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)
THERE = Absence(UPLOADER.unique_id, "uploader", "same_unique_id", UPLOADER.unique_id, LATER)
NOT_THERE = Absence(UPLOADER.unique_id, "uploader", "no_such_entity", "", LATER)


@pytest.fixture
def iam_user(aws_account: AwsAccount) -> IamUser:
    """A candidate with one active key, synced at NOW."""
    sync(aws_account, listing(UPLOADER), report(row("uploader", slot())), keys(UPLOADER, key()))
    return IamUser.objects.get()


def check(
    iam_user: IamUser, *pieces: Piece, at: datetime = LATER, elsewhere: dict[str, list[Piece]] | None = None
) -> Check:
    """Check with these answers, after the identity of the expected account."""
    asked = ask_for_check(iam_user, by=make_person(), now=at)

    def read(_iam_user: IamUser, _roles: Sequence[IamRole], _clock: Any) -> Found:
        return Found({ACCOUNT: [identity(at=at), *pieces], **(elsewhere or {})})

    assert run_check(asked, clock=lambda: at, read=read)
    assert list(differences(at)) == []
    return Check.objects.get(pk=asked.pk)


class Interrupted(Answers):
    """A sync whose reading is interrupted by something else, between two of its pieces."""

    def __init__(self, before: list[Piece], meanwhile: Callable[[], None], after: list[Piece]) -> None:
        super().__init__((*before, *after))
        self.before, self.meanwhile, self.after = before, meanwhile, after

    def pieces(self) -> Iterator[Piece]:
        yield from self.before
        self.meanwhile()
        yield from self.after


def credentials(kind: CredentialKind, *listed: ListedCredential, at: datetime = LATER) -> CredentialsOfUser:
    return CredentialsOfUser(UPLOADER.unique_id, kind, listed, at)


def lines() -> list[str]:
    return list(Event.objects.filter(actor="check").order_by("pk").values_list("sentence", flat=True))


# What it finds -------------------------------------------------------------------------------------------------------


def test_a_key_that_was_just_deactivated_moves_the_candidate_at_once(iam_user: IamUser) -> None:
    done = check(iam_user, THERE, keys(UPLOADER, key(status="Inactive"), at=LATER))

    assert AccessKey.objects.get().status == "Inactive"
    assert Standing.objects.get().stage == 5
    assert (done.finished_at, done.said, done.unread) == (LATER, "same_unique_id", [])
    assert any("was deactivated" in line for line in lines())


def test_a_check_that_agrees_says_when_the_keys_were_read(iam_user: IamUser) -> None:
    last = used(days_ago(3), as_of=LATER)
    sync(iam_user.aws_account, keys(UPLOADER, key(last=used(days_ago(3)))), at=NOW)

    check(iam_user, THERE, keys(UPLOADER, key(last=last), at=LATER))

    iam_user.refresh_from_db()
    assert iam_user.keys_read_at == LATER
    assert AccessKey.objects.get().last_used_as_of == LATER


def test_a_check_that_agrees_with_the_one_before_has_found_no_change(iam_user: IamUser) -> None:
    again = LATER + timedelta(minutes=1)
    check(iam_user, THERE, keys(UPLOADER, key(last=used(days_ago(3), as_of=LATER)), at=LATER))

    done = check(iam_user, THERE, keys(UPLOADER, key(last=used(days_ago(3), as_of=again)), at=again), at=again)

    assert done.changes == {"created": 0, "updated": 0, "gone": 0}
    assert AccessKey.objects.get().last_used_as_of == again


def test_other_credentials_are_kept_with_the_time_of_their_reading(iam_user: IamUser) -> None:
    ssh_key = ListedCredential("APKA1", "Active", days_ago(50))

    check(iam_user, THERE, credentials(CredentialKind.SSH_PUBLIC_KEY, ssh_key), credentials(CredentialKind.MFA_DEVICE))

    iam_user.refresh_from_db()
    assert [(held.kind, held.credential_id, held.status) for held in OtherCredential.objects.all()] == [
        ("ssh_public_key", "APKA1", "Active")
    ]
    assert iam_user.other_credentials_read == {"ssh_public_key": LATER.isoformat(), "mfa_device": LATER.isoformat()}
    assert lines() == []


def test_what_becomes_of_other_credentials_is_in_the_journal(iam_user: IamUser) -> None:
    kind, active = CredentialKind.SSH_PUBLIC_KEY, ListedCredential("APKA1", "Active", days_ago(50))
    inactive, second = ListedCredential("APKA1", "Inactive", days_ago(50)), ListedCredential("APKA2", "Active", LATER)
    check(iam_user, THERE, credentials(kind, active))

    at = LATER + MINUTE
    check(iam_user, THERE, credentials(kind, inactive, second, at=at), at=at)
    assert OtherCredential.objects.get(credential_id="APKA1").status_changed_at == at, "from here on it soaks"
    check(iam_user, THERE, credentials(kind, at=LATER), at=at)  # older than what is known
    at += MINUTE
    check(iam_user, THERE, credentials(kind, second, at=at), at=at)

    assert lines() == [
        "SSH public key APKA1 of uploader is now Inactive.",
        "SSH public key APKA2 of uploader was found.",
        "SSH public key APKA1 of uploader was deleted.",
    ]
    assert OtherCredential.objects.get(credential_id="APKA1").gone_at == at


def test_the_kinds_of_credentials_have_the_same_names_in_aws_and_in_the_tables() -> None:
    choices = OtherCredential._meta.get_field("kind").choices or []

    assert [value for value, _ in choices] == list(CredentialKind)


def test_what_could_not_be_read_is_said_and_leaves_the_rows(iam_user: IamUser) -> None:
    gap = Unread(Part.ACCESS_KEYS, "AWS said no.", "iam:ListAccessKeys", "AccessDenied", UPLOADER.unique_id)

    done = check(iam_user, THERE, gap)

    iam_user.refresh_from_db()
    assert [(each["part"], each["reason"]) for each in done.unread] == [("access_keys", "AWS said no.")]
    assert (iam_user.keys_read_at, iam_user.keys_unread_reason) == (NOW, "")
    assert AccessKey.objects.get().status == "Active"


def test_nothing_is_believed_of_another_account(iam_user: IamUser) -> None:
    asked = ask_for_check(iam_user, by=make_person(), now=LATER)
    pieces = [identity(account_id="999999999999"), THERE, keys(UPLOADER, at=LATER)]

    run_check(asked, clock=lambda: LATER, read=lambda *_: Found({ACCOUNT: pieces}))

    done = Check.objects.get()
    assert [gap["part"] for gap in done.unread] == ["identity"]
    assert AccessKey.objects.get().gone_at is None


# Gone ----------------------------------------------------------------------------------------------------------------


def test_a_user_whom_aws_no_longer_knows_is_not_marked_gone(iam_user: IamUser) -> None:
    done = check(iam_user, NOT_THERE)

    iam_user.refresh_from_db()
    assert done.said == "no_such_entity"
    assert (iam_user.gone_at, iam_user.gone_confirmed_at) == (None, None)
    assert AccessKey.objects.get().gone_at is None


def test_a_check_proves_nobody_gone_though_a_complete_listing_did_not_hold_them(
    iam_user: IamUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_a_listing(*_: Any) -> Findings:
        return Findings(SyncRun(aws_account_id=ACCOUNT), Thresholds(), lambda: LATER, listed=frozenset(), is_check=True)

    monkeypatch.setattr("iamdash.inventory.check._findings", with_a_listing)

    check(iam_user, NOT_THERE)

    iam_user.refresh_from_db()
    assert (iam_user.gone_at, AccessKey.objects.get().gone_at) == (None, None)


def test_a_user_taken_for_gone_whom_aws_knows_is_there_again(iam_user: IamUser) -> None:
    sync(iam_user.aws_account, listing(at=NOW + MINUTE), _gone(NOW + MINUTE), at=NOW + MINUTE)
    iam_user.refresh_from_db()
    assert iam_user.gone_at is not None

    check(iam_user, THERE, keys(UPLOADER, key(), at=LATER))

    iam_user.refresh_from_db()
    assert iam_user.gone_at is None
    assert AccessKey.objects.get().gone_at is None


def test_what_a_check_read_before_the_proof_takes_nothing_of_it_back(iam_user: IamUser) -> None:
    proved_at = LATER + MINUTE
    sync(iam_user.aws_account, listing(at=proved_at), _gone(proved_at), at=proved_at)

    check(iam_user, THERE, keys(UPLOADER, key(), at=LATER), at=proved_at + MINUTE)

    iam_user.refresh_from_db()
    assert iam_user.gone_at == proved_at
    assert AccessKey.objects.get().gone_at == proved_at


def _gone(at: datetime) -> Absence:
    return Absence(UPLOADER.unique_id, "uploader", "no_such_entity", "", at)


# Beside a sync -------------------------------------------------------------------------------------------------------


def test_an_older_answer_of_a_sync_does_not_overwrite_a_newer_check(iam_user: IamUser) -> None:
    """The sync lists the keys and reads its report; before it writes, the check has seen a deactivation."""

    def check_meanwhile() -> None:
        check(iam_user, THERE, keys(UPLOADER, key(status="Inactive", last=used(days_ago(1), as_of=LATER)), at=LATER))

    before = LATER - MINUTE
    reading = Interrupted(
        [identity(at=before), listing(UPLOADER, at=before)],
        check_meanwhile,
        [
            report(row("uploader", slot(used_at=days_ago(9))), generated_at=before),
            keys(UPLOADER, key(last=used(days_ago(9), as_of=before)), at=before),
        ],
    )
    sync_with(reading, iam_user.aws_account, at=before)

    held = AccessKey.objects.get()
    iam_user.refresh_from_db()
    assert (held.status, held.last_used_at) == ("Inactive", days_ago(1))
    assert iam_user.keys_read_at == LATER
    assert list(differences(LATER)) == []


def test_a_reading_that_agreed_with_what_an_older_check_then_changed_is_forgotten(iam_user: IamUser) -> None:
    """The check has read before the sync, and writes after it: what it wrote is no newer than what it read."""

    def check_meanwhile() -> None:
        check(iam_user, THERE, keys(UPLOADER, key(status="Inactive"), at=LATER + MINUTE))

    newer = LATER + 2 * MINUTE
    before = [identity(at=LATER), listing(UPLOADER, at=LATER), keys(UPLOADER, key(), at=newer)]
    done = sync_with(
        Interrupted([*before, report(row("uploader", slot()))], check_meanwhile, []), iam_user.aws_account, at=LATER
    )

    assert AccessKey.objects.get().status == "Inactive"
    assert done.agreed_directly == {}
    assert list(differences(newer)) == []


def test_a_role_read_directly_is_not_overwritten_by_a_listing_that_began_before(iam_user: IamUser) -> None:
    sync(iam_user.aws_account, listing(UPLOADER, listed_role()), at=NOW)
    role = IamRole.objects.get()
    make_replacement(Candidate.objects.get(), role)
    assess([iam_user.pk], now=NOW, cause=Cause.PEOPLE, actor="ann@example.org")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sts:*"}]}
    described = DescribedRole(role.unique_id, role.role_name, trust, "", days_ago(1), "eu-west-1", LATER)

    check(iam_user, THERE, described)
    began = LATER - MINUTE
    older = listing(UPLOADER, listed_role(), at=LATER + MINUTE)
    object.__setattr__(older, "began_at", began)
    sync(iam_user.aws_account, older, at=LATER + MINUTE)

    role.refresh_from_db()
    assert role.trust_policy == trust
    assert role.last_used_at == days_ago(1)
    assert role.uses.get().as_of == LATER
    assert "Changed on IAM role uploader-role: who may assume it." in lines()

    sync(iam_user.aws_account, listing(UPLOADER, listed_role(), at=LATER + 2 * MINUTE), at=LATER + 2 * MINUTE)
    role.refresh_from_db()
    assert role.trust_policy == listed_role().trust_policy


def test_a_check_older_than_what_the_sync_has_read_changes_nothing(iam_user: IamUser) -> None:
    at = LATER + MINUTE
    sync(iam_user.aws_account, listing(UPLOADER, at=at), keys(UPLOADER, key(), at=at), at=at)

    check(iam_user, THERE, keys(UPLOADER, key(status="Inactive"), at=LATER), at=at)

    assert AccessKey.objects.get().status == "Active"


def test_two_checks_of_one_user_follow_each_other(iam_user: IamUser) -> None:
    asked = ask_for_check(iam_user, by=make_person(), now=LATER)
    with another_connection_holds(lock.CHECKS << lock.DIGITS | iam_user.pk):
        assert not run_check(asked, clock=lambda: LATER)

    assert Check.objects.get().began_at is None


def test_a_check_waits_for_whoever_writes_to_the_account(aws_account: AwsAccount) -> None:
    # Not synced, which would hold the turn to the end of this test.
    iam_user = make_iam_user("uploader", aws_account=aws_account, unique_id=UPLOADER.unique_id)

    with somebody_else_writes_to(ACCOUNT):
        done = check(iam_user, THERE, keys(UPLOADER, key(), at=LATER))

    assert "lock timeout" in done.unread[0]["reason"]
    assert not AccessKey.objects.exists()


def test_a_check_that_waits_for_a_worker_is_not_asked_for_twice(iam_user: IamUser) -> None:
    first = ask_for_check(iam_user, by=make_person(), now=LATER)
    second = ask_for_check(iam_user, by=make_person(), now=LATER)
    first.began_at = LATER
    first.save()
    third = ask_for_check(iam_user, by=make_person(), now=LATER)

    assert first == second
    assert third != first


def test_a_check_that_breaks_off_says_so(iam_user: IamUser) -> None:
    def broken(*_: Any) -> Found:
        raise ValueError("no such thing")

    asked = ask_for_check(iam_user, by=make_person(), now=LATER)
    run_check(asked, clock=lambda: LATER, read=broken)

    done = Check.objects.get()
    assert done.finished_at == LATER
    assert done.unread == [{"part": "sync", "reason": "The check broke off, ValueError: no such thing"}]


# From AWS ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def aws(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningStandIn]:
    with running_stand_in() as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint_url)
        for name, value in running.credentials(ACCOUNT).items():
            monkeypatch.setenv(name.upper(), value)
        yield running


@pytest.mark.slow
def test_from_aws_to_the_rows_in_at_most_12_calls_while_a_sync_runs(aws: RunningStandIn) -> None:
    iam = aws.client("iam", ACCOUNT)
    iam.create_user(UserName="mailer")
    made = [iam.create_access_key(UserName="mailer")["AccessKey"]["AccessKeyId"] for _ in range(2)]
    iam.upload_ssh_public_key(UserName="mailer", SSHPublicKeyBody="ssh-rsa AAAAB3NzaC1yc2E=")
    aws_account = make_aws_account(ACCOUNT)
    sync_account(aws_account, trigger="command", clock=lambda: datetime.now(UTC))
    iam_user = IamUser.objects.get()
    iam.update_access_key(UserName="mailer", AccessKeyId=made[0], Status="Inactive")
    asked = ask_for_check(iam_user, by=make_person(), now=datetime.now(UTC))

    with another_connection_holds(lock._number(aws_account.pk)):
        assert run_check(asked, clock=lambda: datetime.now(UTC))

    done = Check.objects.get()
    assert done.unread == []
    assert AccessKey.objects.get(access_key_id=made[0]).status == "Inactive"
    assert OtherCredential.objects.get().kind == "ssh_public_key"
    assert sum(done.calls.values()) - done.calls["sts:GetCallerIdentity"] <= 12
    assert list(differences(datetime.now(UTC))) == []


@pytest.mark.slow
def test_a_role_in_another_account_is_asked_for_in_a_session_of_its_own(aws: RunningStandIn) -> None:
    aws.client("iam", ACCOUNT).create_user(UserName="mailer")
    aws_account = make_aws_account(ACCOUNT)
    sync_account(aws_account, trigger="command", clock=lambda: datetime.now(UTC))
    iam_user = IamUser.objects.get()
    other = make_aws_account("222233334444", role_arn="arn:aws:iam::222233334444:role/iamdash-reader")
    make_replacement(make_candidate(iam_user), make_iam_role("mailer", aws_account=other))
    asked = ask_for_check(iam_user, by=make_person(), now=datetime.now(UTC))

    run_check(asked, clock=lambda: datetime.now(UTC))

    done = Check.objects.get()
    assert done.calls["sts:AssumeRole"] == 1
    assert [(gap["part"], gap["action"]) for gap in done.unread] == [("identity", "sts:AssumeRole")]
    assert done.said == "same_unique_id"


@pytest.mark.slow
def test_an_account_that_throttles_ends_the_check_with_words(aws: RunningStandIn, iam_user: IamUser) -> None:
    aws.state.faults.append(Fault("throttle", "iam:GetUser"))
    asked = ask_for_check(iam_user, by=make_person(), now=datetime.now(UTC))

    run_check(asked, clock=lambda: datetime.now(UTC))

    assert [gap["reason"] for gap in Check.objects.get().unread] == [
        "AWS throttled iam:GetUser and went on doing so. The next sync tries again."
    ]


@pytest.mark.slow
def test_calls_that_hang_are_waited_for_no_longer_than_somebody_would(
    aws: RunningStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    iam = aws.client("iam", ACCOUNT)
    iam.create_user(UserName="mailer")
    iam.create_access_key(UserName="mailer")
    iam.upload_ssh_public_key(UserName="mailer", SSHPublicKeyBody="ssh-rsa AAAAB3NzaC1yc2E=")
    sync_account(make_aws_account(ACCOUNT), trigger="command", clock=lambda: datetime.now(UTC))
    iam_user = IamUser.objects.get()
    run_check(ask_for_check(iam_user, by=make_person(), now=datetime.now(UTC)), clock=lambda: datetime.now(UTC))
    monkeypatch.setattr("iamdash.inventory.check.READ_SECONDS", 0.5)
    monkeypatch.setattr("iamdash.inventory.check.ATTEMPTS", 1)
    hanging = ("iam:ListAccessKeys", "iam:ListSSHPublicKeys")
    aws.state.faults += [Fault("slow", action, seconds=3) for action in hanging]
    began = time.monotonic()

    run_check(ask_for_check(iam_user, by=make_person(), now=datetime.now(UTC)), clock=lambda: datetime.now(UTC))

    assert time.monotonic() - began < 3
    done = Check.objects.latest()
    assert done.said == "same_unique_id"
    assert {gap["action"]: gap["error_code"] for gap in done.unread} == dict.fromkeys(hanging, "ReadTimeoutError")
    assert (AccessKey.objects.get().gone_at, OtherCredential.objects.get().gone_at) == (None, None)
    assert list(differences(datetime.now(UTC))) == []


def test_a_check_ends_and_is_written_down_before_its_task_is_stopped() -> None:
    longest = SECONDS_IN_ALL + CONNECT_SECONDS + READ_SECONDS

    assert longest + 30 < check_now.soft_time_limit

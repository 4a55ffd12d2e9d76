"""One IAM user read directly: every credential, by few calls, and nothing believed of somebody else."""

import json
from datetime import UTC, datetime

import pytest

from iamdash.aws.check import NamedRole, check_roles, check_user
from iamdash.aws.progress import Surroundings
from iamdash.aws.session import AwsSession
from iamdash.aws.snapshot import (
    Absence,
    CredentialKind,
    CredentialsOfUser,
    DescribedRole,
    KeysOfUser,
    KnownUser,
    Part,
    Piece,
    Unread,
)
from iamdash.demo.stand_in.faults import Fault
from iamdash.demo.stand_in.server import RunningStandIn
from tests.aws.pieces import known_user
from tests.aws.recorded import ACCOUNT, Recorded, refusal, user_answer

LIVE = Surroundings(clock=lambda: datetime.now(UTC))
SSH_KEY = "ssh-rsa AAAAB3NzaC1yc2E="
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


@pytest.fixture
def mailer(stand_in: RunningStandIn) -> KnownUser:
    """A user with everything: two keys, a password, an SSH key, a credential for one service."""
    iam = stand_in.client("iam", ACCOUNT)
    user = iam.create_user(UserName="mailer")["User"]
    iam.create_access_key(UserName="mailer")
    iam.create_access_key(UserName="mailer")
    iam.create_login_profile(UserName="mailer", Password="only-for-this-test-1")
    iam.upload_ssh_public_key(UserName="mailer", SSHPublicKeyBody=SSH_KEY)
    iam.create_service_specific_credential(UserName="mailer", ServiceName="codecommit.amazonaws.com")
    return known_user("mailer", unique_id=user["UserId"], arn=user["Arn"], created_at=user["CreateDate"])


def gaps(pieces: list[Piece]) -> list[tuple[Part, str, str]]:
    return [(piece.part, piece.action, piece.error_code) for piece in pieces if isinstance(piece, Unread)]


def test_every_kind_of_credential_is_read_in_at_most_12_calls(session: AwsSession, mailer: KnownUser) -> None:
    pieces = check_user(session, mailer, surroundings=LIVE)

    credentials = {piece.kind: piece.credentials for piece in pieces if isinstance(piece, CredentialsOfUser)}
    keys = [piece for piece in pieces if isinstance(piece, KeysOfUser)]
    assert gaps(pieces) == []
    assert {kind: len(held) for kind, held in credentials.items()} == {
        CredentialKind.LOGIN_PROFILE: 1,
        CredentialKind.MFA_DEVICE: 0,
        CredentialKind.SIGNING_CERTIFICATE: 0,
        CredentialKind.SSH_PUBLIC_KEY: 1,
        CredentialKind.SERVICE_SPECIFIC: 1,
    }
    assert credentials[CredentialKind.SERVICE_SPECIFIC][0].service == "codecommit.amazonaws.com"
    assert [key.last_used.source for key in keys[0].keys if key.last_used] == ["direct", "direct"]
    assert session.calls.by_action.total() <= 12


def test_what_is_denied_leaves_a_gap_and_the_rest_stands(
    session: AwsSession, mailer: KnownUser, stand_in: RunningStandIn
) -> None:
    stand_in.state.faults.append(Fault("deny", "iam:ListSSHPublicKeys"))

    pieces = check_user(session, mailer, surroundings=LIVE)

    assert gaps(pieces) == [(Part.OTHER_CREDENTIALS, "iam:ListSSHPublicKeys", "AccessDenied")]
    assert len([piece for piece in pieces if isinstance(piece, CredentialsOfUser)]) == 4


def test_a_name_that_aws_does_not_know_is_said_and_nothing_else_is_asked(
    session: AwsSession, stand_in: RunningStandIn
) -> None:
    pieces = check_user(session, known_user("nobody"), surroundings=LIVE)

    assert [piece.answer for piece in pieces if isinstance(piece, Absence)] == ["no_such_entity"]
    assert len(pieces) == 1
    assert set(session.calls.by_action) == {"iam:GetUser"}


def test_nothing_is_believed_of_a_user_whose_name_went_to_another_meanwhile() -> None:
    user = known_user("mailer")
    ours, theirs = user_answer("mailer", user.unique_id), user_answer("mailer", "AIDASOMEBODYELSE00000")
    empty = {"IsTruncated": False}
    recorded = (
        Recorded()
        .on("iam:GetUser", ours, ours, theirs)
        .on("iam:ListAccessKeys", {"AccessKeyMetadata": [], **empty})
        .on("iam:GetLoginProfile", refusal("NoSuchEntity", status=404))
        .on("iam:ListMFADevices", {"MFADevices": [], **empty})
        .on("iam:ListSigningCertificates", {"Certificates": [], **empty})
        .on("iam:ListSSHPublicKeys", {"SSHPublicKeys": [], **empty})
        .on("iam:ListServiceSpecificCredentials", {"ServiceSpecificCredentials": []})
    )

    pieces = check_user(recorded, user, surroundings=LIVE)  # type: ignore[arg-type]

    assert [piece.answer for piece in pieces if isinstance(piece, Absence)] == ["other_unique_id"]
    assert len(pieces) == 1


def test_a_list_without_its_member_is_unread_and_not_empty() -> None:
    user = known_user("mailer")
    ours, empty = user_answer("mailer", user.unique_id), {"IsTruncated": False}
    recorded = (
        Recorded()
        .on("iam:GetUser", ours, ours, ours)
        .on("iam:ListAccessKeys", {"AccessKeyMetadata": [], **empty})
        .on("iam:GetLoginProfile", refusal("NoSuchEntity", status=404))
        .on("iam:ListMFADevices", {"MFADevices": [], **empty})
        .on("iam:ListSigningCertificates", {"Certificates": [], **empty})
        .on("iam:ListSSHPublicKeys", {"SSHPublicKeys": [], **empty})
        .unshaped("iam:ListServiceSpecificCredentials", {})
    )

    pieces = check_user(recorded, user, surroundings=LIVE)  # type: ignore[arg-type]

    assert gaps(pieces) == [(Part.OTHER_CREDENTIALS, "iam:ListServiceSpecificCredentials", "Malformed")]


def test_a_role_is_described_by_one_call_and_a_missing_one_is_said(
    session: AwsSession, stand_in: RunningStandIn
) -> None:
    made = stand_in.client("iam", ACCOUNT).create_role(RoleName="mailer", AssumeRolePolicyDocument=TRUST)["Role"]
    roles = [
        NamedRole(made["RoleId"], "mailer"),
        NamedRole("AROAOTHER00000000000A", "mailer"),
        NamedRole("AROAGONE", "gone"),
    ]

    found, other, gone = check_roles(session, roles, surroundings=LIVE)

    assert isinstance(found, DescribedRole)
    assert found.trust_policy == json.loads(TRUST)
    assert isinstance(other, Unread)
    assert "belongs to another IAM role now" in other.reason
    assert isinstance(gone, Unread)
    assert "AWS no longer knows the IAM role gone" in gone.reason
    assert session.calls.by_action == {"iam:GetRole": 3}

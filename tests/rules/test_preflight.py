"""The preflight of iam:DeleteUser: every blocker in its order, from which reading, and no command that goes astray."""

import stat
import subprocess
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from iamdash.rules.evidence import Command
from iamdash.rules.facts import CandidateFacts, CredentialFacts, CredentialKind, PolicyFacts, Thresholds
from iamdash.rules.preflight import Blocker, Left, Preflight, preflight
from iamdash.rules.silence.cadence import Cadence
from tests.rules.facts_builder import ACCOUNT_ID, NOW, a_candidate, a_claim, a_key, ago
from tests.rules.strategies import CANDIDATES, MOMENTS, THRESHOLDS
from tests.rules.test_properties import many, values_of

READ = dict.fromkeys(CredentialKind, ago(hours=2))
VIRTUAL = f"arn:aws:iam::{ACCOUNT_ID}:mfa/uploader"
SOAKED: dict[str, Any] = {"status": "Inactive", "status_changed_at": ago(days=20)}
INACTIVE_KEYS = (a_key(**SOAKED), a_key("AKIA0000000000ANOTHER", **SOAKED))


def a_credential(kind: CredentialKind, credential_id: str = "", status: str = "", days: float = 30) -> CredentialFacts:
    return CredentialFacts(kind, credential_id, status, ago(days=days))


EVERYTHING = (
    a_credential(CredentialKind.LOGIN_PROFILE),
    a_credential(CredentialKind.SIGNING_CERTIFICATE, "CERTEXAMPLE", "Inactive"),
    a_credential(CredentialKind.SSH_PUBLIC_KEY, "APKAEXAMPLE", "Active"),
    CredentialFacts(
        CredentialKind.SERVICE_SPECIFIC, "ACCAEXAMPLE", "Inactive", ago(days=30), "codecommit.amazonaws.com"
    ),
    a_credential(CredentialKind.MFA_DEVICE, VIRTUAL),
)


def a_full_user(**changes: object) -> CandidateFacts:
    """A claimed user with something of every kind left on it, all of it read."""
    ordinary: dict[str, object] = {
        "claim": a_claim(),
        "cadence": Cadence.WEEKLY.period,
        "access_keys": INACTIVE_KEYS,
        "other_credentials": EVERYTHING,
        "other_credentials_read": READ,
        "policies": (
            PolicyFacts("uploads", f"arn:aws:iam::{ACCOUNT_ID}:policy/uploads"),
            PolicyFacts("own", document={}),
        ),
        "groups": ("developers",),
    }
    return a_candidate(**ordinary | changes)


def checked(facts: CandidateFacts, *, may_delete: bool = True) -> Preflight:
    return preflight(facts, may_delete=may_delete, thresholds=Thresholds(), now=NOW)


def blocker(facts: CandidateFacts, title: str, *, may_delete: bool = True) -> Blocker:
    return next(each for each in checked(facts, may_delete=may_delete).blockers if each.title == title)


def titles(commands: tuple[Command, ...]) -> list[str]:
    return [command.title for command in commands]


def said(found: Blocker) -> str:
    return " ".join(each.render(now=NOW, zone=UTC) for each in found.sentences)


def test_every_blocker_stands_in_the_order_in_which_it_must_go() -> None:
    found = checked(a_full_user())

    assert [each.title for each in found.blockers] == [
        "Console password",
        "Access keys",
        "Signing certificates",
        "SSH public keys",
        "Service-specific credentials",
        "MFA devices",
        "Inline policies",
        "Attached policies",
        "Groups",
    ]
    assert (found.left, found.unknown) == (9, 0)


def test_each_thing_has_a_command_of_its_own() -> None:
    found = [title for each in checked(a_full_user()).blockers for title in titles(each.commands)]

    assert found == [
        "Delete the console password",
        "Delete AKIA0000000000ANOTHER",
        "Delete AKIA0000000000EXAMPLE",
        "Delete CERTEXAMPLE",
        "Inactivate APKAEXAMPLE",
        "Delete ACCAEXAMPLE",
        f"Remove MFA device {VIRTUAL}",
        "Delete inline policy own",
        "Detach policy uploads",
        "Remove from group developers",
    ]


@pytest.mark.parametrize(
    ("title", "source", "as_of"),
    [
        ("Console password", "iam:GetLoginProfile", ago(hours=2)),
        ("Access keys", "iam:ListAccessKeys", ago(hours=1)),
        ("MFA devices", "iam:ListMFADevices", ago(hours=2)),
        ("Groups", "iam:GetAccountAuthorizationDetails", ago(hours=1)),
    ],
)
def test_each_kind_says_which_call_told_it_and_when(title: str, source: str, as_of: object) -> None:
    found = blocker(a_full_user(), title)

    assert (found.source, found.as_of) == (source, as_of)


def test_nothing_left_by_complete_readings_is_none() -> None:
    found = checked(a_candidate(access_keys=(), other_credentials_read=READ))

    assert {each.left for each in found.blockers} == {Left.NONE}


def test_a_kind_that_was_never_read_is_unknown_and_never_none() -> None:
    for title in ("Console password", "Signing certificates", "Service-specific credentials", "MFA devices"):
        found = blocker(a_candidate(), title)

        assert (found.left, found.as_of) == (Left.UNKNOWN, None)
        assert "“Check AWS now” reads it" in said(found)


def test_groups_and_policies_of_an_account_that_was_never_listed_to_the_end_are_unknown() -> None:
    assert blocker(a_full_user(users_as_of=None), "Groups").left is Left.UNKNOWN
    assert blocker(a_candidate(users_as_of=None), "Inline policies").left is Left.UNKNOWN


def test_keys_that_nobody_has_read_directly_are_unknown_and_get_no_command() -> None:
    found = blocker(a_full_user(keys_as_of=None), "Access keys")

    assert found.left is Left.UNKNOWN
    assert found.commands == ()


def test_a_report_that_shows_a_password_counts_where_the_password_was_never_read_or_read_before() -> None:
    never = blocker(a_candidate(password_enabled=True), "Console password")
    before = a_candidate(password_enabled=True, other_credentials_read=dict.fromkeys(CredentialKind, ago(hours=9)))
    after = a_candidate(password_enabled=True, other_credentials_read=READ)

    assert (never.left, never.source, never.as_of) == (Left.SOME, "iam:GetCredentialReport", ago(hours=5))
    assert blocker(before, "Console password").left is Left.SOME
    assert blocker(after, "Console password").left is Left.NONE


def test_before_the_soak_is_over_only_what_can_be_undone_is_offered() -> None:
    found = checked(a_full_user(), may_delete=False)

    assert [title for each in found.blockers for title in titles(each.commands)] == ["Inactivate APKAEXAMPLE"]
    assert "after the soak" in found.advice[-1].text


def test_before_it_is_claimed_nothing_is_offered() -> None:
    found = checked(a_full_user(claim=None), may_delete=False)

    assert [command for each in found.blockers for command in each.commands] == []


def test_an_active_key_is_never_deleted() -> None:
    found = blocker(a_full_user(access_keys=(a_key(), a_key("AKIAINACTIVE", **SOAKED))), "Access keys")

    assert titles(found.commands) == ["Delete AKIAINACTIVE"]
    assert "AKIA0000000000EXAMPLE is Active: it has to be deactivated and soaked first." in said(found)


def test_a_key_is_deleted_after_its_own_soak_and_not_before() -> None:
    fresh = a_key("AKIA00000000000FRESH", status="Inactive", status_changed_at=ago(days=3))

    found = blocker(a_full_user(access_keys=(*INACTIVE_KEYS, fresh)), "Access keys")

    assert len(found.commands) == 2
    assert not any("FRESH" in command.text for command in found.commands)


def test_policies_and_groups_stay_until_no_key_may_have_to_work_again() -> None:
    fresh = a_key("AKIA00000000000FRESH", status="Inactive", status_changed_at=ago(days=3))
    facts = a_full_user(access_keys=(*INACTIVE_KEYS, fresh))

    for title in ("Groups", "Attached policies", "Inline policies", "Console password"):
        assert blocker(facts, title).commands == ()
        assert blocker(a_full_user(), title).commands


@pytest.mark.parametrize(("days", "offered"), [(13, []), (14, ["Delete CERTEXAMPLE"])])
def test_another_credential_soaks_too_before_it_is_deleted(days: int, offered: list[str]) -> None:
    held = a_credential(CredentialKind.SIGNING_CERTIFICATE, "CERTEXAMPLE", "Inactive", days)

    found = blocker(a_full_user(other_credentials=(held,)), "Signing certificates")

    assert titles(found.commands) == offered


def test_no_service_specific_credential_is_ever_called_unused() -> None:
    held = CredentialFacts(
        CredentialKind.SERVICE_SPECIFIC, "ACCAEXAMPLE", "Active", ago(days=900), "cassandra.amazonaws.com"
    )

    found = blocker(a_full_user(other_credentials=(held,)), "Service-specific credentials")

    assert "AWS does not record when it was last used" in said(found)
    assert "unused" not in said(found)


def test_what_terraform_made_is_first_taken_out_of_the_code() -> None:
    assert checked(a_full_user(terraform_hint=True)).advice[0].text.startswith("Its tags say that Terraform made it")
    assert "no tag does not mean" in checked(a_full_user()).advice[0].text


def test_a_boundary_and_tags_block_nothing() -> None:
    assert checked(a_full_user(tags={"Owner": "x"})).blockers == checked(a_full_user()).blockers


@many
@given(CANDIDATES, THRESHOLDS, MOMENTS)
def test_it_answers_any_facts_with_nine_kinds_and_guarded_commands_for_this_user_alone(
    facts: CandidateFacts, limits: Thresholds, now: object
) -> None:
    found = preflight(facts, may_delete=True, thresholds=limits, now=now)  # type: ignore[arg-type]

    assert found == preflight(facts, may_delete=True, thresholds=limits, now=now)  # type: ignore[arg-type]
    assert len(found.blockers) == 9
    for each in found.blockers:
        assert (each.as_of is None) <= (each.left is Left.UNKNOWN)
        said(each)
        for text in (text for command in each.commands for text in (command.text, command.undo) if text):
            assert text.startswith(
                f'if test "$(aws sts get-caller-identity --query Account --output text)" = {ACCOUNT_ID}'
            )
            assert f'" = {facts.unique_id}' in text
            assert set(values_of("--user-name", text)) == {facts.user_name}
            assert text.count("aws iam ") - text.count("delete-virtual-mfa-device") == text.count("--user-name")


FAKE_AWS = """#!/bin/sh
echo "$@" >> "{log}"
case "$1 $2" in
  "sts get-caller-identity") echo {account} ;;
  "iam get-user") echo {unique_id} ;;
  "iam list-"*) echo {status} ;;
  "iam deactivate-mfa-device") exit {mfa} ;;
esac
"""
EXPECTED = {"account": ACCOUNT_ID, "unique_id": "AIDA0000000000EXAMPLE", "status": "Inactive", "mfa": "0"}


def calls_of(command: Command, tmp_path: Path, **answers: str) -> list[str]:
    """Run a command with a stand-in for the AWS command line; return what it changed there."""
    log, fake = tmp_path / "log", tmp_path / "aws"
    log.write_text("")
    fake.write_text(FAKE_AWS.format(log=log, **EXPECTED | answers))
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    subprocess.run(["/bin/sh", "-c", command.text], env=environment, capture_output=True, check=False)
    reads = ("sts get-caller-identity", "iam get-user", "iam list-")
    return [line for line in log.read_text().splitlines() if not line.startswith(reads)]


def test_a_shell_runs_every_command_as_it_is_meant(tmp_path: Path) -> None:
    found = [calls_of(each, tmp_path) for every in checked(a_full_user()).blockers for each in every.commands]

    assert [line for lines in found for line in lines] == [
        "iam delete-login-profile --user-name uploader",
        "iam delete-access-key --user-name uploader --access-key-id AKIA0000000000ANOTHER",
        "iam delete-access-key --user-name uploader --access-key-id AKIA0000000000EXAMPLE",
        "iam delete-signing-certificate --user-name uploader --certificate-id CERTEXAMPLE",
        "iam update-ssh-public-key --user-name uploader --ssh-public-key-id APKAEXAMPLE --status Inactive",
        "iam delete-service-specific-credential --user-name uploader --service-specific-credential-id ACCAEXAMPLE",
        f"iam deactivate-mfa-device --user-name uploader --serial-number {VIRTUAL}",
        f"iam delete-virtual-mfa-device --serial-number {VIRTUAL}",
        "iam delete-user-policy --user-name uploader --policy-name own",
        f"iam detach-user-policy --user-name uploader --policy-arn arn:aws:iam::{ACCOUNT_ID}:policy/uploads",
        "iam remove-user-from-group --user-name uploader --group-name developers",
    ]


@pytest.mark.parametrize("answers", [{"account": "444455556666"}, {"unique_id": "AIDAANOTHER"}, {"unique_id": ""}])
def test_a_shell_runs_none_of_them_elsewhere(tmp_path: Path, answers: dict[str, str]) -> None:
    for every in checked(a_full_user()).blockers:
        for command in every.commands:
            assert calls_of(command, tmp_path, **answers) == []


def test_a_credential_that_was_made_active_again_is_not_deleted(tmp_path: Path) -> None:
    (command,) = blocker(a_full_user(), "Signing certificates").commands

    assert calls_of(command, tmp_path, status="Active") == []


def test_a_device_that_is_not_this_users_is_not_deleted(tmp_path: Path) -> None:
    (command,) = blocker(a_full_user(), "MFA devices").commands

    assert calls_of(command, tmp_path, mfa="254") == [
        f"iam deactivate-mfa-device --user-name uploader --serial-number {VIRTUAL}"
    ]


@pytest.mark.parametrize(
    "serial",
    ["GAHT12345678", "arn:aws:iam::444455556666:mfa/uploader", f"arn:aws:iam::{ACCOUNT_ID}:u2f/user/uploader/x"],
)
def test_only_a_virtual_device_of_this_account_is_deleted(tmp_path: Path, serial: str) -> None:
    held = a_credential(CredentialKind.MFA_DEVICE, serial)
    (command,) = blocker(a_full_user(other_credentials=(held,)), "MFA devices").commands

    assert "delete-virtual-mfa-device" not in command.text

"""Commands for people to run with their own credentials: one thing, one IAM user, one account, each behind a guard.

Names repeat across accounts and can be used again, so each command first asks AWS which account it talks to and which
UserId stands behind the name; without `--user-name` the AWS command line would act on whoever calls it.
"""

import re
import shlex
from typing import NamedTuple

from iamdash.rules.evidence import Command
from iamdash.rules.facts import CandidateFacts, CredentialFacts, CredentialKind, KeyFacts, PolicyFacts
from iamdash.rules.keys import INACTIVE


class _Noun(NamedTuple):
    """A credential with a status as the AWS command line calls it: in actions, as an option, in an answer."""

    name: str
    option: str
    listed_as: str
    id_member: str


ACCESS_KEY = _Noun("access-key", "--access-key-id", "AccessKeyMetadata", "AccessKeyId")
NOUNS = {
    CredentialKind.SIGNING_CERTIFICATE: _Noun(
        "signing-certificate", "--certificate-id", "Certificates", "CertificateId"
    ),
    CredentialKind.SSH_PUBLIC_KEY: _Noun("ssh-public-key", "--ssh-public-key-id", "SSHPublicKeys", "SSHPublicKeyId"),
    CredentialKind.SERVICE_SPECIFIC: _Noun(
        "service-specific-credential",
        "--service-specific-credential-id",
        "ServiceSpecificCredentials",
        "ServiceSpecificCredentialId",
    ),
}


def deactivate(facts: CandidateFacts, key: KeyFacts) -> Command:
    """Return the command that deactivates one key, with the one that takes it back."""
    return _inactivation(facts, ACCESS_KEY, key.access_key_id, "Deactivate")


def reactivate(facts: CandidateFacts, key: KeyFacts) -> Command:
    """Return the command that makes one deactivated key work again."""
    return Command(f"Reactivate {key.access_key_id}", deactivate(facts, key).undo)


def delete_key(facts: CandidateFacts, key: KeyFacts) -> Command:
    """Return the command that deletes one key for ever; it stops where the key is no longer Inactive."""
    return _deletion(facts, ACCESS_KEY, key.access_key_id, INACTIVE)


def inactivate_credential(facts: CandidateFacts, credential: CredentialFacts) -> Command:
    """Return the command that makes a credential with a status stop working, with the one that takes it back."""
    return _inactivation(facts, NOUNS[credential.kind], credential.credential_id, "Inactivate")


def delete_credential(facts: CandidateFacts, credential: CredentialFacts) -> Command:
    """Return the command that deletes a credential for ever; it stops where its status is no longer what it was."""
    return _deletion(facts, NOUNS[credential.kind], credential.credential_id, credential.status)


def delete_login_profile(facts: CandidateFacts) -> Command:
    """Return the command that takes the console password away for ever."""
    return Command("Delete the console password", _guarded(facts, _iam("delete-login-profile", facts)))


def remove_mfa_device(facts: CandidateFacts, credential: CredentialFacts) -> Command:
    """Return the command that takes an MFA device off the user, and deletes the device where it is a virtual one.

    A virtual device belongs to the account: AWS refuses to delete one that another user has meanwhile.
    """
    serial = credential.credential_id
    text = _iam("deactivate-mfa-device", facts, "--serial-number", serial)
    if re.fullmatch(rf"arn:[a-z-]+:iam::{facts.aws_account_id}:mfa/.+", serial):
        delete = ["aws", "iam", "delete-virtual-mfa-device", *_argument("--serial-number", serial)]
        text += f" &&\n     {shlex.join(delete)}"
    return Command(f"Remove MFA device {serial}", _guarded(facts, text))


def delete_inline_policy(facts: CandidateFacts, policy: PolicyFacts) -> Command:
    """Return the command that deletes an inline policy for ever."""
    text = _iam("delete-user-policy", facts, "--policy-name", policy.name)
    return Command(f"Delete inline policy {policy.name}", _guarded(facts, text))


def detach_policy(facts: CandidateFacts, policy: PolicyFacts) -> Command:
    """Return the command that detaches a policy, with the one that attaches it again."""
    text, undo = (
        _iam(action, facts, "--policy-arn", policy.arn) for action in ("detach-user-policy", "attach-user-policy")
    )
    return Command(f"Detach policy {policy.name}", _guarded(facts, text), _guarded(facts, undo))


def leave_group(facts: CandidateFacts, group: str) -> Command:
    """Return the command that takes the user out of a group, with the one that puts it back."""
    text, undo = (
        _iam(action, facts, "--group-name", group) for action in ("remove-user-from-group", "add-user-to-group")
    )
    return Command(f"Remove from group {group}", _guarded(facts, text), _guarded(facts, undo))


def delete_user(facts: CandidateFacts) -> Command:
    """Return the command that deletes the IAM user for ever; AWS refuses it while anything is attached."""
    return Command(f"Delete {facts.user_name}", _guarded(facts, _iam("delete-user", facts)))


def _inactivation(facts: CandidateFacts, noun: _Noun, credential_id: str, verb: str) -> Command:
    text, undo = (
        _guarded(facts, _iam(f"update-{noun.name}", facts, noun.option, credential_id, "--status", status))
        for status in (INACTIVE, "Active")
    )
    return Command(f"{verb} {credential_id}", text, undo)


def _deletion(facts: CandidateFacts, noun: _Noun, credential_id: str, status: str) -> Command:
    query = f"{noun.listed_as}[?{noun.id_member}=='{credential_id}'].Status"
    found = _iam(f"list-{noun.name}s", facts, "--query", query, "--output", "text")
    unchanged = f'test "$({found})" = {shlex.quote(status)}'
    text = _guarded(facts, _iam(f"delete-{noun.name}", facts, noun.option, credential_id), unchanged)
    return Command(f"Delete {credential_id}", text)


def _guarded(facts: CandidateFacts, command: str, *more_guards: str) -> str:
    caller = "aws sts get-caller-identity --query Account --output text"
    found = _iam("get-user", facts, "--query", "User.UserId", "--output", "text")
    guards = [
        f'test "$({caller})" = {shlex.quote(facts.aws_account_id)}',
        f'test "$({found})" = {shlex.quote(facts.unique_id)}',
        *more_guards,
    ]
    stopped = "Stopped: the account, the IAM user or its key is not the one expected. Nothing was changed."
    condition = " &&\n   ".join(guards)
    return f"if {condition}\nthen {command}\nelse echo {shlex.quote(stopped)}\nfi"


def _iam(action: str, facts: CandidateFacts, *options: str) -> str:
    """Return one call about this IAM user; `options` are pairs of an option and its value."""
    arguments = [word for pair in zip(options[::2], options[1::2], strict=True) for word in _argument(*pair)]
    return shlex.join(["aws", "iam", action, *_argument("--user-name", facts.user_name), *arguments])


def _argument(option: str, value: str) -> list[str]:
    # A value that begins with a dash would be taken for an option.
    return [f"{option}={value}"] if value.startswith("-") else [option, value]

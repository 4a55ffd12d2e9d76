"""Commands for people to run with their own credentials: one key, one IAM user, one account, each behind a guard.

Names repeat across accounts and can be used again, so each command first asks AWS which account it talks to and which
UserId stands behind the name; without `--user-name` the AWS command line would act on whoever calls it.
"""

import shlex

from iamdash.rules.evidence import Command
from iamdash.rules.facts import CandidateFacts, KeyFacts
from iamdash.rules.keys import INACTIVE


def deactivate(facts: CandidateFacts, key: KeyFacts) -> Command:
    """Return the command that deactivates one key, with the one that takes it back."""
    undo = _guarded(facts, _update_status(facts, key, "Active"))
    return Command(f"Deactivate {key.access_key_id}", _guarded(facts, _update_status(facts, key, INACTIVE)), undo)


def reactivate(facts: CandidateFacts, key: KeyFacts) -> Command:
    """Return the command that makes one deactivated key work again."""
    return Command(f"Reactivate {key.access_key_id}", _guarded(facts, _update_status(facts, key, "Active")))


def delete_key(facts: CandidateFacts, key: KeyFacts) -> Command:
    """Return the command that deletes one key for ever; it stops where the key is no longer Inactive."""
    arguments = [*_user(facts), *_argument("--access-key-id", key.access_key_id)]
    query = f"AccessKeyMetadata[?AccessKeyId=='{key.access_key_id}'].Status"
    status = shlex.join(["aws", "iam", "list-access-keys", *_user(facts), "--query", query, "--output", "text"])
    still_inactive = f'test "$({status})" = {INACTIVE}'
    text = _guarded(facts, shlex.join(["aws", "iam", "delete-access-key", *arguments]), still_inactive)
    return Command(f"Delete {key.access_key_id}", text)


def delete_user(facts: CandidateFacts) -> Command:
    """Return the command that deletes the IAM user for ever; AWS refuses it while anything is attached."""
    return Command(
        f"Delete {facts.user_name}", _guarded(facts, shlex.join(["aws", "iam", "delete-user", *_user(facts)]))
    )


def _update_status(facts: CandidateFacts, key: KeyFacts, status: str) -> str:
    arguments = [*_user(facts), *_argument("--access-key-id", key.access_key_id), "--status", status]
    return shlex.join(["aws", "iam", "update-access-key", *arguments])


def _guarded(facts: CandidateFacts, command: str, *more_guards: str) -> str:
    caller = "aws sts get-caller-identity --query Account --output text"
    found = shlex.join(["aws", "iam", "get-user", *_user(facts), "--query", "User.UserId", "--output", "text"])
    guards = [
        f'test "$({caller})" = {shlex.quote(facts.aws_account_id)}',
        f'test "$({found})" = {shlex.quote(facts.unique_id)}',
        *more_guards,
    ]
    stopped = "Stopped: the account, the IAM user or its key is not the one expected. Nothing was changed."
    condition = " &&\n   ".join(guards)
    return f"if {condition}\nthen {command}\nelse echo {shlex.quote(stopped)}\nfi"


def _user(facts: CandidateFacts) -> list[str]:
    return _argument("--user-name", facts.user_name)


def _argument(option: str, value: str) -> list[str]:
    # A value that begins with a dash would be taken for an option.
    return [f"{option}={value}"] if value.startswith("-") else [option, value]

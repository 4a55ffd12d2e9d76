"""IAM users that AWS itself or a particular way of working brought about, each with its own way out.

Recognised by name, policies, credentials and the last used service. A match is a hint with its reason, never a verdict:
anybody may choose such a name. Of service-specific credentials AWS records no use, so none is ever called unused.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from iamdash.rules.facts import CandidateFacts, CredentialKind
from iamdash.rules.policies.conditions import as_list
from iamdash.rules.policies.trust import statements_of
from iamdash.rules.route import Route
from iamdash.rules.sentence import Sentence, plain

NO_LAST_USE = "AWS keeps no record of when such a credential was last used."


@dataclass(frozen=True, slots=True)
class SpecialCase:
    """One case that an IAM user looks like. `because`: the signs; `explanation`: what it is, and the way out."""

    name: str
    because: Sentence
    explanation: str
    documentation: str
    route: Route


@dataclass(frozen=True, slots=True)
class _Known:
    """A case as it is recognised. `only_actions`, in small letters: an inline policy allows nothing else."""

    name: str
    route: Route
    explanation: str
    documentation: str
    user_name: re.Pattern[str] | None = None
    policies: frozenset[str] = frozenset()
    only_actions: frozenset[str] = frozenset()
    last_used: str = ""
    credentials_for: str = ""
    has: CredentialKind | None = None


def _like(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


KNOWN = (
    _Known(
        name="an SMTP user of Amazon SES",
        route=Route.CHANGE_CODE,
        explanation=(
            "Its SMTP password is made from a secret access key, and SMTP takes no temporary credentials. The way out "
            "is the SES API with a role, or a mail relay of one's own."
        ),
        documentation="https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html",
        user_name=_like(r"^ses-smtp-user|(^|[-_.])smtp([-_.]|$)"),
        policies=frozenset({"AmazonSesSendingAccess"}),
        only_actions=frozenset({"ses:sendrawemail", "ses:sendemail"}),
        last_used="ses",
    ),
    _Known(
        name="a user of a Bedrock API key",
        route=Route.CHANGE_CODE,
        explanation=(
            "The Bedrock console makes such a user for a long-term API key. The way out is a role, or short-term API "
            f"keys that a role makes. {NO_LAST_USE}"
        ),
        documentation="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_bedrock.html",
        user_name=_like(r"^BedrockAPIKey-"),
        policies=frozenset({"AmazonBedrockLimitedAccess"}),
        credentials_for="bedrock.amazonaws.com",
    ),
    _Known(
        name="a user of a CloudWatch Logs API key",
        route=Route.CHANGE_CODE,
        explanation=(
            "The CloudWatch console makes such a user for an API key that sends logs over HTTP. The way out is to sign "
            f"the requests with a role. {NO_LAST_USE}"
        ),
        documentation="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_HTTP_Endpoints_BearerTokenAuth.html",
        policies=frozenset({"CloudWatchLogsAPIKeyAccess"}),
        credentials_for="logs.amazonaws.com",
    ),
    _Known(
        name="a Git user of CodeCommit",
        route=Route.CHANGE_CODE,
        explanation=(
            "Git credentials and SSH keys of CodeCommit belong to an IAM user. The way out is git-remote-codecommit, "
            f"which signs with a role. {NO_LAST_USE}"
        ),
        documentation="https://docs.aws.amazon.com/codecommit/latest/userguide/setting-up-git-remote-codecommit.html",
        user_name=_like(r"codecommit"),
        policies=frozenset({"AWSCodeCommitFullAccess", "AWSCodeCommitPowerUser", "AWSCodeCommitReadOnly"}),
        last_used="codecommit",
        credentials_for="codecommit.amazonaws.com",
        has=CredentialKind.SSH_PUBLIC_KEY,
    ),
    _Known(
        name="a user of Amazon Keyspaces",
        route=Route.CHANGE_CODE,
        explanation=(
            "Its user name and password for Keyspaces belong to an IAM user. The way out is the SigV4 plugin of the "
            f"Cassandra driver, with a role. {NO_LAST_USE}"
        ),
        documentation="https://docs.aws.amazon.com/keyspaces/latest/devguide/programmatic.credentials.html",
        user_name=_like(r"keyspaces|cassandra"),
        last_used="cassandra",
        credentials_for="cassandra.amazonaws.com",
    ),
    _Known(
        name="a user that only assumes a role",
        route=Route.OWN_ACCOUNT,
        explanation=(
            "Its keys are a way to a role, and the work shows under that role. Whatever holds the keys should take the "
            "role without them."
        ),
        documentation="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-workloads-use-roles",
        only_actions=frozenset({"sts:assumerole", "sts:tagsession"}),
        last_used="sts",
    ),
)


def special_cases(facts: CandidateFacts) -> tuple[SpecialCase, ...]:
    """Return every case that this IAM user looks like, each with all its signs."""
    services = {key.last_used_service for key in facts.access_keys if key.last_used_at is not None}
    found = ((known, list(_signs(known, facts, services))) for known in KNOWN)
    return tuple(
        SpecialCase(
            known.name, Sentence(plain(f"{'; '.join(signs)}.")), known.explanation, known.documentation, known.route
        )
        for known, signs in found
        if signs
    )


def _signs(known: _Known, facts: CandidateFacts, services: set[str]) -> Iterator[str]:
    if known.user_name and known.user_name.search(facts.user_name):
        yield f"its name is {facts.user_name}"
    for policy in facts.policies:
        if policy.name in known.policies:
            yield f"it has the policy {policy.name}"
        elif known.only_actions and policy.document is not None:
            allowed = _allowed(policy.document)
            if allowed and allowed <= known.only_actions:
                yield f"its policy {policy.name} allows only {' and '.join(sorted(allowed))}"
    if known.last_used and services == {known.last_used}:
        yield f"its keys were last used for the service {known.last_used}"
    for credential in facts.other_credentials:
        if known.credentials_for and credential.service == known.credentials_for:
            yield f"it has a service-specific credential for {credential.service}"
        elif known.has and credential.kind is known.has:
            yield f"it has the SSH public key {credential.credential_id}"


def _allowed(document: Mapping[str, Any]) -> frozenset[str]:
    """Return the actions that a policy allows, in small letters; none where it allows all but some."""
    allows = [statement for statement in statements_of(document) if statement.get("Effect") == "Allow"]
    if any("Action" not in statement for statement in allows):
        return frozenset()
    return frozenset(str(action).lower() for statement in allows for action in as_list(statement["Action"]))

"""Person or machine, and the special cases: recognised by what AWS says, each with its reason."""

from datetime import UTC

import pytest
from hypothesis import given

from iamdash.rules.facts import CandidateFacts, CredentialFacts, CredentialKind, PolicyFacts
from iamdash.rules.kind import Kind, kind_of
from iamdash.rules.route import Route
from iamdash.rules.special_cases import KNOWN, SpecialCase, special_cases
from tests.rules.facts_builder import NOW, a_candidate, a_key, ago
from tests.rules.strategies import CANDIDATES
from tests.rules.test_properties import many


def unnamed(**changes: object) -> CandidateFacts:
    """A candidate of which nothing is a sign."""
    return a_candidate(**{"user_name": "zebra", "password_enabled": None} | changes)


def reasons(facts: CandidateFacts) -> str:
    return " ".join(each.render(now=NOW, zone=UTC) for each in kind_of(facts).reasons)


def held(service: str, kind: CredentialKind = CredentialKind.SERVICE_SPECIFIC) -> tuple[CredentialFacts, ...]:
    return (CredentialFacts(kind, "ACCAEXAMPLE", "Active", ago(days=900), service),)


def allowing(*actions: str) -> tuple[PolicyFacts, ...]:
    return (PolicyFacts("own", document={"Statement": {"Effect": "Allow", "Action": list(actions), "Resource": "*"}}),)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"password_enabled": True}, "It has a console password."),
        ({"password_last_used_at": ago(days=3)}, "Somebody signed in to the console with it 3 days ago."),
        ({"mfa_active": True}, "It has an MFA device."),
        ({"other_credentials": held("", CredentialKind.LOGIN_PROFILE)}, "It has a console password."),
        ({"user_name": "jon.harrison-cli"}, "Its name reads like a person's."),
        ({"user_name": "ann@example.org"}, "Its name reads like a person's."),
        ({"path": "/people/"}, "Its path is /people/."),
        ({"groups": ("web-developers",)}, "It is in the group web-developers."),
    ],
)
def test_a_person_is_told_by(changes: dict[str, object], reason: str) -> None:
    facts = unnamed(**changes)

    assert kind_of(facts).kind is Kind.PERSON
    assert reason in reasons(facts)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"user_name": "svc-fastly-logs-writer"}, "Its name has the word logs and svc and writer."),
        ({"user_name": "ses-smtp-user.20210304-101112"}, "It looks like an SMTP user of Amazon SES."),
        ({"path": "/service/search/"}, "Its path is /service/search/."),
        ({"tags": {"Terraform-Deployment": "x"}}, "Its tag Terraform-Deployment names software."),
        ({"groups": ("ci",)}, "It is in the group ci."),
    ],
)
def test_a_machine_is_told_by(changes: dict[str, object], reason: str) -> None:
    facts = unnamed(**changes)

    assert kind_of(facts).kind is Kind.MACHINE
    assert reason in reasons(facts)


def test_signs_at_odds_are_unclear_and_all_of_them_are_named() -> None:
    facts = unnamed(user_name="svc-uploader", password_enabled=True)

    assert kind_of(facts).kind is Kind.UNCLEAR
    assert "It has a console password. Its name has the word svc and uploader." in reasons(facts)


def test_to_have_no_password_decides_nothing() -> None:
    assert kind_of(unnamed(password_enabled=False)).kind is Kind.UNCLEAR
    assert kind_of(unnamed(password_enabled=False, user_name="jon.harrison")).kind is Kind.PERSON
    assert "no console password" in reasons(unnamed(password_enabled=False, user_name="svc-x"))


def test_a_password_that_was_never_read_is_no_sign() -> None:
    assert kind_of(unnamed(password_enabled=None)).reasons == ()


def only(facts: CandidateFacts) -> SpecialCase:
    (found,) = special_cases(facts)
    return found


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"user_name": "ses-smtp-user.20210304-101112"}, "an SMTP user of Amazon SES"),
        ({"user_name": "email-alert-api-ses-smtp"}, "an SMTP user of Amazon SES"),
        ({"policies": allowing("ses:SendRawEmail")}, "an SMTP user of Amazon SES"),
        ({"policies": (PolicyFacts("AmazonSesSendingAccess"),)}, "an SMTP user of Amazon SES"),
        ({"access_keys": (a_key(last_used_service="ses"),)}, "an SMTP user of Amazon SES"),
        ({"user_name": "BedrockAPIKey-x1y2"}, "a user of a Bedrock API key"),
        ({"other_credentials": held("bedrock.amazonaws.com")}, "a user of a Bedrock API key"),
        ({"other_credentials": held("logs.amazonaws.com")}, "a user of a CloudWatch Logs API key"),
        ({"policies": (PolicyFacts("CloudWatchLogsAPIKeyAccess", "arn:x"),)}, "a user of a CloudWatch Logs API key"),
        ({"other_credentials": held("codecommit.amazonaws.com")}, "a Git user of CodeCommit"),
        ({"other_credentials": held("", CredentialKind.SSH_PUBLIC_KEY)}, "a Git user of CodeCommit"),
        ({"other_credentials": held("cassandra.amazonaws.com")}, "a user of Amazon Keyspaces"),
        ({"access_keys": (a_key(last_used_service="sts"),)}, "a user that only assumes a role"),
        ({"policies": allowing("sts:AssumeRole")}, "a user that only assumes a role"),
    ],
)
def test_a_special_case_is_recognised_by(changes: dict[str, object], name: str) -> None:
    assert only(unnamed(**changes)).name == name


@pytest.mark.parametrize(
    "changes",
    [
        {"policies": allowing("ses:SendRawEmail", "s3:GetObject")},
        {"policies": (PolicyFacts("own", document={"Statement": {"Effect": "Allow", "NotAction": "iam:*"}}),)},
        {"policies": (PolicyFacts("own", document=None),)},
        {"access_keys": (a_key(last_used_service="sts"), a_key("AKIAOTHER", last_used_service="s3"))},
        {"access_keys": (a_key(last_used_service="ses", last_used_at=None),)},
    ],
)
def test_what_does_more_or_cannot_be_read_is_no_special_case(changes: dict[str, object]) -> None:
    assert special_cases(unnamed(**changes)) == ()


def test_a_case_says_by_which_signs_what_it_is_and_where_aws_says_so() -> None:
    found = only(unnamed(user_name="ses-smtp-user.1", access_keys=(a_key(last_used_service="ses"),)))

    assert found.because.text == "its name is ses-smtp-user.1; its keys were last used for the service ses."
    assert found.route is Route.CHANGE_CODE
    assert found.documentation.startswith("https://docs.aws.amazon.com/")
    assert "SES API" in found.explanation


def test_service_specific_credentials_are_never_called_unused() -> None:
    for known in KNOWN:
        assert "unused" not in known.explanation
        assert not known.credentials_for or "AWS keeps no record of when" in known.explanation


@many
@given(CANDIDATES)
def test_any_facts_get_an_answer_and_always_the_same(facts: CandidateFacts) -> None:
    assert kind_of(facts) == kind_of(facts)
    for sentence in (*kind_of(facts).reasons, *(case.because for case in special_cases(facts))):
        sentence.render(now=NOW, zone=UTC)

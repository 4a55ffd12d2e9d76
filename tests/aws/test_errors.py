import pytest
from botocore import exceptions
from botocore.parsers import ResponseParserError

from iamdash.aws.errors import LongLivedKeyRefused, Malformed, unread
from iamdash.aws.snapshot import Part
from tests.aws.recorded import refusal

ACTION = "iam:ListAccessKeys"


def reason(error: Exception, action: str = ACTION) -> str:
    return unread(error, Part.ACCESS_KEYS, action).reason


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (refusal("AccessDenied", status=403), "refused iam:ListAccessKeys"),
        (refusal("AccessDeniedException", status=403), "refused"),
        (refusal("Throttling"), "throttled"),
        (refusal("TooManyRequestsException", status=429), "throttled"),
        (refusal("ExpiredToken", status=403), "expired"),
        (refusal("InvalidClientTokenId", status=403), "does not accept the credentials"),
        (refusal("NoSuchEntity", status=404), "found nothing"),
        (refusal("ServiceFailure", status=500), "failed to answer"),
        (refusal("503", status=503), "failed to answer"),
        (refusal("SomethingNew"), "SomethingNew: in words"),
        (exceptions.ConnectTimeoutError(endpoint_url="https://aws.example"), "in time"),
        (exceptions.ReadTimeoutError(endpoint_url="https://aws.example"), "in time"),
        (exceptions.ConnectionClosedError(endpoint_url="https://aws.example"), "connection to AWS failed"),
        (exceptions.EndpointConnectionError(endpoint_url="https://aws.example"), "Could not connect"),
        (exceptions.NoCredentialsError(), "no AWS credentials"),
        (exceptions.UnauthorizedSSOTokenError(), "aws sso login"),
        (ResponseParserError("no XML"), "could not be parsed"),
        (Malformed("UserId is missing."), "makes no sense: UserId is missing"),
        (LongLivedKeyRefused(), "IAMDASH_ALLOW_LONG_LIVED_KEY=1"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_every_failure_has_a_sentence(error: Exception, words: str) -> None:
    assert words in reason(error)


def test_a_role_that_cannot_be_assumed_has_a_sentence_of_its_own() -> None:
    assert "cannot be assumed" in reason(refusal("AccessDenied"), "sts:AssumeRole")


def test_a_gap_names_part_action_code_and_subject() -> None:
    gap = unread(refusal("Throttling"), Part.ACCESS_KEYS, ACTION, "AIDA1")

    assert (gap.part, gap.action, gap.error_code, gap.subject) == (Part.ACCESS_KEYS, ACTION, "Throttling", "AIDA1")


def test_what_a_credential_process_printed_is_not_repeated() -> None:
    error = exceptions.CredentialRetrievalError(provider="custom-process", error_msg="secret=hunter2")

    assert "hunter2" not in reason(error)


def test_a_mistake_of_this_program_is_not_swallowed() -> None:
    with pytest.raises(exceptions.ParamValidationError):
        reason(exceptions.ParamValidationError(report="UserName: unknown parameter"))

"""Why something could not be read, in words: from botocore's exceptions and our own to `Unread`.

Only the errors of READ_ERRORS become Unread. Anything else is a mistake in this program and goes on as it is.
"""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    HTTPClientError,
    MetadataRetrievalError,
    NoAuthTokenError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from iamdash.aws.snapshot import Part, Unread

NO_SUCH_ENTITY = "NoSuchEntity"
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden"})
THROTTLED = frozenset(
    {
        *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException"),
        *("TooManyRequestsException", "RequestLimitExceeded", "SlowDown"),
    }
)
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
NOT_ACCEPTED = frozenset(
    {
        *("InvalidClientTokenId", "UnrecognizedClientException", "InvalidToken", "AuthFailure"),
        *("SignatureDoesNotMatch", "IncompleteSignature", "MissingAuthenticationToken"),
    }
)
LONGEST_MESSAGE = 300


class Malformed(Exception):  # noqa: N818  named for the answer that it describes, as AWS names its own
    """AWS answered, but not in the shape that its API promises; the text says what is wrong."""


class LongLivedKeyRefused(Exception):  # noqa: N818  named for what happened, as AWS names its own
    """A request would have left signed by a long-lived access key, which nobody has allowed."""

    def __init__(self) -> None:
        super().__init__(
            "iamdash's own credential is a long-lived access key, the very thing it is here to retire. "
            "Let it run on a role, or set IAMDASH_ALLOW_LONG_LIVED_KEY=1."
        )


class OutOfTime(Exception):  # noqa: N818  as above
    """A request was not sent, as nobody would have waited for its answer."""

    def __init__(self) -> None:
        super().__init__("No time was left to ask, as AWS had answered too slowly. Check again in a few minutes.")


class Misconfigured(Exception):  # noqa: N818  as above
    """No client can be opened with the configuration (an endpoint that is no URL); the text says why."""


READ_ERRORS = (
    ClientError,
    BotoCoreError,
    ResponseParserError,
    Malformed,
    LongLivedKeyRefused,
    OutOfTime,
    Misconfigured,
)


def unread(error: Exception, part: Part, action: str, subject: str = "") -> Unread:
    """Return the gap that an error of READ_ERRORS leaves. Raises ParamValidationError again: that is our mistake."""
    return Unread(part, reason_of(error, action), action, code_of(error), subject)


def code_of(error: Exception) -> str:
    """Return AWS's error code, or the name of the client's exception."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "")) or "Unknown"
    return type(error).__name__


def reason_of(error: Exception, action: str) -> str:
    """Return a sentence for people. It names no user: gaps with one cause read alike."""
    match error:
        case ParamValidationError():
            raise error
        case ClientError():
            return _answered(error, action)
        case Malformed():
            return f"AWS's answer to {action} makes no sense: {error}"
        case ResponseParserError():
            return f"AWS's answer to {action} could not be parsed."
        case NoCredentialsError():
            return "There are no AWS credentials: give iamdash a role, a profile (AWS_PROFILE) or a session."
        case SSOError() | NoAuthTokenError() | TokenRetrievalError():
            return "The AWS sign-in has ended or was never made: run `aws sso login`."
        case CredentialRetrievalError() | MetadataRetrievalError():
            # Its text may repeat what the provider printed, and with it a secret.
            return "The AWS credentials could not be fetched from where the configuration says."
        case ConnectTimeoutError() | ReadTimeoutError():
            return f"AWS did not answer {action} in time. The next sync tries again."
        case HTTPClientError():
            return f"The connection to AWS failed during {action}. The next sync tries again."
        case _:
            return str(error)


def _answered(error: ClientError, action: str) -> str:
    code = code_of(error)
    if code in DENIED and action == "sts:AssumeRole":
        return "AWS refused sts:AssumeRole: the role to read this account with cannot be assumed."
    if code in DENIED:
        return f"AWS refused {action}: the credentials may not call it."
    if code in THROTTLED:
        return f"AWS throttled {action} and went on doing so. The next sync tries again."
    if code in EXPIRED:
        return "The credentials expired before everything was read. The next sync opens a new session."
    if code in NOT_ACCEPTED:
        return f"AWS does not accept the credentials ({code})."
    if code == NO_SUCH_ENTITY:
        return f"{action} found nothing under the name that was asked for."
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return f"AWS failed to answer {action} ({code}). The next sync tries again."
    message = str(error.response.get("Error", {}).get("Message", ""))
    return f"AWS answered {action} with {code}: {message}"[:LONGEST_MESSAGE]

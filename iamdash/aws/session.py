"""A session in one AWS account: credentials and endpoint the standard AWS way, a role assumed where one is given."""

import logging
import threading
from datetime import datetime
from typing import Any

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.loaders import create_loader
from botocore.session import get_session
from botocore.utils import parse_timestamp

from iamdash.aws.answers import structure, text
from iamdash.aws.calls import Calls
from iamdash.aws.deadline import Deadline
from iamdash.aws.errors import Malformed, Misconfigured
from iamdash.aws.pace import Paces
from iamdash.aws.reads import guard

# At DEBUG botocore writes requests and answers into the log, and with them the credentials that sts:AssumeRole gives;
# at INFO it tells of every client that is made.
logging.getLogger("botocore").setLevel(logging.WARNING)

# Reads botocore's service models from disk once, not anew for each session: that took longer than most syncs.
# It is not a session's own one, which would read the AWS configuration at import, where nobody says what is wrong.
LOADER = create_loader()
SESSION_NAME = "iamdash"
# IAM has one endpoint for all Regions, and STS answers in every one: this serves where none is configured.
ANY_REGION = "us-east-1"
CONNECT_SECONDS = 5
READ_SECONDS = 30  # a page of 1,000 items takes AWS several seconds
ATTEMPTS = 8
AT_ONCE = 4  # how many questions may be under way together


class AwsSession:
    """Reads one AWS account, for one run. Every call goes through `read`; `calls` knows what left.

    Without `role_arn` the ambient credentials are used as they are. `attempts` bounds how often one call is sent,
    `read_seconds` how long each time it waits for an answer; `until`: see `Deadline`. When AWS throttles one call, all
    to its service slow down.
    """

    def __init__(
        self,
        *,
        role_arn: str = "",
        external_id: str = "",
        allow_long_lived_key: bool = False,
        attempts: int = ATTEMPTS,
        read_seconds: float = READ_SECONDS,
        until: float | None = None,
    ) -> None:
        self._role_arn = role_arn
        self._external_id = external_id
        botocore_session = get_session()
        botocore_session.register_component("data_loader", LOADER)
        botocore_session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=parsed_moment)
        # Before the calls: what does not leave is not counted.
        if until is not None:
            Deadline(botocore_session, at=until)
        self.calls = Calls(botocore_session, allow_long_lived_key=allow_long_lived_key)
        # After the calls: what is refused there does not wait for its turn.
        Paces(botocore_session)
        self._boto3 = boto3.Session(botocore_session=botocore_session)
        self._config = Config(
            retries={"mode": "standard", "total_max_attempts": attempts},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=read_seconds,
            max_pool_connections=AT_ONCE,
            # CloudTrail shows who asked. Given whole, since botocore composes its own anew, twice for each call.
            user_agent=f"iamdash Boto3/{boto3.__version__}",
        )
        self._assumed: dict[str, str] = {}
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    @property
    def long_lived(self) -> bool:
        """Return whether a request was signed by a long-lived access key (AKIA…), of iamdash or of its profile."""
        return self.calls.long_lived

    def assume_role(self) -> None:
        """Assume the role, if there is one to assume and it was not yet; later reads use it. Raises READ_ERRORS."""
        if not self._role_arn or self._assumed:
            return
        external_id = {"ExternalId": self._external_id} if self._external_id else {}
        answer = self.read("sts:AssumeRole", RoleArn=self._role_arn, RoleSessionName=SESSION_NAME, **external_id)
        given = structure(answer, "Credentials")
        self._assumed = {
            "aws_access_key_id": text(given, "AccessKeyId"),
            "aws_secret_access_key": text(given, "SecretAccessKey"),
            "aws_session_token": text(given, "SessionToken"),
        }
        # The clients so far carry the ambient credentials.
        self._clients.clear()

    def read(self, action: str, *, region: str = "", **parameters: Any) -> dict[str, Any]:
        """Call an action such as `iam:GetUser` and return AWS's answer. May be called from several threads.

        Raises READ_ERRORS where AWS does not answer or its answer cannot be parsed, NotAReadError outside READS.
        """
        service, _, operation = action.partition(":")
        call = getattr(self._client(service, region), xform_name(operation))
        try:
            answer: dict[str, Any] = call(**parameters)
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            # botocore's parsers raise these for dates, numbers and structures that are none.
            raise Malformed(f"{type(error).__name__} while it was parsed.") from error
        return answer

    def _client(self, service: str, region: str) -> Any:
        region = region or self._boto3.region_name or ANY_REGION
        with self._lock:
            if (service, region) not in self._clients:
                open_client: Any = self._boto3.client  # its types know a service only by its literal name
                try:
                    client = open_client(service, region_name=region, config=self._config, **self._assumed)
                except ValueError as error:
                    raise Misconfigured(f"The AWS configuration cannot be used: {error}") from error
                guard(client)
                self._clients[service, region] = client
            return self._clients[service, region]


def parsed_moment(value: Any) -> datetime:
    """Return a timestamp of AWS's. IAM writes ISO 8601, which Python reads twenty times as fast as botocore does."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return parse_timestamp(value)
    return moment if moment.tzinfo else parse_timestamp(value)

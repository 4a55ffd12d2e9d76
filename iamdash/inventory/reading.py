"""One AWS account as `aws` reads it: a session of its own, its pieces, and what they have cost."""

from collections.abc import Iterator, Mapping

from django.conf import settings

from iamdash.aws.collect import collect
from iamdash.aws.errors import READ_ERRORS, unread
from iamdash.aws.progress import OnProgress
from iamdash.aws.session import AwsSession
from iamdash.aws.snapshot import Known, Part, Piece
from iamdash.inventory.findings import Clock
from iamdash.models import AwsAccount


class AccountReading:
    """Reads one account once. The session is opened when the first piece is asked for."""

    def __init__(self, aws_account: AwsAccount, *, known: Known, clock: Clock, on_progress: OnProgress) -> None:
        self._aws_account = aws_account
        self._known = known
        self._clock = clock
        self._on_progress = on_progress
        self._session: AwsSession | None = None

    @property
    def calls(self) -> Mapping[str, int]:
        """The number of calls by action, such as {"iam:ListAccessKeys": 12}, retries among them."""
        return self._session.calls.by_action if self._session else {}

    @property
    def throttled(self) -> int:
        """How often AWS asked to slow down."""
        return self._session.calls.throttled if self._session else 0

    def pieces(self) -> Iterator[Piece]:
        """Yield what AWS answers, in the order it is read; a session that cannot be opened is Unread."""
        try:
            self._session = AwsSession(
                role_arn=self._aws_account.role_arn,
                external_id=self._aws_account.external_id,
                allow_long_lived_key=settings.ALLOW_LONG_LIVED_KEY,
            )
        except READ_ERRORS as error:
            yield unread(error, Part.IDENTITY, "sts:GetCallerIdentity")
            return
        yield from collect(
            self._session,
            account_id=self._aws_account.pk,
            known=self._known,
            clock=self._clock,
            on_progress=self._on_progress,
        )

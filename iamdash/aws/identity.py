"""Who answers: nothing is read before sts:GetCallerIdentity has named the account that was expected."""

from iamdash.aws.answers import text
from iamdash.aws.errors import READ_ERRORS, unread
from iamdash.aws.progress import Clock
from iamdash.aws.session import AwsSession
from iamdash.aws.snapshot import Identity, Part, Unread

WHO = "sts:GetCallerIdentity"


def identify(session: AwsSession, *, account_id: str, clock: Clock) -> Identity | Unread:
    """Open the session and return whose it is; Unread where it cannot be opened or is not `account_id`'s."""
    action = "sts:AssumeRole"
    try:
        session.assume_role()
        action = WHO
        answer = session.read(WHO)
        answering, arn = text(answer, "Account"), text(answer, "Arn")
    except READ_ERRORS as error:
        return unread(error, Part.IDENTITY, action)
    if answering != account_id:
        reason = f"The credentials belong to account {answering}; {account_id} was expected, so nothing was read."
        return Unread(Part.IDENTITY, reason, WHO)
    return Identity(account_id, arn, session.long_lived, clock())

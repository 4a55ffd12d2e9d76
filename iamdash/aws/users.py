"""Whose a name is now: iam:GetUser, and what it says of users that the complete listing did not hold."""

from collections.abc import Iterator
from typing import Literal

from iamdash.aws.answers import structure, text
from iamdash.aws.errors import NO_SUCH_ENTITY, READ_ERRORS, code_of
from iamdash.aws.patience import Patience, ask_each
from iamdash.aws.progress import Surroundings
from iamdash.aws.session import AwsSession
from iamdash.aws.snapshot import Absence, Known, KnownUser, Listing, Part, Unread

GET = "iam:GetUser"


def unique_id_behind(session: AwsSession, user_name: str) -> str:
    """Return the unique ID of the user who has this name; "" where IAM answers exactly NoSuchEntity.

    Raises READ_ERRORS for every other answer: none of them says that there is no such user.
    """
    try:
        return text(structure(session.read(GET, UserName=user_name), "User"), "UserId")
    except READ_ERRORS as error:
        if code_of(error) == NO_SUCH_ENTITY:
            return ""
        raise


def ask_for_missing(
    session: AwsSession, *, known: Known, listing: Listing, surroundings: Surroundings
) -> Iterator[Absence | Unread]:
    """Yield what AWS says of each known user that the complete listing holds under no name at all."""
    listed = {user.unique_id for user in listing.users}
    missing = [user for key, user in known.users.items() if key not in listed]
    patience = Patience(Part.ABSENCES, GET)

    def ask(user: KnownUser) -> Absence | Unread:
        return patience.ask(lambda: whose_name(session, user, surroundings), subject=user.unique_id)

    for done, answer in enumerate(ask_each(missing, ask), start=1):
        surroundings.tell("Asking for IAM users that are missing", done, len(missing))
        yield answer


def whose_name(session: AwsSession, user: KnownUser, surroundings: Surroundings) -> Absence:
    """Return what iam:GetUser says of the name by which this user is known. Raises READ_ERRORS."""
    found = unique_id_behind(session, user.user_name)
    answer: Literal["no_such_entity", "other_unique_id", "same_unique_id"] = "other_unique_id"
    if not found:
        answer = "no_such_entity"
    elif found == user.unique_id:
        answer = "same_unique_id"
    return Absence(user.unique_id, user.user_name, answer, found, surroundings.clock())

"""Access keys of IAM users: iam:ListAccessKeys, and iam:GetAccessKeyLastUsed where the credential report cannot say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from iamdash.aws.answers import Answer, moment, optional_moment, optional_text, structure, structures, text
from iamdash.aws.errors import NO_SUCH_ENTITY, READ_ERRORS, Malformed, code_of
from iamdash.aws.paging import iam_pages
from iamdash.aws.patience import Patience, ask_each
from iamdash.aws.progress import Surroundings
from iamdash.aws.report_uses import uses_in_row
from iamdash.aws.session import AwsSession
from iamdash.aws.snapshot import (
    CredentialReport,
    KeysOfUser,
    Known,
    LastUsed,
    ListedAccessKey,
    Part,
    Piece,
    Unread,
)
from iamdash.aws.users import unique_id_behind
from iamdash.aws.whom_to_ask import NamedUser, row_of, slots_of

LIST = "iam:ListAccessKeys"
LAST_USED = "iam:GetAccessKeyLastUsed"
NOT_APPLICABLE = "N/A"


@dataclass(frozen=True, slots=True)
class KeyReader:
    """Reads the access keys of one user after another; `report` None: it was not read."""

    session: AwsSession
    known: Known
    report: CredentialReport | None
    surroundings: Surroundings
    listing_patience: Patience = field(default_factory=lambda: Patience(Part.ACCESS_KEYS, LIST))
    use_patience: Patience = field(default_factory=lambda: Patience(Part.ACCESS_KEY_LAST_USED, LAST_USED))

    def read_all(self, users: Sequence[NamedUser]) -> Iterator[Piece]:
        """Yield what is read of each of these users, as it comes."""
        for done, pieces in enumerate(ask_each(users, self.read), start=1):
            self.surroundings.tell("Reading access keys", done, len(users))
            yield from pieces

    def read(self, user: NamedUser) -> list[Piece]:
        """Return a user's keys, and an Unread for each last use that AWS did not tell; or Unread for the keys."""
        answer = self.listing_patience.ask(lambda: self._list(user), subject=user.unique_id)
        if isinstance(answer, Unread):
            return [answer]
        keys, read_at = answer
        from_report = uses_in_row(
            [(key.access_key_id, key.created_at, key.status) for key in keys],
            row_of(user, self.report),
            self.report.generated_at if self.report else read_at,
        )
        gaps: list[Piece] = []
        told: list[ListedAccessKey] = []
        for key in keys:
            last_used = from_report.get(key.access_key_id)
            if self._directly(user) or (last_used is None and not self._told_before(user, key)):
                asked = self._last_used(key.access_key_id, user)
                if isinstance(asked, Unread):
                    gaps.append(asked)
                else:
                    last_used = asked
            told.append(ListedAccessKey(key.access_key_id, key.status, key.created_at, last_used))
        return [KeysOfUser(user.unique_id, tuple(told), read_at), *gaps]

    def _directly(self, user: NamedUser) -> bool:
        before = self.known.users.get(user.unique_id)
        return self.known.read_everybody or bool(before and before.read_directly)

    def _told_before(self, user: NamedUser, key: ListedAccessKey) -> bool:
        """Return whether the last use is known as the report that stands would tell it, of a key unchanged since."""
        before = self.known.users.get(user.unique_id)
        if not self.known.report_stands or before is None or key.access_key_id not in before.last_uses:
            return False
        return (key.access_key_id, key.created_at, key.status) in before.access_keys

    def _list(self, user: NamedUser) -> tuple[list[ListedAccessKey], datetime]:
        """Return the keys of this very user, and when AWS told. Raises READ_ERRORS."""
        try:
            keys, names = self._listed(user.user_name)
        except READ_ERRORS as error:
            # A name that is not known says nothing of this user, unless it still is this user's.
            if code_of(error) != NO_SUCH_ENTITY or not self._still_has_its_name(user):
                raise
            keys, names = self._listed(user.user_name)
        read_at = self.surroundings.clock()
        # Just after a rename keys may still be listed under the old name: then the user's unique ID has to decide.
        under_its_name = names <= {user.user_name}
        if not (under_its_name and self._known_to_be_of(user, keys)) and not self._still_has_its_name(user):
            raise Malformed("the name that was asked for belongs to another user by now.")
        return keys, read_at

    def _listed(self, user_name: str) -> tuple[list[ListedAccessKey], set[str]]:
        """Return the keys that AWS lists for a name, and the names under which it lists them. Raises READ_ERRORS."""
        listed = [
            metadata
            for page in iam_pages(self.session, LIST, UserName=user_name)
            for metadata in structures(page, "AccessKeyMetadata", required=True)
        ]
        keys = [_access_key(metadata) for metadata in listed]
        if len({key.access_key_id for key in keys}) != len(keys):
            raise Malformed("it holds an access key twice.")
        return keys, {text(metadata, "UserName") for metadata in listed}

    def _known_to_be_of(self, user: NamedUser, keys: Sequence[ListedAccessKey]) -> bool:
        """Return whether these keys are this user's by what else is known.

        AWS answers for a name, and names move: a user may have been renamed, and its name given to another one, since
        the listing. Key IDs that we know, or keys that are just those of the report, settle it without a call.
        """
        before = self.known.users.get(user.unique_id)
        if before and keys and {key.access_key_id for key in keys} == {key_id for key_id, _, _ in before.access_keys}:
            return True
        slots = slots_of(user, known=self.known, report=self.report)
        return slots == sorted((key.created_at, key.status == "Active") for key in keys)

    def _still_has_its_name(self, user: NamedUser) -> bool:
        return unique_id_behind(self.session, user.user_name) == user.unique_id

    def _last_used(self, access_key_id: str, user: NamedUser) -> LastUsed | Unread:
        return self.use_patience.ask(
            lambda: get_last_used(self.session, access_key_id, self.surroundings), subject=user.unique_id
        )


def get_last_used(session: AwsSession, access_key_id: str, surroundings: Surroundings) -> LastUsed:
    """Return AWS's record of a key's last use; no date where it has none. Raises READ_ERRORS."""
    answer = session.read(LAST_USED, AccessKeyId=access_key_id)
    last_used = structure(answer, "AccessKeyLastUsed")
    service, region = optional_text(last_used, "ServiceName"), optional_text(last_used, "Region")
    return LastUsed(
        at=optional_moment(last_used, "LastUsedDate"),
        service="" if service == NOT_APPLICABLE else service,
        region="" if region == NOT_APPLICABLE else region,
        source="direct",
        as_of=surroundings.clock(),
    )


def _access_key(metadata: Answer) -> ListedAccessKey:
    return ListedAccessKey(
        text(metadata, "AccessKeyId"), text(metadata, "Status"), moment(metadata, "CreateDate"), last_used=None
    )

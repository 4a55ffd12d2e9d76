"""Whether an answer may be believed at all. What may not be becomes Unread: a gap with a reason, never a fact."""

from collections.abc import Iterator

from django.conf import settings

from iamdash.aws.answers import account_of
from iamdash.aws.errors import LongLivedKeyRefused, unread
from iamdash.aws.snapshot import Absence, Identity, Listing, Part, Piece, Unread
from iamdash.inventory.findings import Findings


def vet(piece: Piece, findings: Findings) -> Piece:
    """Return the piece, or an Unread in its place where it is not from the expected account or came out of turn."""
    if isinstance(piece, Unread):
        return piece
    if isinstance(piece, Identity):
        return _vet_identity(piece, findings)
    if findings.identity is None:
        return Unread(Part.IDENTITY, "AWS was read before it had said which account answers.")
    if isinstance(piece, Listing):
        return _vet_listing(piece, findings)
    if isinstance(piece, Absence) and findings.listed is None:
        return Unread(Part.ABSENCES, "Users cannot be proved gone without a complete listing.", subject=piece.unique_id)
    return piece


def _vet_identity(identity: Identity, findings: Findings) -> Identity | Unread:
    action = "sts:GetCallerIdentity"
    if identity.account_id != findings.account_id:
        reason = f"AWS answers for account {identity.account_id}; {findings.account_id} was expected."
        return Unread(Part.IDENTITY, reason, action)
    if identity.long_lived and not settings.ALLOW_LONG_LIVED_KEY:
        return unread(LongLivedKeyRefused(), Part.IDENTITY, action)
    return identity


def _vet_listing(listing: Listing, findings: Findings) -> Listing | Unread:
    strangers = [arn for arn in _arns(listing) if account_of(arn) != findings.account_id]
    if listing.account_id != findings.account_id or strangers:
        reason = f"The listing holds {strangers[0] if strangers else listing.account_id}, of another account."
        return Unread(Part.AUTHORIZATION_DETAILS, reason, "iam:GetAccountAuthorizationDetails")
    return listing


def _arns(listing: Listing) -> Iterator[str]:
    yield from (user.arn for user in listing.users)
    yield from (iam_role.arn for iam_role in listing.roles)

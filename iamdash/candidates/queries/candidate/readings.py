"""How old is what a page shows, and what the newest sync could not read: looked up from the account's newest run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from iamdash.models import IamUser, SyncOutcome, SyncRun
from iamdash.rules.evidence import Reading

# What the gaps of a run mean on the page of one IAM user, in words.
PARTS = {
    "identity": "the account itself",
    "authorization_details": "its users and roles",
    "credential_report": "the credential report",
    "access_keys": "this user's access keys",
    "access_key_last_used": "when this user's keys were last used",
    "absences": "whether this user is gone",
    "pod_identity": "EKS Pod Identity associations",
    "eks_clusters": "the issuers of EKS clusters",
    "iam_user": "whether it still is this user",
    "other_credentials": "this user's other credentials",
    "replacement_roles": "a replacement role",
    "sync": "the rest",
}
# Parts in which a gap with a subject is about something else: another user, a region, a cluster.
ABOUT_ONE_USER = frozenset({"access_keys", "access_key_last_used", "absences"})


@dataclass(frozen=True, slots=True)
class Gap:
    """One part of the account that the newest sync could not read."""

    part: str
    words: str
    reason: str


@dataclass(frozen=True, slots=True)
class Readings:
    """When each part of an account was last read completely, as far as one of its IAM users is concerned.

    `keys_as_of`: the newest direct reading of this user's keys (iam:ListAccessKeys); None: never read directly.
    `uses_as_of`: when the last use of a key was last asked directly (iam:GetAccessKeyLastUsed), by access key ID.
    `failed_at`: when the newest run ended, if it failed. `checked_at`: the oldest reading of the kinds of credentials
    that only a check reads; None: never read. `proved_gone_at`: when AWS was last asked for a user that is gone.
    """

    by_part: Mapping[str, datetime] = field(default_factory=dict)
    keys_as_of: datetime | None = None
    uses_as_of: Mapping[str, datetime] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    failed_at: datetime | None = None
    checked_at: datetime | None = None
    proved_gone_at: datetime | None = None

    def as_of(self, reading: Reading) -> datetime | None:
        """Return when this reading was made; None for what people said, and for what was never read."""
        if reading is Reading.CHECK:
            return self.checked_at
        if reading is Reading.ABSENCES:
            return self.proved_gone_at
        return self.keys_as_of if reading is Reading.KEYS else self.by_part.get(reading.value)

    def gap(self, part: str) -> Gap | None:
        """Return what the newest run says of a part that it could not read."""
        return next((gap for gap in self.gaps if gap.part == part), None)


def readings_of(iam_user: IamUser, finished: SyncRun | None) -> Readings:
    """Return the readings behind everything that is shown of this IAM user; `finished`: its account's newest run."""
    if finished is None:
        return Readings(keys_as_of=iam_user.keys_read_at, checked_at=_checked_at(iam_user))
    return Readings(
        by_part=_moments(finished.freshness),
        keys_as_of=_keys_as_of(iam_user, finished),
        uses_as_of=_moments(finished.uses_agreed_directly),
        gaps=_gaps(iam_user, finished),
        failed_at=finished.finished_at if finished.outcome == SyncOutcome.FAILED else None,
        checked_at=_checked_at(iam_user),
        proved_gone_at=iam_user.gone_confirmed_at or iam_user.gone_at,
    )


def _moments(stored: Mapping[str, str]) -> dict[str, datetime]:
    return {name: datetime.fromisoformat(at) for name, at in stored.items()}


def _checked_at(iam_user: IamUser) -> datetime | None:
    return min(_moments(iam_user.other_credentials_read).values(), default=None)


def _keys_as_of(iam_user: IamUser, run: SyncRun) -> datetime | None:
    agreed = run.agreed_directly.get(iam_user.unique_id)
    known = [at for at in (iam_user.keys_read_at, datetime.fromisoformat(agreed) if agreed else None) if at]
    return max(known, default=None)


def _gaps(iam_user: IamUser, run: SyncRun) -> tuple[Gap, ...]:
    return tuple(
        Gap(gap["part"], PARTS.get(gap["part"], gap["part"]), gap["reason"])
        for gap in run.unread
        if gap["part"] not in ABOUT_ONE_USER or gap.get("subject", "") in {"", iam_user.unique_id}
    )

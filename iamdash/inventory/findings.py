"""What one run has found so far: kept in memory while it reads, written into its SyncRun at the end."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from iamdash.aws.snapshot import (
    Absence,
    Clusters,
    CredentialReport,
    CredentialsOfUser,
    DescribedRole,
    Identity,
    KeysOfUser,
    Listing,
    Part,
    Piece,
    PodIdentities,
    ReportedUses,
    Unread,
)
from iamdash.models import Event, IamUser, SyncRun, bulk
from iamdash.rules.facts import Thresholds

Clock = Callable[[], datetime]
PART_OF: Mapping[type, Part] = {
    Identity: Part.IDENTITY,
    Listing: Part.AUTHORIZATION_DETAILS,
    CredentialReport: Part.CREDENTIAL_REPORT,
    KeysOfUser: Part.ACCESS_KEYS,
    Absence: Part.ABSENCES,
    PodIdentities: Part.POD_IDENTITY,
    Clusters: Part.EKS_CLUSTERS,
}


@dataclass(slots=True)
class Changes:
    """What reconciled answers changed: counts of rows, lines for the journal, IAM users to be assessed."""

    created: int = 0
    updated: int = 0
    gone: int = 0
    events: list[Event] = field(default_factory=list)
    iam_user_ids: set[int] = field(default_factory=set)

    def add(self, other: "Changes") -> None:
        """Take in what another answer changed."""
        self.created += other.created
        self.updated += other.updated
        self.gone += other.gone
        self.events += other.events
        self.iam_user_ids |= other.iam_user_ids


@dataclass(slots=True)
class Findings:
    """One run under way.

    `listed`: the unique IDs of the complete listing of this run; None: not listed (yet). `agreed`, `uses_agreed`: what
    `SyncRun.agreed_directly` and `uses_agreed_directly` will be, as times. `assess_again`: the IAM users whose answer
    may change with the freshness that this run will have, besides those whose rows changed. `broke_off`: the sentence
    that says what ended the run before its time, or "". `is_check`: somebody asked for one IAM user; the run is not
    stored, so that a reading which agrees with the rows is remembered beside them.
    """

    sync_run: SyncRun
    thresholds: Thresholds
    clock: Clock
    identity: Identity | None = None
    listed: frozenset[str] | None = None
    root_has_access_key: bool | None = None
    unread: list[Unread] = field(default_factory=list)
    read_at: dict[Part, datetime] = field(default_factory=dict)
    agreed: dict[str, datetime] = field(default_factory=dict)
    uses_agreed: dict[str, datetime] = field(default_factory=dict)
    is_check: bool = False
    changes: Changes = field(default_factory=Changes)
    assess_again: set[int] = field(default_factory=set)
    broke_off: str = ""

    @property
    def actor(self) -> str:
        """Return who sees what these findings say, as the journal names it."""
        return "check" if self.is_check else "sync"

    @property
    def account_id(self) -> str:
        """Return the 12 digits of the account that is being read."""
        return str(self.sync_run.aws_account_id)

    def keys_as_of(self, iam_user: IamUser) -> datetime | None:
        """Return when the keys of this IAM user were last read directly, whether that changed a row or not."""
        known = [at for at in (iam_user.keys_read_at, self.agreed.get(iam_user.unique_id)) if at]
        return max(known, default=None)

    @property
    def refused(self) -> bool:
        """Return whether the session cannot be used: nobody answered, or somebody who may not."""
        return any(gap.part is Part.IDENTITY for gap in self.unread)

    def line(
        self,
        kind: str,
        sentence: str,
        *,
        at: datetime,
        unique_id: str,
        subject: str,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> Event:
        """Return a line for the journal, as seen by this run."""
        return bulk.unsaved(
            Event,
            at=at,
            actor=self.actor,
            kind=kind,
            sentence=sentence,
            aws_account_id=self.account_id,
            unique_id=unique_id,
            subject=subject,
            sync_run_number=self.sync_run.pk,
            before=before,
            after=after,
        )

    def user_line(
        self,
        kind: str,
        sentence: str,
        iam_user: IamUser,
        *,
        at: datetime,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> Event:
        """Return a line for the journal about an IAM user."""
        return self.line(
            kind, sentence, at=at, unique_id=iam_user.unique_id, subject=iam_user.user_name, before=before, after=after
        )

    def note(self, pieces: Iterable[Piece]) -> None:
        """Remember what the rest of the run needs to know of answers that have just been reconciled."""
        for piece in pieces:
            if isinstance(piece, Unread):
                self.unread.append(piece)
            elif not isinstance(piece, ReportedUses | CredentialsOfUser | DescribedRole):
                self._note_answer(piece)

    def parts_read(self) -> dict[str, datetime]:
        """Return when each part that this run has read without a gap was read."""
        gaps = {gap.part for gap in self.unread}
        return {part.value: at for part, at in self.read_at.items() if part not in gaps}

    def _note_answer(
        self, piece: Identity | Listing | CredentialReport | KeysOfUser | Absence | PodIdentities | Clusters
    ) -> None:
        # What the report says is as old as the report, however late we fetched it.
        at = piece.generated_at if isinstance(piece, CredentialReport) else piece.read_at
        part = PART_OF[type(piece)]
        self.read_at[part] = max(at, self.read_at.get(part, at))
        if isinstance(piece, Identity):
            self.identity = piece
        elif isinstance(piece, Listing):
            self.listed = frozenset(listed.unique_id for listed in piece.users)
        elif isinstance(piece, CredentialReport):
            self.root_has_access_key = piece.root_has_access_key
        elif isinstance(piece, KeysOfUser) and any(
            key.last_used and key.last_used.source == "direct" for key in piece.keys
        ):
            self.read_at[Part.ACCESS_KEY_LAST_USED] = at

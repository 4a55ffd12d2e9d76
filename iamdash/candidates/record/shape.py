"""The record of one candidate, as an auditor reads it. The names of these fields are the names in the audit pack.

A field that is None or empty was not recorded; `not_recorded` says so in a sentence. Whoever changes a name or a
meaning here raises `FORMAT_VERSION` in `audit_pack` and says so in docs/operations.md.
"""

from dataclasses import dataclass
from datetime import date, datetime

from iamdash.candidates.queries.candidate.ladder import STATES
from iamdash.candidates.queries.candidate_list.filters import STAGES


@dataclass(frozen=True, slots=True)
class IamUserRecord:
    """Who it was in AWS. `names`: every name it had under our eyes, the first one first."""

    unique_id: str
    user_name: str
    names: tuple[str, ...]
    arn: str
    aws_account_id: str
    aws_account_name: str
    created_at: datetime
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class AccessKeyRecord:
    """One access key. AWS keeps no time of a deactivation or a deletion: it is that of the first reading to show it."""

    access_key_id: str
    created_at: datetime
    first_seen_at: datetime
    last_status: str
    deactivated_at: datetime | None
    deleted_at: datetime | None
    last_used_at: datetime | None
    last_used_service: str
    last_used_region: str
    last_used_read_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """Who answered for it, and until when. `ended_by` "": it stands, or nobody confirmed it and it lapsed."""

    team: str
    person: str
    email: str
    claimed_at: datetime
    ended_at: datetime | None
    ended_by: str


@dataclass(frozen=True, slots=True)
class ReplacementRecord:
    """A role that took over."""

    role_arn: str
    role_unique_id: str
    linked_at: datetime
    linked_by: str
    unlinked_at: datetime | None
    unlinked_by: str


@dataclass(frozen=True, slots=True)
class ExceptionRecord:
    """One request to keep a key for now, and what became of it. `number`, `extends`: which one it was to prolong."""

    number: int
    extends: int | None
    reason: str
    review_url: str
    expires_on: date
    asked_by: str
    asked_at: datetime
    approved_by: str
    approved_at: datetime | None
    declined_by: str
    declined_at: datetime | None
    ended_by: str
    ended_at: datetime | None
    how_ended: str


@dataclass(frozen=True, slots=True)
class ProofRecord:
    """One of the two proofs that the IAM user is gone: the sync run, its session, its listing and what AWS answered."""

    proved_at: datetime
    sync_run: int | None
    trigger: str
    outcome: str
    caller_arn: str
    session_opened_at: datetime | None
    listed_at: datetime | None
    asked_name: str
    answer: str
    found_unique_id: str
    calls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ObservationRecord:
    """One observation, in the words that were true then."""

    holds: str
    sentence: str
    source: str
    cannot_see: str


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of the ladder. `evidence` is as it was at `recorded_at`, when the journal says that it was reached."""

    step: str
    holds: str
    reached_at: datetime | None
    recorded_at: datetime | None
    sync_run: int | None
    evidence: tuple[ObservationRecord, ...]

    @property
    def label(self) -> str:
        """Return the step's name on pages."""
        return STAGES[self.step].label

    @property
    def state(self) -> str:
        """Return whether it was shown, as pages say it."""
        return STATES[self.holds][0]


@dataclass(frozen=True, slots=True)
class SignOffRecord:
    """Who closed it."""

    by: str
    email: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """What somebody wrote."""

    at: datetime
    by: str
    body: str


@dataclass(frozen=True, slots=True)
class LineRecord:
    """One line of the journal; ages in its sentence are as of its time."""

    at: datetime
    actor: str
    kind: str
    sentence: str
    sync_run: int | None


@dataclass(frozen=True, slots=True)
class Record:
    """All that is known of one candidate. `created_again_as`: unique IDs that bore its name after it."""

    candidate: int
    is_deleted: bool
    stage: str
    opened_at: datetime
    gone_at: datetime | None
    gone_confirmed_at: datetime | None
    iam_user: IamUserRecord
    created_again_as: tuple[str, ...]
    access_keys: tuple[AccessKeyRecord, ...]
    claims: tuple[ClaimRecord, ...]
    route: str
    replacements: tuple[ReplacementRecord, ...]
    exceptions: tuple[ExceptionRecord, ...]
    proofs_of_gone: tuple[ProofRecord, ...]
    steps: tuple[StepRecord, ...]
    signed_off: SignOffRecord | None
    notes: tuple[NoteRecord, ...]
    journal: tuple[LineRecord, ...]
    not_recorded: tuple[str, ...]

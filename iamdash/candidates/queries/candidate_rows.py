"""The rows of the candidates list."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Model
from django.utils import timezone

from iamdash.candidates.queries.exceptions import Flag, block_of, ending
from iamdash.candidates.queries.filters import Viewer
from iamdash.candidates.queries.frame import AccountAge, account_ages, behind
from iamdash.models import AwsAccount, IamUser, Standing
from iamdash.rules.evidence import Verdict
from iamdash.rules.risk import Risk
from iamdash.rules.sentence import Sentence, day_in_words
from iamdash.rules.stage import Stage
from iamdash.rules.teams import Source
from iamdash.standing.answer import sentence_from_json

# A row has one line for the reason: the end of an ID tells one key of a user from the other, and the limit is on the
# candidate's own page.
KEY_ID = re.compile(r"\bA(?:KI|SI)A[A-Z0-9]{8,}([A-Z0-9]{4})\b")


def _all_but(path: str, table: type[Model], shown: set[str]) -> list[str]:
    return [f"{path}__{field.name}" for field in table._meta.concrete_fields if field.name not in shown]


IAM_USER, ACCOUNT = "candidate__iam_user", "candidate__iam_user__aws_account"
# What a row has no room for: the long answers, and of the IAM user and its account all but names and an end.
NOT_SHOWN = (
    *("steps", "next_step", "deactivate_requirements", "delete_requirements"),
    *_all_but(IAM_USER, IamUser, {"id", "aws_account", "user_name", "gone_at"}),
    *_all_but(ACCOUNT, AwsAccount, {"account_id", "name"}),
)


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One candidate in the list. Dates, never ages.

    `likely_team`: whose it likely is, by `likely_because` (such as "tag").
    `unread`: some key's last use was never read. `stuck_since`: in its stage since then, for too long.
    `claim_lapses_at`: set where that is soon. `excepted`: under an exception; `blocked`: open, and waiting.
    `as_of`: set where the account could not be read for too long; the row is what AWS held then.
    `gone_at` without `is_deleted`: one proof that the IAM user is gone, not yet the second.
    """

    number: int
    user_name: str
    account_name: str
    as_of: datetime | None
    reason: Sentence
    owner_team: str
    owner_person: str
    likely_team: str
    likely_because: str
    is_mine: bool
    stage: int
    stage_since: datetime
    is_open: bool
    last_used_at: datetime | None
    last_used_service: str
    last_used_region: str
    unread: bool
    active_keys: int
    inactive_keys: int
    oldest_key_created_at: datetime | None
    risk: Risk | None
    is_stuck: bool
    is_safe_to_deactivate: bool
    is_safe_to_delete: bool
    reopened_at: datetime | None
    claim_lapses_at: datetime | None
    excepted: Flag | None
    blocked: Flag | None
    gone_at: datetime | None
    is_deleted: bool
    is_readable: bool
    is_closed: bool

    @property
    def is_claimable(self) -> bool:
        """Return whether somebody may still say "this is ours"."""
        return self.is_open and not self.owner_team

    @property
    def has_keys(self) -> bool:
        """Return whether it holds access keys, Active or Inactive."""
        return self.active_keys + self.inactive_keys > 0


def candidate_row(number: int, *, viewer: Viewer, now: datetime) -> CandidateRow | None:
    """Return one row of the list, or None where there is no such candidate."""
    return next(iter(rows_of([number], account_ages(), viewer=viewer, now=now)), None)


def rows_of(
    numbers: Sequence[int], accounts: Iterable[AccountAge], *, viewer: Viewer, now: datetime
) -> tuple[CandidateRow, ...]:
    """Return these candidates as rows, in their order. One query."""
    found = (
        Standing.objects.select_related(ACCOUNT, "owner_team", "owner_person", "likely_team")
        .defer(*NOT_SHOWN)
        .in_bulk(numbers)
    )
    read_at = behind(accounts, now=now)
    return tuple(
        _row(standing, viewer, now, read_at.get(account_of(standing)))
        for number in numbers
        if (standing := found.get(number))
    )


def account_of(standing: Standing) -> str:
    """Return the AWS account of a candidate, by its 12 digits."""
    return standing.candidate.iam_user.aws_account_id


def _row(
    standing: Standing,
    viewer: Viewer,
    now: datetime,
    as_of: datetime | None,
) -> CandidateRow:
    iam_user = standing.candidate.iam_user
    return CandidateRow(
        number=standing.pk,
        user_name=iam_user.user_name,
        account_name=iam_user.aws_account.name,
        as_of=as_of,
        reason=_shortened(sentence_from_json(standing.reason)),
        owner_team=str(standing.owner_team or ""),
        owner_person=str(standing.owner_person or ""),
        likely_team=str(standing.likely_team or ""),
        likely_because=Source(standing.ownership[0]["source"]).label if standing.likely_team_id else "",
        is_mine=standing.owner_person_id == viewer.person_id,
        stage=standing.stage,
        stage_since=standing.stage_since,
        is_open=standing.is_open,
        last_used_at=standing.last_used_at,
        last_used_service=standing.last_used_service,
        last_used_region=standing.last_used_region,
        unread=standing.use_unread,
        active_keys=standing.active_keys,
        inactive_keys=standing.inactive_keys,
        oldest_key_created_at=standing.oldest_key_created_at,
        risk=Risk(standing.risk) if standing.risk else None,
        is_stuck=standing.is_open and standing.stuck_from is not None and standing.stuck_from <= now,
        is_safe_to_deactivate=standing.is_open
        and standing.active_keys > 0
        and standing.safe_to_deactivate == Verdict.YES,
        is_safe_to_delete=standing.is_open and standing.safe_to_delete == Verdict.YES,
        reopened_at=standing.reopened_at if standing.is_open else None,
        claim_lapses_at=_lapses_soon_at(standing, now),
        excepted=_excepted(standing, now),
        blocked=block.flag if (block := block_of(standing.candidate, now=now)) and standing.is_open else None,
        gone_at=iam_user.gone_at,
        is_deleted=standing.stage == Stage.DELETED,
        is_readable=standing.readable,
        is_closed=standing.candidate.closed_at is not None,
    )


def _lapses_soon_at(standing: Standing, now: datetime) -> datetime | None:
    is_soon = standing.is_open and standing.claim_warned_at is not None and standing.claim_warned_at <= now
    return standing.claim_lapses_at if is_soon else None


def _excepted(standing: Standing, now: datetime) -> Flag | None:
    if standing.exception_until is None:
        return None
    expires_on = timezone.localdate(standing.exception_until)
    return ending(expires_on, now=now) or Flag(f"Exception until {day_in_words(expires_on)}", "")


def _shortened(reason: Sentence) -> Sentence:
    return replace(reason, text=KEY_ID.sub(r"…\1", reason.text).partition("; the limit is ")[0])

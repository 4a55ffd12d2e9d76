"""The rows of the candidates list."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from iamdash.candidates.queries.exceptions import Flag, block_flag, ending
from iamdash.candidates.queries.filters import Viewer
from iamdash.candidates.queries.frame import AccountAge, account_ages, behind
from iamdash.models import Standing
from iamdash.rules.evidence import Verdict
from iamdash.rules.risk import Risk
from iamdash.rules.sentence import Sentence, day_in_words
from iamdash.rules.stage import Stage
from iamdash.rules.teams import Source
from iamdash.standing.answer import sentence_from_json

# A row has one line for the reason: the end of an ID tells one key of a user from the other, and the limit is on the
# candidate's own page.
KEY_ID = re.compile(r"\bA(?:KI|SI)A[A-Z0-9]{8,}([A-Z0-9]{4})\b")
GONE_ONCE = Flag("Gone, to confirm", "amber")
IAM_USER = "candidate__iam_user__"
# What a row shows as it is stored, and where that lies.
SHOWN = {
    "number": "pk",
    "user_name": f"{IAM_USER}user_name",
    "stage": "stage",
    "is_open": "is_open",
    "last_used_at": "last_used_at",
    "last_used_service": "last_used_service",
    "last_used_region": "last_used_region",
    "unread": "use_unread",
    "active_keys": "active_keys",
    "inactive_keys": "inactive_keys",
    "oldest_key_created_at": "oldest_key_created_at",
}
# What the rest of it is concluded from.
CONCLUDED_FROM = {
    "account_id": f"{IAM_USER}aws_account",
    "gone_at": f"{IAM_USER}gone_at",
    "closed_at": "candidate__closed_at",
    "blocked_by": "candidate__blocked_by",
    "block_review_on": "candidate__block_review_on",
    "team": "owner_team__name",
    "person": "owner_person",
    "person_name": "owner_person__full_name",
    "person_email": "owner_person__email",
    "likely": "likely_team__name",
}
AS_NAMED = (
    *("ownership", "reason", "risk", "readable", "exception_until", "safe_to_deactivate", "safe_to_delete"),
    *("stage_since", "stuck_from", "reopened_at", "claim_warned_at", "claim_lapses_at"),
)
Stored = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One candidate in the list. Dates, never ages.

    `likely_team`: whose it likely is, by `likely_because` (such as "tag").
    `unread`: some key's last use was never read. `as_of`: set where the account could not be read for too long; the
    row is what AWS held then. `flag`: the one thing that a row has room to say beside its risk.
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
    is_open: bool
    last_used_at: datetime | None
    last_used_service: str
    last_used_region: str
    unread: bool
    active_keys: int
    inactive_keys: int
    oldest_key_created_at: datetime | None
    risk: Risk | None
    flag: Flag | None

    @property
    def is_claimable(self) -> bool:
        """Return whether somebody may still say "this is ours"."""
        return self.is_open and not self.owner_team

    @property
    def unused_because(self) -> str:
        """Return why it has no last use: no keys, or none that was read, or none that was used."""
        if self.active_keys + self.inactive_keys == 0:
            return "No keys"
        return "Not read" if self.unread else "No use recorded"

    @property
    def use_in_words(self) -> str:
        """Return where it was last used, and by how many keys it could be: "s3 eu-west-2 · 1 active, 1 inactive"."""
        where = f"{self.last_used_service} {self.last_used_region}" if self.last_used_service else ""
        keys = f"{self.active_keys} active" if self.active_keys + self.inactive_keys else ""
        if self.inactive_keys:
            keys += f", {self.inactive_keys} inactive"
        gap = "a key not read" if self.last_used_at and self.unread else ""
        return " · ".join(filter(None, (where, keys, gap)))


def candidate_row(number: int, *, viewer: Viewer, now: datetime) -> CandidateRow | None:
    """Return one row of the list, or None where there is no such candidate."""
    return next(iter(rows_of([number], account_ages(), viewer=viewer, now=now)), None)


def rows_of(
    numbers: Sequence[int], accounts: Sequence[AccountAge], *, viewer: Viewer, now: datetime
) -> tuple[CandidateRow, ...]:
    """Return these candidates as rows, in their order. One query."""
    columns = {name: F(path) for name, path in (SHOWN | CONCLUDED_FROM).items() if name != path}
    as_named = [*AS_NAMED, *(name for name, path in SHOWN.items() if name == path)]
    # Values and not instances: a row is out of six tables, and little of each.
    found = {row["number"]: row for row in Standing.objects.filter(pk__in=numbers).values(*as_named, **columns)}
    names = {account.account_id: account.name for account in accounts}
    read_at = behind(accounts, now=now)
    return tuple(
        _row(row, names[row["account_id"]], read_at.get(row["account_id"]), viewer, now)
        for number in numbers
        if (row := found.get(number))
    )


def _row(stored: Stored, account_name: str, as_of: datetime | None, viewer: Viewer, now: datetime) -> CandidateRow:
    likely_team = stored["likely"] or ""
    return CandidateRow(
        **{name: stored[name] for name in SHOWN},
        account_name=account_name,
        as_of=as_of,
        reason=_shortened(sentence_from_json(stored["reason"])),
        owner_team=stored["team"] or "",
        owner_person=stored["person_name"] or stored["person_email"] or "",
        likely_team=likely_team,
        likely_because=Source(stored["ownership"][0]["source"]).label if likely_team else "",
        is_mine=stored["person"] == viewer.person_id,
        risk=Risk(stored["risk"]) if stored["risk"] else None,
        flag=_flag_while_open(stored, now) if stored["is_open"] else _flag_at_rest(stored, now),
    )


def _flag_at_rest(stored: Stored, now: datetime) -> Flag | None:
    """Return why it is no work left: it is gone, or cannot be read, or is excepted."""
    if stored["stage"] == Stage.DELETED:
        return Flag("Closed" if stored["closed_at"] else "Proved gone", "green")
    if not stored["readable"]:
        return Flag("No longer readable")
    # One proof that the IAM user is gone, not yet the second.
    return GONE_ONCE if stored["gone_at"] else _excepted(stored["exception_until"], now)


def _flag_while_open(stored: Stored, now: datetime) -> Flag | None:
    """Return what is worth knowing of work that is left, the gravest first."""
    if stored["gone_at"]:
        return GONE_ONCE
    if stored["reopened_at"]:
        return Flag("Reopened", "red")
    if stored["safe_to_delete"] == Verdict.YES:
        return Flag("Safe to delete", "green")
    if stored["safe_to_deactivate"] == Verdict.YES and stored["active_keys"] > 0:
        return Flag("Safe to deactivate", "green")
    if stored["blocked_by"] and stored["block_review_on"]:
        return block_flag(stored["blocked_by"], stored["block_review_on"], now=now)
    if stored["claim_warned_at"] and stored["claim_warned_at"] <= now and stored["claim_lapses_at"]:
        return Flag("Claim lapses", "amber", at=stored["claim_lapses_at"])
    if stored["stuck_from"] and stored["stuck_from"] <= now:
        return Flag("Stuck", "amber", since=stored["stage_since"])
    return None


def _excepted(until: datetime | None, now: datetime) -> Flag | None:
    if until is None:
        return None
    expires_on = timezone.localdate(until)
    return ending(expires_on, now=now) or Flag(f"Exception until {day_in_words(expires_on)}")


def _shortened(reason: Sentence) -> Sentence:
    return replace(reason, text=KEY_ID.sub(r"…\1", reason.text).partition("; the limit is ")[0])

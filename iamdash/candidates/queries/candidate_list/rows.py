"""The rows of the candidates list."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from iamdash.candidates.queries.candidate_list.filters import Viewer
from iamdash.candidates.queries.compiled import Compiled, compiled
from iamdash.candidates.queries.exceptions import Flag, block_flag, ending
from iamdash.candidates.queries.frame import AccountAge, account_ages, behind
from iamdash.models import Standing, Team
from iamdash.models.question import given_keys
from iamdash.rules.evidence import Verdict
from iamdash.rules.owners.teams import Source
from iamdash.rules.risk import Risk
from iamdash.rules.sentence import Sentence, day_in_words
from iamdash.rules.stage import Stage
from iamdash.standing.answer import sentence_from_json

# A row has one line for the reason: the end of an ID tells one key of a user from the other, and the limit is on the
# candidate's own page.
KEY_ID = re.compile(r"\bA(?:KI|SI)A[A-Z0-9]{8,}([A-Z0-9]{4})\b")
GONE_ONCE = Flag("Gone, to confirm", "amber")
USER_NAME, GONE_AT = "candidate__iam_user__user_name", "candidate__iam_user__gone_at"
CLOSED_AT, BLOCKED_BY, REVIEW_ON = (f"candidate__{column}" for column in ("closed_at", "blocked_by", "block_review_on"))
PERSON_NAME, PERSON_EMAIL = "owner_person__full_name", "owner_person__email"
# What a row shows as the standing has it, and what the rest of it is concluded from.
AS_STORED = (
    *("stage", "is_open", "active_keys", "inactive_keys", "oldest_key_created_at"),
    *("last_used_at", "last_used_service", "last_used_region"),
)
CONCLUDED_FROM = (
    *(USER_NAME, GONE_AT, CLOSED_AT, BLOCKED_BY, REVIEW_ON, PERSON_NAME, PERSON_EMAIL),
    *("pk", "aws_account", "reason", "owner_team", "owner_person", "ownership", "use_unread", "risk", "readable"),
    *("exception_until", "reopened_at", "safe_to_deactivate", "safe_to_delete", "claim_warned_at", "claim_lapses_at"),
    *("stage_since", "stuck_from"),
)
# Whoever has claimed it, else whose it likely is: never both, so one look at a team tells either name.
TEAM_NAME = Subquery(
    Team.objects.filter(pk=Coalesce(OuterRef("owner_team"), OuterRef("likely_team"))).values("name")[:1]
)
COLUMNS = (*AS_STORED, *CONCLUDED_FROM, "team_name")
Stored = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One candidate in the list. Dates, never ages.

    `likely_team`: whose it likely is where nobody has claimed it, by `likely_because` (such as "tag").
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
        # No line ends between a number and its word.
        keys = f"{self.active_keys}\N{NO-BREAK SPACE}active" if self.active_keys + self.inactive_keys else ""
        if self.inactive_keys:
            keys += f", {self.inactive_keys}\N{NO-BREAK SPACE}inactive"
        gap = "a key not read" if self.last_used_at and self.unread else ""
        return " · ".join(filter(None, (where, keys, gap)))


def candidate_row(number: int, *, viewer: Viewer, now: datetime) -> CandidateRow | None:
    """Return one row of the list, or None where there is no such candidate."""
    return next(iter(rows_of([number], account_ages(), viewer=viewer, now=now)), None)


def rows_of(
    numbers: Sequence[int], accounts: Sequence[AccountAge], *, viewer: Viewer, now: datetime
) -> tuple[CandidateRow, ...]:
    """Return these candidates as rows, in their order. One query."""
    rows = (dict(zip(COLUMNS, row, strict=True)) for row in _stored().ask(numbers=list(numbers)))
    found: dict[int, Stored] = {row["pk"]: row for row in rows}
    names = {account.account_id: account.name for account in accounts}
    read_at = behind(accounts, now=now)
    return tuple(
        _row(row, names[row["aws_account"]], read_at.get(row["aws_account"]), viewer, now)
        for number in numbers
        if (row := found.get(number))
    )


@cache
def _stored() -> Compiled:
    """Return the rows of some candidates: little of each of five tables, in the order of COLUMNS."""
    rows = Standing.objects.filter(pk__in=given_keys("numbers"))
    return compiled(rows.values_list(*AS_STORED, *CONCLUDED_FROM, TEAM_NAME))


def _row(stored: Stored, account_name: str, as_of: datetime | None, viewer: Viewer, now: datetime) -> CandidateRow:
    team, is_claimed = stored["team_name"] or "", stored["owner_team"] is not None
    return CandidateRow(
        **{name: stored[name] for name in AS_STORED},
        number=stored["pk"],
        user_name=stored[USER_NAME],
        account_name=account_name,
        as_of=as_of,
        reason=_shortened(sentence_from_json(json.loads(stored["reason"]))),
        owner_team=team if is_claimed else "",
        owner_person=stored[PERSON_NAME] or stored[PERSON_EMAIL] or "",
        likely_team="" if is_claimed else team,
        likely_because=Source(json.loads(stored["ownership"])[0]["source"]).label if team and not is_claimed else "",
        is_mine=stored["owner_person"] == viewer.person_id,
        unread=stored["use_unread"],
        risk=Risk(stored["risk"]) if stored["risk"] else None,
        flag=_flag_while_open(stored, now) if stored["is_open"] else _flag_at_rest(stored, now),
    )


def _flag_at_rest(stored: Stored, now: datetime) -> Flag | None:
    """Return why it is no work left: it is gone, or cannot be read, or is excepted."""
    if stored["stage"] == Stage.DELETED:
        return Flag("Closed" if stored[CLOSED_AT] else "Proved gone", "green")
    if not stored["readable"]:
        return Flag("No longer readable")
    # One proof that the IAM user is gone, not yet the second.
    return GONE_ONCE if stored[GONE_AT] else _excepted(stored["exception_until"], now)


def _flag_while_open(stored: Stored, now: datetime) -> Flag | None:
    """Return what is worth knowing of work that is left, the gravest first."""
    if stored[GONE_AT]:
        return GONE_ONCE
    if stored["reopened_at"]:
        return Flag("Reopened", "red")
    if stored["safe_to_delete"] == Verdict.YES:
        return Flag("Safe to delete", "green")
    if stored["safe_to_deactivate"] == Verdict.YES and stored["active_keys"] > 0:
        return Flag("Safe to deactivate", "green")
    if stored[BLOCKED_BY] and stored[REVIEW_ON]:
        return block_flag(stored[BLOCKED_BY], stored[REVIEW_ON], now=now)
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
    words = reason.text.partition("; the limit is ")[0].replace("Access key ", "Key ")
    # A word joiner: a line may end after an ellipsis, and would leave the letters alone on the next.
    return Sentence(KEY_ID.sub("…\N{WORD JOINER}\\1", words), reason.moments)

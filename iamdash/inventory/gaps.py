"""What a run could not read, in words, and what somebody can do about it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from iamdash.aws.errors import DENIED, EXPIRED, THROTTLED
from iamdash.aws.snapshot import Part
from iamdash.inventory.run import WHOLE

WORDS = {
    Part.IDENTITY: "the session in the account",
    Part.AUTHORIZATION_DETAILS: "IAM users and roles",
    Part.CREDENTIAL_REPORT: "the credential report",
    Part.ACCESS_KEYS: "access keys",
    Part.ACCESS_KEY_LAST_USED: "when access keys were last used",
    Part.ABSENCES: "whether missing IAM users are gone",
    Part.POD_IDENTITY: "EKS Pod Identity associations",
    Part.EKS_CLUSTERS: "the issuers of EKS clusters",
    Part.IAM_USER: "whether it still is this IAM user",
    Part.OTHER_CREDENTIALS: "other credentials",
    Part.REPLACEMENT_ROLES: "replacement roles",
    WHOLE: "the rest of the account",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that could not be read. `words`: what; `subjects`: for how many; `how_to_fix`: a sentence."""

    part: str
    words: str
    subjects: int
    reason: str
    how_to_fix: str


def gaps(unread: Iterable[Mapping[str, Any]], *, role_arn: str) -> tuple[Gap, ...]:
    """Return the gaps of a run (`SyncRun.unread`), those with one cause together, in the order they were met."""
    causes = Counter((gap["part"], gap["reason"], gap.get("action", ""), gap.get("error_code", "")) for gap in unread)
    return tuple(
        Gap(part, WORDS.get(part, part), count, reason, how_to_fix(action, error_code, role_arn=role_arn))
        for (part, reason, action, error_code), count in causes.items()
    )


def how_to_fix(action: str, error_code: str, *, role_arn: str) -> str:
    """Return what somebody can do about an action that failed with this error code; "" where nothing is known."""
    role = role_arn or "the role that iamdash runs on"
    if error_code in DENIED and action == "sts:AssumeRole":
        return f"Let {role} trust the role that iamdash runs on, with the ExternalId of iamdash.toml."
    if error_code in DENIED:
        return f"Allow {action or 'the action'} in the policy of {role}; a service control policy may forbid it too."
    if error_code in THROTTLED:
        return "Other tools that read this account share its limit: let them read at other times."
    if error_code in EXPIRED:
        return f"Let a session of {role} last longer than a sync takes."
    return ""

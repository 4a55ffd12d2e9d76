"""What an assessment says: evidence, steps, verdicts, the next step. Frozen, and free of ages: dates only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from iamdash.rules.risk import Risk
from iamdash.rules.sentence import Sentence
from iamdash.rules.stage import Stage


class Holds(StrEnum):
    """Whether a step is shown. Unknown is its own answer: never a softer yes, never a harder no."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"
    NOT_NEEDED = "not_needed"
    SKIPPED = "skipped"


class Verdict(StrEnum):
    """The answer to "safe to …?"."""

    YES = "yes"
    NOT_YET = "not_yet"
    UNKNOWN = "unknown"


class Reading(StrEnum):
    """Which reading an observation rests on. Its age is looked up when somebody looks, and never stored:
    else every unchanged sync would have to rewrite every answer. The values are `aws.snapshot.Part`'s, and "people".
    """

    LISTING = "authorization_details"
    REPORT = "credential_report"
    KEYS = "access_keys"
    PODS = "pod_identity"
    ABSENCES = "absences"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation for or against a step.

    `sentence` says what was seen, `source` which call said so (`iam:ListAccessKeys`; "iamdash" for what people stated),
    `reading` whose age it has; `cannot_see` what that source cannot show.
    """

    holds: Holds
    sentence: Sentence
    source: str
    reading: Reading
    cannot_see: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One rung with its evidence. `reached_at`: when it came to hold, as far as the facts say."""

    stage: Stage
    holds: Holds
    evidence: tuple[Evidence, ...]
    reached_at: datetime | None


@dataclass(frozen=True, slots=True)
class Command:
    """A command to run with one's own credentials, already guarded. `undo` takes it back; "" where nothing can."""

    title: str
    text: str
    undo: str = ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do next. `kind` names the form that a page shows with it (claim, choose_route, link_role, …)."""

    kind: str
    title: str
    sentences: tuple[Sentence, ...]
    commands: tuple[Command, ...] = ()
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The rules' whole answer for one candidate at one moment.

    `recheck_at`: the earliest moment at which this answer may change by the passing of time alone; None: never.
    `stuck_from`: when it will have been in its stage for too long; None where being stuck has no meaning.
    `risk`: how risky its keys are; None where it is proved gone.
    """

    stage: Stage
    stage_since: datetime
    readable: bool
    is_open: bool
    reason: Sentence
    steps: tuple[Step, ...]
    next_step: NextStep | None
    safe_to_deactivate: Verdict
    safe_to_delete: Verdict
    stuck_from: datetime | None
    recheck_at: datetime | None
    risk: Risk | None

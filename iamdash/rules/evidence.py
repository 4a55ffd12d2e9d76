"""What an assessment says: evidence, steps, verdicts, the next step. Frozen, and free of ages: dates only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from iamdash.rules.kind import Kind
from iamdash.rules.moments import soonest
from iamdash.rules.owners.owner import Ownership
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
    """The answer to "safe to …?", and to each requirement of it. "Cannot see" is only said of a requirement."""

    YES = "yes"
    NOT_YET = "not_yet"
    UNKNOWN = "unknown"
    CANNOT_SEE = "cannot_see"


class Reading(StrEnum):
    """Which reading an observation rests on. Its age is looked up when somebody looks, and never stored:
    else every unchanged sync would have to rewrite every answer. The values are `aws.snapshot.Part`'s, and "people".
    """

    LISTING = "authorization_details"
    REPORT = "credential_report"
    KEYS = "access_keys"
    PODS = "pod_identity"
    CLUSTERS = "eks_clusters"
    ABSENCES = "absences"
    CHECK = "other_credentials"
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
class Requirement:
    """One thing that "safe to …?" asks for. `sentence`, `source` and `reading` as in `Evidence`.

    `earliest`: when it may be met at the earliest, where it is not yet and a date can be told. `changes_at`: when time
    alone changes the answer. `reading_would_tell`: it is unknown only because a direct reading is missing or too old.
    `cadence_would_tell`: the wait is that long only because nobody has said how often the key is used.
    """

    answer: Verdict
    sentence: Sentence
    source: str
    reading: Reading
    earliest: datetime | None = None
    changes_at: datetime | None = None
    reading_would_tell: bool = False
    cadence_would_tell: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """The whole answer to "safe to …?": never yes while a requirement is not met or unknown. See `judgement_of`."""

    answer: Verdict
    requirements: tuple[Requirement, ...]
    earliest: datetime | None

    @property
    def wants_reading(self) -> bool:
        """Return whether nothing but a direct reading of the access keys stands between this and a yes."""
        open_ones = [each for each in self.requirements if each.answer not in {Verdict.YES, Verdict.CANNOT_SEE}]
        return bool(open_ones) and all(each.reading_would_tell for each in open_ones)

    @property
    def changes_at(self) -> datetime | None:
        """Return when time alone changes a requirement, and so perhaps the answer; None: never."""
        return soonest([each.changes_at for each in self.requirements])


def judgement_of(requirements: tuple[Requirement, ...]) -> Judgement:
    """Return the answer that requirements give together: one not met decides, then one unknown.

    `earliest` is told where every open requirement has a date.
    """
    answers = {each.answer for each in requirements}
    answer = next((each for each in (Verdict.NOT_YET, Verdict.UNKNOWN) if each in answers), Verdict.YES)
    open_ones = [each for each in requirements if each.answer in {Verdict.NOT_YET, Verdict.UNKNOWN}]
    dated = [each.earliest for each in open_ones if each.earliest is not None]
    return Judgement(answer, requirements, max(dated) if dated and len(dated) == len(open_ones) else None)


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
    `exception_until`: until when an exception keeps it out of the open counts.
    `stuck_from`: when it will have been in its stage for too long; None where being stuck has no meaning.
    `claim_lapses_at`: when the claim that stands lapses unless it is confirmed; None where none stands.
    `risk`: how risky its keys are; None where it is proved gone. `ownership`: whose it likely is. `kind`: a
    person's or a machine's, as far as can be told.
    """

    stage: Stage
    stage_since: datetime
    readable: bool
    is_open: bool
    exception_until: datetime | None
    reason: Sentence
    steps: tuple[Step, ...]
    next_step: NextStep | None
    safe_to_deactivate: Judgement
    safe_to_delete: Judgement
    stuck_from: datetime | None
    recheck_at: datetime | None
    claim_lapses_at: datetime | None
    risk: Risk | None
    ownership: Ownership
    kind: Kind

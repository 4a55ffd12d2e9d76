"""Safe to deactivate? Every active key quiet for long enough, every linked role in use, by readings of the last day."""

from collections.abc import Iterator
from datetime import datetime

from iamdash.rules.evidence import Holds, Judgement, Reading, Requirement, Verdict, judgement_of
from iamdash.rules.facts import CandidateFacts, KeyFacts, Thresholds
from iamdash.rules.keys import INACTIVE, LAST_USED, LISTED, active_keys, oldest_first
from iamdash.rules.sentence import Sentence, count_days, plain
from iamdash.rules.silence.quiet import Quiet, quiet_of
from iamdash.rules.steps.switched import roles_at_work
from iamdash.rules.verdicts.requirements import keys_are_listed, nothing_to_judge

DEFAULTS = Thresholds()
NOBODY_SEES = Requirement(
    Verdict.CANNOT_SEE,
    Sentence("Use of the last hours, which AWS has yet to record; a job that runs less than once a year."),
    LAST_USED,
    Reading.KEYS,
)


def safe_to_deactivate(facts: CandidateFacts, *, now: datetime, thresholds: Thresholds = DEFAULTS) -> Judgement:
    """Return whether every active key may be deactivated without anybody missing it, as a checklist.

    Never yes while anything is unknown. A yes rests on direct readings and ends when they are a day old; a credential
    report can take it away and never grants it. Of an IAM user without an active key it is yes: nothing is left to do.
    """
    return nothing_to_judge(facts) or judgement_of(
        (
            keys_are_listed(facts, now=now),
            *(key_is_quiet(key, facts, now=now, thresholds=thresholds) for key in active_keys(facts)),
            *unfamiliar_keys(facts),
            *_roles(facts),
            NOBODY_SEES,
        )
    )


def key_is_quiet(key: KeyFacts, facts: CandidateFacts, *, now: datetime, thresholds: Thresholds) -> Requirement:
    """Return whether one key has been silent for as long as it has to be."""
    quiet = quiet_of(key, cadence=facts.cadence, thresholds=thresholds)
    answer = quiet.answer(now)
    moments = {"since": key.last_used_at or key.created_at, "enough": quiet.enough_from}
    return Requirement(
        answer,
        Sentence(f"{_last_use(key)} {_judged(answer, quiet)}", moments),
        LAST_USED,
        Reading.KEYS,
        earliest=quiet.enough_from if answer is Verdict.NOT_YET else None,
        changes_at=quiet.changes_at(now),
        reading_would_tell=answer is Verdict.UNKNOWN,
        cadence_would_tell=answer is Verdict.NOT_YET and quiet.wait.undeclared,
    )


def unfamiliar_keys(facts: CandidateFacts) -> Iterator[Requirement]:
    """Yield each key whose status is neither Active nor Inactive: nobody can say what it may do."""
    active = active_keys(facts)
    for key in oldest_first(facts):
        if key not in active and key.status != INACTIVE:
            words = f"Access key {key.access_key_id} has the status {plain(key.status)}, which iamdash cannot judge."
            yield Requirement(Verdict.UNKNOWN, Sentence(words), LISTED, Reading.KEYS)


def _last_use(key: KeyFacts) -> str:
    name = f"Access key {key.access_key_id}"
    if key.last_used_at is not None:
        return f"{name} was last used {{since:ago}}."
    if key.last_used_as_of is not None:
        return f"{name} was created {{since:ago}}, and AWS recorded no use of it."
    return f"{name} was created {{since:ago}}, and when it was last used has not been read."


def _judged(answer: Verdict, quiet: Quiet) -> str:
    asked = f"{count_days(quiet.wait.days)} of silence, {quiet.wait.because}"
    if answer is Verdict.YES:
        return f"iamdash waited for {asked}."
    if answer is Verdict.NOT_YET:
        return f"iamdash waits for {asked}: until {{enough:day}}."
    return f"iamdash waits for {asked}, and wants to see its end in a direct reading of the last day."


def _roles(facts: CandidateFacts) -> Iterator[Requirement]:
    answers = {Holds.HOLDS: Verdict.YES, Holds.FAILS: Verdict.NOT_YET, Holds.UNKNOWN: Verdict.CANNOT_SEE}
    for evidence in roles_at_work(facts):
        yield Requirement(answers[evidence.holds], evidence.sentence, evidence.source, evidence.reading)

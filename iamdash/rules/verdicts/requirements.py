"""What both verdicts ask for: an IAM user that can still be read, and access keys that were listed in the last day."""

from datetime import datetime

from iamdash.rules.evidence import Judgement, Reading, Requirement, Verdict, judgement_of
from iamdash.rules.facts import CandidateFacts
from iamdash.rules.keys import LISTED, unread_reason
from iamdash.rules.moments import good_until
from iamdash.rules.sentence import Sentence
from iamdash.rules.steps.gone import proved_gone


def nothing_to_judge(facts: CandidateFacts) -> Judgement | None:
    """Return the answer of an IAM user that is gone, or that nobody can read any more; None: there is one to judge."""
    if proved_gone(facts):
        gone = Sentence("The IAM user is proved gone: nothing is left to do.")
        return judgement_of((Requirement(Verdict.YES, gone, "iam:GetUser", Reading.ABSENCES),))
    if facts.gone_at is not None:
        gone = Sentence("The IAM user was proved gone once; a second proof has to confirm it.")
        return judgement_of((Requirement(Verdict.UNKNOWN, gone, "iam:GetUser", Reading.ABSENCES),))
    if not facts.account_readable:
        unread = Sentence("The AWS account is no longer read, so nobody can say.")
        return judgement_of((Requirement(Verdict.UNKNOWN, unread, LISTED, Reading.KEYS),))
    return None


def keys_are_listed(facts: CandidateFacts, *, now: datetime) -> Requirement:
    """Return whether all access keys are known, by a complete direct reading of the last day."""
    gap = unread_reason(facts)
    if gap is None and facts.keys_as_of is not None:
        return _listed_at(facts.keys_as_of, len(facts.access_keys), now=now)
    never_tried = not facts.keys_unread_reason
    return _listed(
        Verdict.UNKNOWN, gap or Sentence("The access keys have not been read."), reading_would_tell=never_tried
    )


def _listed_at(read_at: datetime, number: int, *, now: datetime) -> Requirement:
    if now >= good_until(read_at):
        words = "The access keys were last listed directly {at:ago}: too long ago to act on."
        return _listed(Verdict.UNKNOWN, Sentence(words, {"at": read_at}), reading_would_tell=True)
    words = {0: "No access key is left.", 1: "There is one access key."}.get(number, f"There are {number} access keys.")
    return _listed(Verdict.YES, Sentence(words), changes_at=good_until(read_at))


def _listed(
    answer: Verdict, sentence: Sentence, *, changes_at: datetime | None = None, reading_would_tell: bool = False
) -> Requirement:
    return Requirement(
        answer, sentence, LISTED, Reading.KEYS, changes_at=changes_at, reading_would_tell=reading_would_tell
    )

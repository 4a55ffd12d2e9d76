"""Step 5: no access key is Active, by a direct and complete reading. The credential report can only take it away."""

from datetime import datetime

from iamdash.rules.evidence import Evidence, Holds, Reading, Step
from iamdash.rules.facts import CandidateFacts
from iamdash.rules.keys import INACTIVE, active_keys, named, no_reading, oldest_first, only_report_knows
from iamdash.rules.moments import newest
from iamdash.rules.sentence import Sentence, plain
from iamdash.rules.stage import Stage

SOURCE = "iam:ListAccessKeys"


def deactivated(facts: CandidateFacts) -> Step:
    """Return step 5; "no keys left" counts, an `Expired` or unfamiliar status is unknown."""
    evidence = _judge(facts)
    holds = evidence.holds
    return Step(Stage.DEACTIVATED, holds, (evidence,), ended_at(facts) if holds is Holds.HOLDS else None)


def ended_at(facts: CandidateFacts) -> datetime:
    """Return since when no key has been Active: the last one's deactivation or disappearance, as far as we saw."""
    seen = newest([*(key.status_changed_at for key in facts.access_keys), facts.gone_keys_ended_at])
    return seen or facts.opened_at or facts.first_seen_at


def _judge(facts: CandidateFacts) -> Evidence:
    if only_report_knows(facts):
        return _judge_report(facts)
    gap = no_reading(facts)
    if gap is not None:
        return _seen(Holds.UNKNOWN, gap)
    active = active_keys(facts)
    if active:
        return _seen(Holds.FAILS, Sentence(f"{_first_upper(named(active))} {_is(len(active))} Active."))
    unfamiliar = [key for key in oldest_first(facts) if key.status != INACTIVE]
    if unfamiliar:
        key = unfamiliar[0]
        words = f"Access key {key.access_key_id} has the status {plain(key.status)}, which iamdash cannot judge."
        return _seen(Holds.UNKNOWN, Sentence(words))
    return _seen(Holds.HOLDS, _silence(facts), _since_then(facts))


def _judge_report(facts: CandidateFacts) -> Evidence:
    if any(active for _created_at, active in facts.report_slots):
        words = Sentence("The credential report shows an active access key.")
        return Evidence(Holds.FAILS, words, "iam:GetCredentialReport", Reading.REPORT, "The ID of the access key.")
    return _seen(Holds.UNKNOWN, no_reading(facts) or Sentence("The access keys have not been read directly yet."))


def _silence(facts: CandidateFacts) -> Sentence:
    if not facts.access_keys:
        return Sentence("No access key is left.")
    since = max(key.status_changed_at for key in facts.access_keys)
    keys = oldest_first(facts)
    return Sentence(
        f"{_first_upper(named(keys))} {_is(len(keys))} Inactive, seen since {{since:day}}.",
        {"since": since},
    )


def _since_then(facts: CandidateFacts) -> str:
    """Return what the last reading cannot show where the try after it failed."""
    return f"What changed since: the last try failed. {facts.keys_unread_reason}" if facts.keys_unread_reason else ""


def _seen(holds: Holds, sentence: Sentence, cannot_see: str = "") -> Evidence:
    return Evidence(holds, sentence, SOURCE, Reading.KEYS, cannot_see)


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _first_upper(words: str) -> str:
    return words[:1].upper() + words[1:]

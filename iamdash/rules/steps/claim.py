"""Who answers for a candidate: a claim stands for so many days, and then lapses unless somebody says so again."""

from dataclasses import replace
from datetime import datetime

from iamdash.rules.evidence import Evidence, Holds, Reading, Step
from iamdash.rules.facts import CandidateFacts, Thresholds
from iamdash.rules.moments import after
from iamdash.rules.sentence import Sentence, plain
from iamdash.rules.stage import Stage
from iamdash.rules.steps.gone import proved_gone


def lapses_at(facts: CandidateFacts, *, thresholds: Thresholds) -> datetime | None:
    """Return when the claim lapses unless it is confirmed. None: there is none, or nothing is left to answer for."""
    if facts.claim is None or proved_gone(facts):
        return None
    return after(facts.claim.confirmed_at or facts.claim.claimed_at, days=thresholds.claim_days)


def without_lapsed_claim(facts: CandidateFacts, *, thresholds: Thresholds, now: datetime) -> CandidateFacts:
    """Return the facts with the claim only if it still stands at `now`: for rules that ask whether it has an owner."""
    lapsed_at = lapses_at(facts, thresholds=thresholds)
    return replace(facts, claim=None) if lapsed_at and lapsed_at <= now else facts


def claimed(facts: CandidateFacts, *, thresholds: Thresholds, now: datetime) -> Step:
    """Return step 2: a claim stands."""
    if facts.claim is None:
        return _by_people(Holds.FAILS, Sentence("Nobody has claimed it."), None)
    who = f"{plain(facts.claim.person_name)} for {plain(facts.claim.team_name)}"
    claimed_at, lapsed_at = facts.claim.claimed_at, lapses_at(facts, thresholds=thresholds)
    if lapsed_at and lapsed_at <= now:
        words = f"The claim of {who} lapsed on {{lapsed_at:day}}: nobody had confirmed it."
        return _by_people(Holds.FAILS, Sentence(words, {"lapsed_at": lapsed_at}), None)
    words = f"Claimed by {who} on {{claimed_at:day}}."
    return _by_people(Holds.HOLDS, Sentence(words, {"claimed_at": claimed_at}), claimed_at)


def _by_people(holds: Holds, sentence: Sentence, reached_at: datetime | None) -> Step:
    return Step(Stage.CLAIMED, holds, (Evidence(holds, sentence, "iamdash", Reading.PEOPLE),), reached_at)

"""Why an IAM user is a candidate: one sentence with the value and the limit, and when time alone changes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from iamdash.rules.evidence import Evidence, Holds, Reading, Step
from iamdash.rules.facts import CandidateFacts, KeyFacts, Thresholds
from iamdash.rules.keys import ACTIVE, oldest_first, only_report_knows
from iamdash.rules.moments import after, soonest
from iamdash.rules.sentence import Sentence, count_days
from iamdash.rules.stage import Stage


@dataclass(frozen=True, slots=True)
class Ground:
    """One rule that makes this IAM user a candidate from `holds_from` on."""

    holds_from: datetime
    evidence: Evidence


def reason_for(facts: CandidateFacts, *, thresholds: Thresholds, now: datetime) -> Sentence | None:
    """Return why this IAM user is a candidate at `now`; None: it is none.

    Once a candidate, always a candidate: where no rule holds any more, the sentence says that instead.
    """
    evidence = _evidence(facts, thresholds=thresholds, now=now)
    return evidence.sentence if evidence else None


def changes_at(facts: CandidateFacts, *, thresholds: Thresholds, now: datetime) -> datetime | None:
    """Return the next moment after `now` at which the passing of time may bring another reason, or the first one."""
    return soonest([ground.holds_from for ground in _grounds(facts, thresholds) if ground.holds_from > now])


def identified(facts: CandidateFacts, *, thresholds: Thresholds, now: datetime) -> Step:
    """Return step 1. It holds for whatever has been opened, and for what a rule of today would open."""
    evidence = _evidence(facts, thresholds=thresholds, now=now)
    if evidence is None:
        none = Evidence(Holds.FAILS, Sentence("No rule makes it a candidate."), "iam:ListAccessKeys", Reading.KEYS)
        return Step(Stage.IDENTIFIED, Holds.FAILS, (none,), None)
    return Step(Stage.IDENTIFIED, Holds.HOLDS, (evidence,), facts.opened_at or facts.first_seen_at)


def _evidence(facts: CandidateFacts, *, thresholds: Thresholds, now: datetime) -> Evidence | None:
    holding = (ground.evidence for ground in _grounds(facts, thresholds) if ground.holds_from <= now)
    return next(holding, _kept(facts, thresholds))


def _grounds(facts: CandidateFacts, thresholds: Thresholds) -> Iterator[Ground]:
    """Yield the rules that hold now or will hold by time alone, the weightiest first."""
    if facts.opened_at is None and (facts.gone_at is not None or not facts.account_readable):
        return
    if only_report_knows(facts):
        yield from _grounds_of_report(facts, thresholds)
        return
    keys = oldest_first(facts)
    for key in keys:
        yield _long_lived(key, thresholds)
    for key in keys:
        if key.status == ACTIVE and key.last_used_at is None and key.last_used_as_of is not None:
            yield _never_used(key, thresholds)
    if keys and facts.recreates_candidate:
        yield _recreated(facts)


def _long_lived(key: KeyFacts, thresholds: Thresholds) -> Ground:
    words = f"Access key {key.access_key_id} is {{created_at:days}} old; the limit is "
    sentence = Sentence(words + count_days(thresholds.long_lived_days) + ".", {"created_at": key.created_at})
    return Ground(
        after(key.created_at, days=thresholds.long_lived_days),
        Evidence(Holds.HOLDS, sentence, "iam:ListAccessKeys", Reading.KEYS),
    )


def _never_used(key: KeyFacts, thresholds: Thresholds) -> Ground:
    words = (
        f"Access key {key.access_key_id} is active and AWS recorded no use of it in {{created_at:days}}; "
        f"the limit is {count_days(thresholds.grace_days)}."
    )
    evidence = Evidence(
        Holds.HOLDS,
        Sentence(words, {"created_at": key.created_at}),
        "iam:GetAccessKeyLastUsed" if key.last_used_source == "direct" else "iam:GetCredentialReport",
        Reading.KEYS if key.last_used_source == "direct" else Reading.REPORT,
        cannot_see="Use before 22 April 2015, and use of the last few hours.",
    )
    return Ground(after(key.created_at, days=thresholds.grace_days), evidence)


def _recreated(facts: CandidateFacts) -> Ground:
    words = f"It has an access key and was created under the name of candidate {facts.recreates_candidate}."
    evidence = Evidence(Holds.HOLDS, Sentence(words), "iam:GetAccountAuthorizationDetails", Reading.LISTING)
    return Ground(facts.created_at, evidence)


def _grounds_of_report(facts: CandidateFacts, thresholds: Thresholds) -> Iterator[Ground]:
    for created_at, _active in sorted(facts.report_slots):
        words = "An access key is {created_at:days} old; the limit is "
        sentence = Sentence(words + count_days(thresholds.long_lived_days) + ".", {"created_at": created_at})
        evidence = Evidence(
            Holds.HOLDS, sentence, "iam:GetCredentialReport", Reading.REPORT, cannot_see="The ID of the access key."
        )
        yield Ground(after(created_at, days=thresholds.long_lived_days), evidence)


def _kept(facts: CandidateFacts, thresholds: Thresholds) -> Evidence | None:
    """Return the reason of a candidate that no rule would open today."""
    if facts.opened_at is None:
        return None
    if facts.access_keys or facts.report_slots:
        today = f"no access key meets the limit of {count_days(thresholds.long_lived_days)} today."
    else:
        today = "no access key is left."
    sentence = Sentence("A candidate since {opened_at:day}; " + today, {"opened_at": facts.opened_at})
    return Evidence(Holds.HOLDS, sentence, "iam:ListAccessKeys", Reading.KEYS)

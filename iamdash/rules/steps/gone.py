"""Step 6: the IAM user is proved gone, twice. Nothing else ever makes a candidate Deleted."""

from iamdash.rules.evidence import Evidence, Holds, Reading, Step
from iamdash.rules.facts import CandidateFacts, Thresholds
from iamdash.rules.sentence import Sentence
from iamdash.rules.stage import Stage


def deleted(facts: CandidateFacts, *, thresholds: Thresholds) -> Step:
    """Return step 6. `gone_at` and `gone_confirmed_at` are two complete proofs, each of its own session and listing."""
    if proved_gone(facts):
        assert facts.gone_at is not None  # noqa: S101 - proved_gone has just said so; this tells the type checker
        assert facts.gone_confirmed_at is not None  # noqa: S101 - as above
        words = "Proved gone on {first}, and again on {second}."
        sentence = Sentence(words, {"first": facts.gone_at, "second": facts.gone_confirmed_at})
        return _step(Holds.HOLDS, sentence, facts)
    if not facts.account_readable:
        return _step(Holds.UNKNOWN, Sentence("The AWS account is no longer read, so nobody can say."), facts)
    if facts.gone_at is not None:
        minutes = thresholds.gone_confirm_minutes
        words = f"Proved gone once, on {{first}}; a second proof at least {minutes} minutes later has to confirm it."
        return _step(Holds.UNKNOWN, Sentence(words, {"first": facts.gone_at}), facts)
    return _step(Holds.FAILS, Sentence("The IAM user was there when the account was last listed."), facts)


def proved_gone(facts: CandidateFacts) -> bool:
    """Return whether both proofs stand, the second after the first."""
    return facts.gone_at is not None and facts.gone_confirmed_at is not None and facts.gone_at < facts.gone_confirmed_at


def _step(holds: Holds, sentence: Sentence, facts: CandidateFacts) -> Step:
    listed = holds is Holds.FAILS
    evidence = Evidence(
        holds,
        sentence,
        "iam:GetAccountAuthorizationDetails" if listed else "iam:GetUser",
        Reading.LISTING if listed else Reading.ABSENCES,
    )
    return Step(Stage.DELETED, holds, (evidence,), facts.gone_confirmed_at if holds is Holds.HOLDS else None)

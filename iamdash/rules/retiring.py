"""The next step once only the keys are left: silence, deactivate, soak, delete the keys, delete the IAM user."""

from datetime import datetime

from iamdash.rules import commands
from iamdash.rules.evidence import Judgement, NextStep, Requirement, Verdict
from iamdash.rules.facts import CandidateFacts, KeyFacts, Thresholds
from iamdash.rules.keys import active_keys, inactive_keys
from iamdash.rules.moments import END_OF_TIME, soonest
from iamdash.rules.sentence import Sentence
from iamdash.rules.verdicts.requirements import keys_are_listed
from iamdash.rules.verdicts.safe_to_deactivate import key_is_quiet
from iamdash.rules.verdicts.safe_to_delete import key_is_soaked

TERRAFORM = {
    "deactivate": (
        'set status = "Inactive" on its aws_iam_access_key in the code and apply that, instead of this command.'
    ),
    "delete": (
        "remove its blocks from the code and apply that, instead of this command: what the command line deletes, the "
        "next apply makes again. Do not use force_destroy."
    ),
}
TO_BE_REMOVED = Sentence(
    "This cannot be undone. AWS refuses it while anything is left on the IAM user: the preflight below lists what is, "
    "in the order in which it must go."
)
DECLARE = Sentence("Whoever owns it can say how often it is used: then the wait may be shorter.")


def towards_deactivation(
    facts: CandidateFacts, *, doubts: tuple[Sentence, ...], thresholds: Thresholds, now: datetime
) -> NextStep:
    """Return the way to the next key's deactivation. `doubts`: what iamdash could not judge on the way here."""
    listed = keys_are_listed(facts, now=now)
    if listed.answer is not Verdict.YES:
        return _read_keys((listed.sentence,))
    judged = [(key, key_is_quiet(key, facts, now=now, thresholds=thresholds)) for key in active_keys(facts)]
    if not judged:
        words = "iamdash knows no Active key here, and cannot tell that all are Inactive: look at the keys in AWS."
        return _read_keys((Sentence(words),))
    for key, quiet in judged:
        if quiet.answer is Verdict.YES:
            others = tuple(each.sentence for other, each in judged if other is not key)
            sentences = (quiet.sentence, *others, *doubts, code_first(facts, "deactivate"))
            return NextStep(
                "deactivate", f"Deactivate {key.access_key_id}", sentences, (commands.deactivate(facts, key),)
            )
    waiting = [(key, quiet) for key, quiet in judged if quiet.answer is Verdict.NOT_YET]
    if not waiting:
        return _read_keys(tuple(quiet.sentence for _key, quiet in judged))
    return _wait(waiting)


def after_deactivation(
    facts: CandidateFacts, *, safe_to_delete: Judgement, thresholds: Thresholds, now: datetime
) -> NextStep:
    """Return what follows once no key is Active: the soak, one key's deletion at a time, and then the IAM user's."""
    judged = [(key, key_is_soaked(key, facts, now=now, thresholds=thresholds)) for key in inactive_keys(facts)]
    listed = keys_are_listed(facts, now=now)
    for key, soak in judged:
        if soak.answer is Verdict.YES and listed.answer is Verdict.YES:
            last = Sentence(f"This cannot be undone: access key {key.access_key_id} cannot be made again.")
            sentences = (soak.sentence, last, code_first(facts, "delete"))
            return NextStep("delete_key", f"Delete {key.access_key_id}", sentences, (commands.delete_key(facts, key),))
    open_ones = [each for each in safe_to_delete.requirements if each.answer is Verdict.NOT_YET]
    soaking = [each for each in open_ones if each.earliest]
    if soaking:
        return _soak(facts, soaking)
    if safe_to_delete.answer is Verdict.YES:
        title, advice = f"Delete {facts.user_name}", code_first(facts, "delete")
        return NextStep("delete_user", title, (TO_BE_REMOVED, advice), (commands.delete_user(facts),))
    if open_ones:
        words = "Remove what else it can sign in with"
        return NextStep("clear", words, tuple(each.sentence for each in open_ones))
    unknown = tuple(each.sentence for each in safe_to_delete.requirements if each.answer is Verdict.UNKNOWN)
    return NextStep("read_keys", "Check AWS now", unknown)


def code_first(facts: CandidateFacts, what: str) -> Sentence:
    """Return what Terraform's users do instead of running a command that deactivates or deletes."""
    if facts.terraform_hint:
        return Sentence(f"Its tags say that Terraform made it: {TERRAFORM[what]}")
    return Sentence(f"If Terraform made it (no tag does not mean that it did not): {TERRAFORM[what]}")


def _read_keys(why: tuple[Sentence, ...]) -> NextStep:
    words = Sentence("Without that, iamdash offers no command. Check AWS now; what AWS refuses is said there.")
    return NextStep("read_keys", "Let iamdash read the access keys", (*why, words))


def _wait(waiting: list[tuple[KeyFacts, Requirement]]) -> NextStep:
    key, quiet = min(waiting, key=lambda each: (each[1].earliest or END_OF_TIME, each[0].access_key_id))
    declare = (DECLARE,) if quiet.cadence_would_tell else ()
    return NextStep(
        "wait_for_silence",
        f"Find what uses {key.access_key_id}, or wait",
        (quiet.sentence, *declare),
        not_before=quiet.earliest,
    )


def _soak(facts: CandidateFacts, soaking: list[Requirement]) -> NextStep:
    keys = inactive_keys(facts)
    advice = "If something breaks, reactivate the key." if keys else "Find out meanwhile whether anything broke."
    return NextStep(
        "soak",
        "Wait before deleting anything",
        (*(each.sentence for each in soaking), Sentence(advice)),
        tuple(commands.reactivate(facts, key) for key in keys),
        not_before=soonest([each.earliest for each in soaking]),
    )

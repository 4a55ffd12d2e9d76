"""The next step once only the keys are left: silence, deactivate, soak, delete the keys, delete the IAM user."""

from datetime import datetime

from iamdash.rules import commands
from iamdash.rules.deactivated import ended_at
from iamdash.rules.evidence import NextStep
from iamdash.rules.facts import CandidateFacts, KeyFacts, Thresholds
from iamdash.rules.keys import active_keys, inactive_keys, unread_reason
from iamdash.rules.moments import after
from iamdash.rules.sentence import Sentence, count_days

NO_JUDGEMENT = Sentence(
    "iamdash does not yet judge whether this is safe. Check by hand: does anything run monthly, quarterly or yearly "
    "with this key, and does its owner agree?"
)
TO_BE_REMOVED = Sentence(
    "This cannot be undone. AWS refuses it while anything is left on the IAM user: the preflight below lists what is, "
    "in the order in which it must go."
)
TERRAFORM = {
    "deactivate": (
        'set status = "Inactive" on its aws_iam_access_key in the code and apply that, instead of this command.'
    ),
    "delete": (
        "remove its blocks from the code and apply that, instead of this command: what the command line deletes, the "
        "next apply makes again. Do not use force_destroy."
    ),
}


def towards_deactivation(
    facts: CandidateFacts, *, doubts: tuple[Sentence, ...], thresholds: Thresholds
) -> NextStep | None:
    """Return the way to the next key's deactivation. `doubts`: what iamdash could not judge on the way here."""
    gap = unread_reason(facts)
    if gap is not None:
        return _read_keys(gap)
    keys = active_keys(facts)
    if not keys:
        words = "iamdash knows no Active key here, and cannot tell that all are Inactive: look at the keys in AWS."
        return _read_keys(Sentence(words))
    key = min(keys, key=lambda each: (each.last_used_at or each.created_at, each.access_key_id))
    if key.last_used_as_of is None:
        return _read_keys(Sentence(f"When access key {key.access_key_id} was last used has not been read."))
    quiet_from = after(key.last_used_at or key.created_at, days=thresholds.minimum_quiet_days)
    if key.last_used_as_of < quiet_from:
        words = (
            f"Something may still need it: iamdash waits for {count_days(thresholds.minimum_quiet_days)} of silence."
        )
        title = f"Find what uses {key.access_key_id}"
        return NextStep("wait_for_silence", title, (_last_use(key), Sentence(words)), not_before=quiet_from)
    sentences = (_last_use(key), *doubts, NO_JUDGEMENT, code_first(facts, "deactivate"))
    return NextStep("deactivate", f"Deactivate {key.access_key_id}", sentences, (commands.deactivate(facts, key),))


def after_deactivation(facts: CandidateFacts, *, thresholds: Thresholds, now: datetime) -> NextStep:
    """Return what follows once no key is Active: the soak, and then one deletion at a time."""
    keys = inactive_keys(facts)
    soaked_at = after(ended_at(facts), days=thresholds.soak_days)
    if now < soaked_at:
        undo = tuple(commands.reactivate(facts, key) for key in keys)
        words = (
            f"Nothing is deleted before {{soaked_at}}: {count_days(thresholds.soak_days)} without an active key first. "
        )
        words += "If something breaks, reactivate the key." if keys else "Find out meanwhile whether anything broke."
        return NextStep(
            "soak",
            "Wait before deleting anything",
            (Sentence(words, {"soaked_at": soaked_at}),),
            undo,
            not_before=soaked_at,
        )
    gap = unread_reason(facts)
    if gap is not None:
        return _read_keys(gap)
    advice = (NO_JUDGEMENT, code_first(facts, "delete"))
    if keys:
        key = keys[0]
        last = Sentence(f"This cannot be undone: access key {key.access_key_id} cannot be made again.")
        return NextStep(
            "delete_key", f"Delete {key.access_key_id}", (last, *advice), (commands.delete_key(facts, key),)
        )
    title = f"Delete {facts.user_name}"
    return NextStep("delete_user", title, (TO_BE_REMOVED, *advice), (commands.delete_user(facts),))


def _read_keys(why: Sentence) -> NextStep:
    words = Sentence("Without that, iamdash offers no command. Make it readable, then sync the account.")
    return NextStep("read_keys", "Let iamdash read the access keys", (why, words))


def _last_use(key: KeyFacts) -> Sentence:
    name = f"Access key {key.access_key_id}"
    if key.last_used_at is None:
        return Sentence(f"{name} was created {{at:ago}}, and AWS recorded no use of it.", {"at": key.created_at})
    return Sentence(f"{name} was last used {{at:ago}}.", {"at": key.last_used_at})


def code_first(facts: CandidateFacts, what: str) -> Sentence:
    """Return what to do instead of a command, where Terraform made the IAM user ("deactivate" or "delete")."""
    if facts.terraform_hint:
        return Sentence(f"Its tags say that Terraform made it: {TERRAFORM[what]}")
    return Sentence(f"If Terraform made it (no tag does not mean that it did not): {TERRAFORM[what]}")

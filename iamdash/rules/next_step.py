"""The one thing to do next, for each stage and route."""

from datetime import datetime

from iamdash.rules import retiring
from iamdash.rules.evidence import Evidence, Holds, Judgement, NextStep, Step
from iamdash.rules.exception import excepted_until
from iamdash.rules.facts import CandidateFacts, Thresholds
from iamdash.rules.route import Route
from iamdash.rules.sentence import Sentence
from iamdash.rules.stage import Stage
from iamdash.rules.steps.switched import still_used_after_switch

IN_PODS = (
    "Run the pods under the service account of the role, take the access key out of their configuration and restart "
    "them: a key that they still find may come first."
)
# What to do so that the role does the work, on each route that has one.
SWITCHES = {
    Route.POD_IDENTITY: IN_PODS,
    Route.IRSA: IN_PODS,
    Route.SERVICE_ROLE: "Give the role to what runs the workload, take the access key out of its configuration and "
    "restart it: a key that it still finds may come first.",
    Route.VENDOR_ACCOUNT: "Enter the ARN of the role at the vendor, and remove the access key there.",
    Route.OIDC: "Let the pipeline take the role with its own token, and remove the access key from its secrets.",
    Route.OWN_ACCOUNT: "Let the workload assume the role, and take the access key out of its configuration.",
    Route.ROLES_ANYWHERE: "Let the machine take the role with its certificate, and take the access key out of its "
    "configuration.",
}
TRAPS = Sentence(
    "The role is live and a key still moves. Look for a key that comes earlier in the credential chain (environment "
    "variables, a mounted file), for pods that were not restarted, and for a second application on the same key."
)


def next_step(
    facts: CandidateFacts,
    *,
    steps: tuple[Step, ...],
    stage: Stage,
    safe_to_delete: Judgement,
    thresholds: Thresholds,
    now: datetime,
) -> NextStep | None:
    """Return the one thing to do next; None where nothing is left to do, or nobody can read the account."""
    if not facts.account_readable:
        return None
    if stage is Stage.DELETED:
        return None if facts.closed_at else _close()
    if facts.gone_at is not None:
        return _confirm_gone(steps[-1])
    if facts.claim is None:
        return NextStep("claim", "Claim it", (Sentence("Say which team this belongs to, and who answers for it."),))
    if stage is Stage.DEACTIVATED:
        return retiring.after_deactivation(facts, safe_to_delete=safe_to_delete, thresholds=thresholds, now=now)
    return _towards_switch_over(facts, steps, now) or retiring.towards_deactivation(
        facts, doubts=_unknown(steps), thresholds=thresholds, now=now
    )


def _towards_switch_over(facts: CandidateFacts, steps: tuple[Step, ...], now: datetime) -> NextStep | None:
    """Return what is missing before the keys may be retired; None: nothing that iamdash could see failing."""
    ready, switched = steps[Stage.ROLE_READY - 1], steps[Stage.SWITCHED_OVER - 1]
    if facts.route is None:
        words = "Choose the way off the key: it says whether a role is needed, and which."
        return NextStep("choose_route", "Choose a route", (Sentence(words),))
    if facts.route is Route.NONE_POSSIBLE:
        return NextStep("choose_route", "Look for a route again", (_without_a_way(facts, now),))
    if ready.holds is Holds.FAILS and not facts.replacements:
        words = "Create the role which takes over, then link it here. Several candidates may share a role."
        return NextStep("link_role", "Link the replacement role", (Sentence(words),))
    if ready.holds is Holds.FAILS:
        return NextStep("fix_role", "Make the role ready", _sentences(ready, Holds.FAILS))
    if switched.holds is Holds.FAILS:
        how = TRAPS if still_used_after_switch(facts) else Sentence(SWITCHES[facts.route])
        what = (how, *_sentences(switched, Holds.FAILS))
        return NextStep("switch_over", "Switch the workload over to the role", what)
    return None


def _without_a_way(facts: CandidateFacts, now: datetime) -> Sentence:
    again = "Choose another route as soon as there is one."
    until = excepted_until(facts, now=now)
    if until is None:
        return Sentence(f"No way off the key is known, so it stays open: ask for an exception. {again}")
    return Sentence(
        f"No way off the key is known, and an exception stands until {{until:day}}. {again}", {"until": until}
    )


def _unknown(steps: tuple[Step, ...]) -> tuple[Sentence, ...]:
    """Return what could not be judged on the way: to be checked by hand before a key is touched."""
    between = steps[Stage.ROLE_READY - 1 : Stage.SWITCHED_OVER]
    return tuple(sentence for step in between for sentence in _sentences(step, Holds.UNKNOWN))


def _sentences(step: Step, holds: Holds) -> tuple[Sentence, ...]:
    evidence: list[Evidence] = [each for each in step.evidence if each.holds is holds]
    return tuple(each.sentence for each in evidence)


def _confirm_gone(step: Step) -> NextStep:
    words = Sentence("The next sync asks AWS once more; there is nothing for you to do.")
    return NextStep("confirm_gone", "Wait for the second proof", (step.evidence[0].sentence, words))


def _close() -> NextStep:
    words = "It is proved gone. Close it with a note, so that the record says who signed it off."
    return NextStep("close", "Sign it off", (Sentence(words),))

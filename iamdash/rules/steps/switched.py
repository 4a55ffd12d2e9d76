"""Step 4: the new roles do the work, and every key is silent.

A role's last use counts requests, not successes, and goes back 400 days (iam:GetRole, `RoleLastUsed`). A role that was
in use before, that others share, or that this IAM user may assume proves nothing by its use: that is said by name, and
only the full waiting time of every key (see `silence.waiting`) makes up for it.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from iamdash.rules.evidence import Evidence, Holds, Reading, Step
from iamdash.rules.facts import CandidateFacts, KeyFacts, ReplacementFacts, RoleFacts, Thresholds
from iamdash.rules.keys import LAST_USED, LISTED, no_reading, oldest_first
from iamdash.rules.moments import after, newest
from iamdash.rules.routes.accounts import may_assume
from iamdash.rules.routes.readiness import LISTING
from iamdash.rules.sentence import Sentence, plain
from iamdash.rules.silence.history import LAST_USED_SPAN
from iamdash.rules.silence.quiet import quiet_of
from iamdash.rules.stage import Stage
from iamdash.rules.steps.roles import all_of

LEAST_SILENCE = timedelta(hours=24)
# A session that the IAM user opened itself with its key goes on for so long after the key's last use.
LONGEST_SESSION = timedelta(hours=12)


def switched_over(facts: CandidateFacts, ready: Step, *, thresholds: Thresholds) -> Step:
    """Return step 4, given step 3; "not needed" on the routes that take no role."""
    if ready.holds is Holds.NOT_NEEDED:
        return _step(Holds.NOT_NEEDED, (_by_people(Holds.NOT_NEEDED, "This route needs no role."),))
    if not facts.replacements:
        return _step(Holds.FAILS, (_by_people(Holds.FAILS, "There is no replacement role to switch over to yet."),))
    keys_used_at = newest([key.last_used_at for key in facts.access_keys])
    roles, waited_from = roles_at_work(facts), _waited_in_full_from(facts, thresholds)
    doubted = waited_from is not None and any(each.holds is Holds.UNKNOWN for each in roles)
    evidence = (
        *_not_ready(ready),
        *(_made_up_for(each) if doubted else each for each in roles),
        *_latest_use(facts, keys_used_at),
        *_keys_silent(facts),
    )
    holds = all_of(evidence)
    reached_at = newest([_reached_at(facts, keys_used_at), waited_from if doubted else None])
    return _step(holds, evidence, reached_at if holds is Holds.HOLDS else None)


def roles_at_work(facts: CandidateFacts) -> tuple[Evidence, ...]:
    """Return for each replacement role whether its use shows that it took over; unknown where it proves nothing."""
    keys_used_at = newest([key.last_used_at for key in facts.access_keys])
    return tuple(_role_works(each, facts, keys_used_at) for each in facts.replacements)


def still_used_after_switch(facts: CandidateFacts) -> bool:
    """Return whether a role is in use since it was linked while a key still moves: the trap to name outright."""
    keys_used_at = newest([key.last_used_at for key in facts.access_keys])
    live = [each for each in facts.replacements if _used_after(each.iam_role, each.linked_at)]
    return keys_used_at is not None and any(keys_used_at > each.linked_at for each in live)


def _waited_in_full_from(facts: CandidateFacts, thresholds: Thresholds) -> datetime | None:
    """Return from when on direct readings show every key silent for as long as it takes where nothing else is known."""
    quiet = [quiet_of(key, cadence=facts.cadence, thresholds=thresholds) for key in facts.access_keys]
    if no_reading(facts) is not None or not all(each.is_shown for each in quiet):
        return None
    return max((each.enough_from for each in quiet), default=facts.keys_as_of)


def _made_up_for(evidence: Evidence) -> Evidence:
    if evidence.holds is not Holds.UNKNOWN:
        return evidence
    words = f"{evidence.sentence.text} But every access key has been silent for the full waiting time."
    return replace(evidence, holds=Holds.HOLDS, sentence=replace(evidence.sentence, text=words))


def _not_ready(ready: Step) -> tuple[Evidence, ...]:
    if ready.holds is Holds.HOLDS:
        return ()
    return (_by_people(ready.holds, "Not every replacement role is known to be ready: see the step before."),)


def _role_works(replacement: ReplacementFacts, facts: CandidateFacts, keys_used_at: datetime | None) -> Evidence:
    iam_role = replacement.iam_role
    name = plain(iam_role.role_name)
    used_at = iam_role.last_used_at
    if used_at is None:
        return _role(Holds.FAILS, Sentence(f"AWS recorded no use of role {name}."))
    moments = {"used_at": used_at}
    if used_at < replacement.linked_at and (keys_used_at is None or used_at <= keys_used_at):
        return _role(
            Holds.FAILS, Sentence(f"Role {name} was last used {{used_at:ago}}, before it was linked.", moments)
        )
    doubts = _proves_nothing_because(replacement, facts)
    if doubts:
        words = f"Role {name} was last used {{used_at:ago}}, which proves nothing: {' and '.join(doubts)}."
        return _role(Holds.UNKNOWN, Sentence(words, moments))
    return _role(Holds.HOLDS, Sentence(f"Role {name} was last used {{used_at:ago}}.", moments))


def _proves_nothing_because(replacement: ReplacementFacts, facts: CandidateFacts) -> list[str]:
    doubts = []
    first_used_at = replacement.iam_role.first_used_at
    if first_used_at is not None and first_used_at < replacement.linked_at:
        doubts.append("it was in use before it was linked")
    if replacement.shared_with:
        doubts.append("other candidates share it")
    if may_assume(facts, replacement.iam_role):
        doubts.append("this IAM user may assume it itself")
    return doubts


def _latest_use(facts: CandidateFacts, keys_used_at: datetime | None) -> tuple[Evidence, ...]:
    """Return the evidence against, where the keys were used as late as the roles; none where the roles came later."""
    roles_used = [each.iam_role for each in facts.replacements if each.iam_role.last_used_at is not None]
    if keys_used_at is None or not roles_used or any(_used_later(each, keys_used_at, facts) for each in roles_used):
        return ()
    words = "An access key was used {keys:ago}, no earlier than the roles were."
    return (Evidence(Holds.FAILS, Sentence(words, {"keys": keys_used_at}), LAST_USED, Reading.KEYS),)


def _used_later(iam_role: RoleFacts, keys_used_at: datetime, facts: CandidateFacts) -> bool:
    """Return whether a role was used later than the keys, and not by a session that one of them had opened."""
    session = LONGEST_SESSION if may_assume(facts, iam_role) else timedelta(0)
    return _used_after(iam_role, keys_used_at + LAST_USED_SPAN + session)


def _keys_silent(facts: CandidateFacts) -> tuple[Evidence, ...]:
    gap = no_reading(facts)
    if gap is not None:
        return (Evidence(Holds.UNKNOWN, gap, LISTED, Reading.KEYS),)
    return tuple(_key_silent(key) for key in oldest_first(facts))


def _key_silent(key: KeyFacts) -> Evidence:
    name = f"Access key {key.access_key_id}"
    if key.last_used_as_of is None or key.last_used_source != "direct":
        unread = Sentence(f"{name}: its last use has not been read directly.")
        return Evidence(Holds.UNKNOWN, unread, LAST_USED, Reading.KEYS)
    since = _silent_since(key)
    words = "was last used {since:ago}" if key.last_used_at else "has no use recorded since it was created {since:ago}"
    silent = key.last_used_as_of - since > _needed_silence(key)
    holds = Holds.HOLDS if silent else Holds.FAILS
    end = "." if silent else ": not yet silent for longer than a day and its longest gap."
    sentence = Sentence(f"{name} {words}{end}", {"since": since})
    return Evidence(holds, sentence, LAST_USED, Reading.KEYS, "Use of the last few hours, and what only runs rarely.")


def _silent_since(key: KeyFacts) -> datetime:
    return key.last_used_at or key.created_at


def _needed_silence(key: KeyFacts) -> timedelta:
    used = sorted({use.at for use in key.uses})
    return max([LEAST_SILENCE, *(later - earlier for earlier, later in pairwise(used))])


def _reached_at(facts: CandidateFacts, keys_used_at: datetime | None) -> datetime | None:
    """Return when the last condition came true: each role's first use that counts, and each key's silence."""
    silent = [after(_silent_since(key), span=_needed_silence(key)) for key in facts.access_keys]
    used = [
        min((at for at in each.iam_role.uses if _counts(at, each, keys_used_at)), default=each.iam_role.last_used_at)
        for each in facts.replacements
    ]
    return newest([*silent, *used])


def _counts(at: datetime, replacement: ReplacementFacts, keys_used_at: datetime | None) -> bool:
    return at >= replacement.linked_at if keys_used_at is None else at > keys_used_at


def _used_after(iam_role: RoleFacts, moment: datetime) -> bool:
    return iam_role.last_used_at is not None and iam_role.last_used_at > moment


def _role(holds: Holds, sentence: Sentence) -> Evidence:
    return Evidence(holds, sentence, LISTING, Reading.LISTING, "Whether a request succeeded; use over 400 days ago.")


def _by_people(holds: Holds, words: str) -> Evidence:
    return Evidence(holds, Sentence(words), "iamdash", Reading.PEOPLE)


def _step(holds: Holds, evidence: tuple[Evidence, ...], reached_at: datetime | None = None) -> Step:
    return Step(Stage.SWITCHED_OVER, holds, evidence, reached_at)

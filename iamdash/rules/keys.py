"""What an IAM user's access keys show, in the words that AWS uses for their status."""

from iamdash.rules.facts import CandidateFacts, KeyFacts
from iamdash.rules.sentence import Sentence, plain

ACTIVE = "Active"
INACTIVE = "Inactive"
LISTED = "iam:ListAccessKeys"
LAST_USED = "iam:GetAccessKeyLastUsed"


def active_keys(facts: CandidateFacts) -> tuple[KeyFacts, ...]:
    """Return the keys whose status is Active, oldest first."""
    return tuple(key for key in oldest_first(facts) if key.status == ACTIVE)


def inactive_keys(facts: CandidateFacts) -> tuple[KeyFacts, ...]:
    """Return the keys whose status is Inactive, oldest first."""
    return tuple(key for key in oldest_first(facts) if key.status == INACTIVE)


def oldest_first(facts: CandidateFacts) -> list[KeyFacts]:
    """Return the keys by age; keys of one second by their IDs."""
    return sorted(facts.access_keys, key=lambda key: (key.created_at, key.access_key_id))


def only_report_knows(facts: CandidateFacts) -> bool:
    """Return whether key IDs are still unread, so that the credential report's slots are all there is."""
    return facts.keys_as_of is None and not facts.access_keys


def named(keys: tuple[KeyFacts, ...] | list[KeyFacts]) -> str:
    """Return "access key A", or "access keys A and B"."""
    noun = "access key" if len(keys) == 1 else "access keys"
    return f"{noun} {' and '.join(key.access_key_id for key in keys)}"


def unread_reason(facts: CandidateFacts) -> Sentence | None:
    """Return why nobody should act on the keys as they were last read; None: nothing speaks against it."""
    if facts.keys_unread_reason:
        return _could_not(facts)
    return no_reading(facts)


def no_reading(facts: CandidateFacts) -> Sentence | None:
    """Return why no direct and complete reading of the keys stands; None: one does.

    A later try that failed takes nothing away: what was read stays true as of then, and the page shows its age.
    """
    if facts.keys_as_of is None:
        not_yet = Sentence("The access keys have not been read directly yet.")
        return _could_not(facts) if facts.keys_unread_reason else not_yet
    contradicted = any(active for _created_at, active in facts.report_slots) and not active_keys(facts)
    if contradicted and facts.report_as_of is not None and facts.report_as_of > facts.keys_as_of:
        return Sentence("A credential report newer than the direct reading shows an active access key.")
    return None


def _could_not(facts: CandidateFacts) -> Sentence:
    return Sentence(f"The access keys could not be read: {plain(facts.keys_unread_reason)}")

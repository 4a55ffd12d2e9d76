"""What an IAM user's access keys show, in the words that AWS uses for their status."""

from iamdash.rules.facts import CandidateFacts, KeyFacts

ACTIVE = "Active"
INACTIVE = "Inactive"


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

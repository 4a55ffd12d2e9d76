"""An exception keeps a candidate out of the open counts until its day; a block says what an open one waits for."""

from datetime import datetime
from enum import StrEnum

from iamdash.rules.facts import CandidateFacts
from iamdash.rules.steps.gone import proved_gone


class Waiting(StrEnum):
    """What a blocked candidate waits for. The value is what is stored and what addresses say."""

    VENDOR = "vendor"
    RELEASE = "release"
    PERSON = "person"
    OTHER = "other"

    @property
    def label(self) -> str:
        """Return it as a form offers it."""
        return {
            Waiting.VENDOR: "A vendor",
            Waiting.RELEASE: "A release",
            Waiting.PERSON: "A person",
            Waiting.OTHER: "Something else",
        }[self]


def excepted_until(facts: CandidateFacts, *, now: datetime) -> datetime | None:
    """Return until when an exception is in force; None: there is none, or AWS's proof has outranked it."""
    until = facts.exception_until
    if until is None or until <= now or proved_gone(facts) or not facts.account_readable:
        return None
    return until


def blocked_words(kind: Waiting, review_on: str) -> str:
    """Return what a blocked candidate waits for, and until which day: "Blocked by a vendor until 3 March"."""
    return f"Blocked by {kind.label.lower()} until {review_on}"

"""Why an action did not happen, in a sentence for the person who asked: what is so, and what to do instead."""

from iamdash.models import Claim


class Refused(Exception):  # noqa: N818  raised as it is said: the action was refused
    """The action is not possible as asked. `sentence` says why and what to do; nothing was written."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotPermitted(Refused):
    """Somebody else may do it, but not this person: the sentence says who."""


class AlreadyClaimed(Refused):
    """Somebody else answers for the candidate: `claim` is the claim that stands."""

    def __init__(self, sentence: str, *, claim: Claim) -> None:
        super().__init__(sentence)
        self.claim = claim


class NotGone(Refused):
    """AWS has not proved that the IAM user is gone: the sentence says which proof is missing, and when it can come."""

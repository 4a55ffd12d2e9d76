"""Why an action did not happen, in a sentence for the person who asked: what is so, and what to do instead."""

from iamdash.models import Claim


class Refused(Exception):  # noqa: N818  raised as it is said: the action was refused
    """The action is not possible as asked. `sentence` says why and what to do; nothing was written.

    `in_short`: the same of one among many, to follow a number ("already claimed by Search"). `field`: what the action
    was told that cannot be, by its name; "" where it is not one thing alone.
    """

    def __init__(self, sentence: str, *, in_short: str = "refused", field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.in_short = in_short
        self.field = field


class NotPermitted(Refused):
    """Somebody else may do it, but not this person: the sentence says who."""


class AlreadyClaimed(Refused):
    """Somebody else answers for the candidate: `claim` is the claim that stands."""

    def __init__(self, sentence: str, *, claim: Claim) -> None:
        super().__init__(sentence, in_short=f"already claimed by {claim.team}")
        self.claim = claim


class NotGone(Refused):
    """AWS has not proved that the IAM user is gone: the sentence says which proof is missing, and when it can come."""

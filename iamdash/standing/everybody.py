"""Assessing every IAM user anew: for changes that may concern anybody, such as a limit or a list of accounts."""

from datetime import datetime

from iamdash.models import IamUser
from iamdash.standing.assess import Cause, assess


def assess_everybody(*, now: datetime, cause: Cause, actor: str) -> None:
    """Assess all IAM users, in the caller's transaction."""
    assess(list(IamUser.objects.values_list("pk", flat=True)), now=now, cause=cause, actor=actor)

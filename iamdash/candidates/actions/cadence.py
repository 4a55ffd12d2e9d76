"""Say how often the access keys of a candidate are used: its owner knows, where a short history cannot show it."""

from datetime import datetime

from django.db import transaction

from iamdash.candidates.actions.change import finish, locked, require
from iamdash.models import AccessLevel, Candidate, Person
from iamdash.rules.silence.cadence import Cadence


@transaction.atomic
def declare_cadence(*, candidate: Candidate, cadence: Cadence | None, by: Person, now: datetime) -> None:
    """Say how often the keys are used; None: nobody knows (any more). The same again changes nothing.

    Raises NotPermitted.
    """
    require(by, AccessLevel.ENGINEER, "say how often a key is used")
    fresh = locked(candidate)
    said = cadence.value if cadence else ""
    if said == fresh.cadence:
        return
    before = {"cadence": fresh.cadence} if fresh.cadence else None
    fresh.cadence = said
    fresh.save(update_fields=["cadence"])
    name = fresh.iam_user.user_name
    how_often = cadence.label[:1].lower() + cadence.label[1:] if cadence else ""
    finish(
        fresh,
        by=by,
        now=now,
        kind="candidate.cadence_declared" if cadence else "candidate.cadence_withdrawn",
        sentence=f"{by} said how often the keys of {name} are used: {how_often}."
        if cadence
        else f"{by} withdrew what was said of how often the keys of {name} are used.",
        before=before,
        after={"cadence": said} if cadence else None,
    )

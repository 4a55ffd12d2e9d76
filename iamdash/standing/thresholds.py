"""The organisation's limits, as the rules take them."""

from typing import Any

from iamdash.models import Programme
from iamdash.rules.facts import Thresholds
from iamdash.rules.owners.teams import USUAL_RULES, OwnershipRule, Source
from iamdash.rules.workload import USUAL_ENVIRONMENTS


def thresholds() -> Thresholds:
    """Return the limits of the programme."""
    programme = Programme.current()
    return Thresholds(
        long_lived_days=programme.long_lived_days,
        grace_days=programme.grace_days,
        stuck_days=programme.stuck_days,
        gone_confirm_minutes=programme.gone_confirm_minutes,
        minimum_quiet_days=programme.minimum_quiet_days,
        soak_days=programme.soak_days,
        claim_days=programme.claim_days,
        claim_warning_days=programme.claim_warning_days,
        ownership=USUAL_RULES if programme.ownership is None else tuple(map(_rule, programme.ownership)),
        environments=tuple(map(tuple, programme.environments)) if programme.environments else USUAL_ENVIRONMENTS,
    )


def _rule(stored: dict[str, Any]) -> OwnershipRule:
    return OwnershipRule(
        source=Source(stored["source"]),
        keys=tuple(stored["keys"]),
        pattern=stored["pattern"],
        team=stored["team"],
        ignore=tuple(stored["ignore"]),
    )

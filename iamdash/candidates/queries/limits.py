"""The limits of the organisation: what each does, how many it concerns today, and what another value would do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from iamdash.candidates.queries.filters import SAFE_TO_DEACTIVATE, SAFE_TO_DELETE, claim_lapses_soon
from iamdash.models import IamUser, Programme, Standing
from iamdash.rules.assess import assess
from iamdash.rules.evidence import Assessment, Verdict
from iamdash.rules.facts import CandidateFacts, Thresholds
from iamdash.rules.keys import active_keys
from iamdash.rules.reason import reason_for
from iamdash.standing.facts import facts_of
from iamdash.standing.thresholds import thresholds

# So many IAM users are judged for a preview: more would make whoever asks wait for seconds.
MOST_JUDGED = 1_000
LONGEST = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of [thresholds]. `does` ends with its value in mind; `concerned`: so many now, None: not counted.

    `query`: the list of them, "" where there is none.
    """

    name: str
    value: int
    unit: str
    usual: int
    does: str
    concerned: int | None
    concerns: str
    query: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What another value would do to one number."""

    what: str
    before: int
    after: int

    @property
    def change(self) -> int:
        """Return by how many it would change."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Preview:
    """What other values would do today. `judged` of `of` IAM users were looked at, spread evenly."""

    effects: tuple[Effect, ...]
    judged: int
    of: int
    lines: tuple[str, ...]

    @property
    def toml(self) -> str:
        """Return the lines as they stand in the file."""
        return "\n".join(("[thresholds]", *self.lines))


DOES = {
    "long_lived_days": "From this age on, an access key makes its IAM user a candidate.",
    "grace_days": "For so long an active key may have no recorded use before it makes its IAM user a candidate.",
    "stuck_days": "Longer than this in one stage, a candidate is stuck.",
    "gone_confirm_minutes": "The second proof that an IAM user is gone comes so long after the first, at the earliest.",
    "minimum_quiet_days": "A key has to be silent for so long, at the least, before it is safe to deactivate.",
    "soak_days": "A key has to be Inactive for so long, at the least, before it is safe to delete.",
    "claim_days": "A claim that nobody confirms lapses after so long.",
    "claim_warning_days": "So long before it lapses, a claim is said to lapse soon.",
    "exception_days": "An exception lasts so long at most; another one is another decision.",
}
# What the rules are not asked about: a preview would show nothing.
NOT_PREVIEWED = ("gone_confirm_minutes", "claim_warning_days", "exception_days")


def limits(now: datetime) -> tuple[Limit, ...]:
    """Return every limit with what it concerns today. Three queries."""
    programme = Programme.objects.filter(pk=1).first() or Programme()
    concerned = _concerned(programme, now)
    found = []
    for name, does in DOES.items():
        count, words, query = concerned[name]
        usual = getattr(Programme(), name)
        unit = "minutes" if name.endswith("minutes") else "days"
        found.append(Limit(name, getattr(programme, name), unit, usual, does, count, words, query))
    return tuple(found)


def _concerned(programme: Programme, now: datetime) -> dict[str, tuple[int, str, str]]:
    """Return what each limit concerns now: how many, in words, and the list of them."""
    old = Q(is_open=True, oldest_key_created_at__lte=now - min(timedelta(days=programme.long_lived_days), LONGEST))
    unused = Q(is_open=True, last_used_at=None, use_unread=False, active_keys__gt=0)
    counts = Standing.objects.aggregate(
        old=Count("pk", filter=old),
        unused=Count("pk", filter=unused),
        stuck=Count("pk", filter=Q(is_open=True, stuck_from__lte=now)),
        safe_to_deactivate=Count("pk", filter=SAFE_TO_DEACTIVATE),
        safe_to_delete=Count("pk", filter=SAFE_TO_DELETE),
        claimed=Count("pk", filter=Q(is_open=True, owner_team__isnull=False)),
        lapsing=Count("pk", filter=claim_lapses_soon(now)),
        excepted=Count("pk", filter=Q(exception_until__isnull=False)),
    )
    unconfirmed = IamUser.objects.filter(gone_at__isnull=False, gone_confirmed_at=None).count()
    return {
        "long_lived_days": (counts["old"], "open candidates have a key of that age", ""),
        "grace_days": (counts["unused"], "open candidates have active keys without a recorded use", "used=none"),
        "stuck_days": (counts["stuck"], "are stuck", "view=stuck"),
        "gone_confirm_minutes": (unconfirmed, "IAM users wait for the second proof", ""),
        "minimum_quiet_days": (counts["safe_to_deactivate"], "are safe to deactivate", "view=safe-to-deactivate"),
        "soak_days": (counts["safe_to_delete"], "are safe to delete", "view=safe-to-delete"),
        "claim_days": (counts["claimed"], "open candidates are claimed", ""),
        "claim_warning_days": (counts["lapsing"], "claims lapse soon", "claim=lapsing"),
        "exception_days": (counts["excepted"], "have an exception", "view=exceptions"),
    }


def preview(changes: Mapping[str, Any], *, now: datetime) -> Preview:
    """Return what these values would do, if they stood in the file today."""
    current = thresholds()
    changed = replace(current, **changes)
    ids = list(IamUser.objects.filter(gone_confirmed_at=None).order_by("pk").values_list("pk", flat=True))
    step = -(-len(ids) // MOST_JUDGED) or 1
    facts = list(facts_of(ids[::step]).values())
    before, after = (_counted(facts, limits, now) for limits in (current, changed))
    usual = {name: getattr(current, name) for name in changes}
    return Preview(
        effects=tuple(Effect(what, before[what], after[what]) for what in before),
        judged=len(facts),
        of=len(ids),
        lines=tuple(f"{name} = {value}" for name, value in changes.items() if value != usual[name]),
    )


def _counted(facts: Sequence[CandidateFacts], limits: Thresholds, now: datetime) -> dict[str, int]:
    judged = list(_judged(facts, limits, now))
    yes = Verdict.YES
    return {
        "Candidates": len(judged),
        "Stuck": sum(found.is_open and found.stuck_from is not None and found.stuck_from <= now for _, found in judged),
        "Safe to deactivate": sum(
            found.is_open and found.safe_to_deactivate.answer is yes and bool(active_keys(theirs))
            for theirs, found in judged
        ),
        "Safe to delete": sum(found.is_open and found.safe_to_delete.answer is yes for _, found in judged),
        "Claimed": sum(found.claim_lapses_at is not None and found.claim_lapses_at > now for _, found in judged),
    }


def _judged(
    facts: Sequence[CandidateFacts], limits: Thresholds, now: datetime
) -> Iterator[tuple[CandidateFacts, Assessment]]:
    """Yield who is a candidate by these limits, or has been one, with the rules' answer."""
    for theirs in facts:
        if theirs.opened_at is not None:
            yield theirs, assess(theirs, thresholds=limits, now=now)
        elif reason_for(theirs, thresholds=limits, now=now) is not None:
            opened = replace(theirs, opened_at=now)
            yield opened, assess(opened, thresholds=limits, now=now)

"""The limits of the organisation: what each does, how many it concerns today, and what another value would do."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from iamdash.candidates.queries.candidate_list.conditions import condition_of
from iamdash.candidates.queries.candidate_list.counts import exact_counts
from iamdash.candidates.queries.compiled import to_the_minute
from iamdash.models import IamUser, Programme, Standing
from iamdash.models.bulk import among
from iamdash.rules.assess import assess
from iamdash.rules.evidence import Verdict
from iamdash.rules.facts import CandidateFacts, Thresholds
from iamdash.rules.stage import Stage
from iamdash.rules.steps.reason import reason_for
from iamdash.standing.facts import facts_of
from iamdash.standing.going_down import Reopening
from iamdash.standing.row import row
from iamdash.standing.thresholds import thresholds

# So many IAM users are judged for a preview: more would make whoever asks wait for seconds.
MOST_JUDGED = 1_000


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of [thresholds]: what it `does`, how many it concerns now, and the list of them ("": there is none).

    `unit` is the word for one.
    """

    name: str
    value: int
    unit: str
    usual: int
    does: str
    concerned: int
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


@dataclass(frozen=True, slots=True)
class _About:
    """What a limit does; and whom it concerns: a list by its query, where there is one, else a condition."""

    does: str
    concerns: str
    query: str = ""
    condition: Callable[[Programme, datetime], Q] | None = None


ABOUT = {
    "long_lived_days": _About(
        "From this age on, an access key makes its IAM user a candidate.",
        "open with a key of that age",
        condition=lambda programme, now: Q(
            is_open=True, oldest_key_created_at__lte=now - timedelta(days=programme.long_lived_days)
        ),
    ),
    "grace_days": _About(
        "For so long an active key may have no recorded use before it makes its IAM user a candidate.",
        "with active keys and no recorded use",
        "view=open&used=none&keys=active",
    ),
    "stuck_days": _About("Longer than this in one stage, a candidate is stuck.", "stuck", "view=stuck"),
    "gone_confirm_minutes": _About(
        "The second proof that an IAM user is gone comes so long after the first, at the earliest.",
        "waiting for the second proof",
        condition=lambda _programme, _now: Q(
            candidate__iam_user__gone_at__isnull=False, candidate__iam_user__gone_confirmed_at=None
        ),
    ),
    "minimum_quiet_days": _About(
        "A key has to be silent for so long, at the least, before it is safe to deactivate.",
        "safe to deactivate",
        "view=safe-to-deactivate",
    ),
    "soak_days": _About(
        "A key has to be Inactive for so long, at the least, before it is safe to delete.",
        "safe to delete",
        "view=safe-to-delete",
    ),
    "claim_days": _About(
        "A claim that nobody confirms lapses after so long.",
        "open and claimed",
        condition=lambda _programme, _now: Q(is_open=True, owner_team__isnull=False),
    ),
    "claim_warning_days": _About(
        "So long before it lapses, a claim is said to lapse soon.", "lapsing soon", "claim=lapsing"
    ),
    "exception_days": _About(
        "An exception lasts so long at most; another one is another decision.", "under an exception", "view=exceptions"
    ),
}
# What the rules are not asked about: a preview would show nothing.
NOT_PREVIEWED = ("gone_confirm_minutes", "exception_days")


def limits(now: datetime) -> tuple[Limit, ...]:
    """Return every limit with what it concerns today. Two queries."""
    programme, usual = Programme.current(), Programme()
    minute = to_the_minute(now)
    numbers = exact_counts(
        {
            name: about.condition(programme, minute) if about.condition else condition_of(about.query, now=minute)
            for name, about in ABOUT.items()
        }
    )
    return tuple(
        Limit(
            name=name,
            value=getattr(programme, name),
            unit="minute" if name.endswith("minutes") else "day",
            usual=getattr(usual, name),
            does=about.does,
            concerned=numbers[name],
            concerns=about.concerns,
            query=about.query,
        )
        for name, about in ABOUT.items()
    )


# What a preview counts, as the lists of the same names do.
COUNTED: Mapping[str, Callable[[Standing, datetime], bool]] = {
    "Candidates": lambda _row, _now: True,
    "Claimed": lambda row, _now: row.is_open and row.owner_team_id is not None,
    "Claims that lapse soon": lambda row, now: (
        row.is_open and _has_come(row.claim_warned_at, now) and not _has_come(row.claim_lapses_at, now)
    ),
    "Stuck": lambda row, now: row.is_open and _has_come(row.stuck_from, now),
    "Safe to deactivate": lambda row, _now: (
        row.is_open and row.safe_to_deactivate == Verdict.YES and row.active_keys > 0
    ),
    "Safe to delete": lambda row, _now: row.is_open and row.safe_to_delete == Verdict.YES,
}


def preview(changes: Mapping[str, Any], *, now: datetime) -> Preview:
    """Return what these values would do, if they stood in the file today, each in the place of another one."""
    in_force = thresholds()
    ids = list(IamUser.objects.filter(gone_confirmed_at=None).order_by("pk").values_list("pk", flat=True))
    facts = facts_of(ids[:: -(-len(ids) // MOST_JUDGED) or 1])
    steps_back = _steps_back(facts)
    before, after = (list(_judged(facts, steps_back, each, now)) for each in (in_force, replace(in_force, **changes)))
    return Preview(
        effects=tuple(
            Effect(what, sum(holds(row, now) for row in before), sum(holds(row, now) for row in after))
            for what, holds in COUNTED.items()
        ),
        judged=len(facts),
        of=len(ids),
        lines=tuple(f"{name} = {value}" for name, value in changes.items()),
    )


def _has_come(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


def _steps_back(iam_user_ids: Collection[int]) -> dict[int, Reopening]:
    """Return the step back that each candidate carries, which is no matter of limits."""
    stored = Standing.objects.filter(candidate__iam_user__in=among(iam_user_ids), reopened_at__isnull=False)
    columns = stored.values_list("candidate__iam_user", "reopened_at", "fell_from")
    return {pk: Reopening(at, Stage(fell_from) if fell_from else None) for pk, at, fell_from in columns}


def _judged(
    facts: Mapping[int, CandidateFacts], steps_back: Mapping[int, Reopening], in_force: Thresholds, now: datetime
) -> Iterator[Standing]:
    """Yield the answer for whoever is a candidate by these limits, or has been one: rows that are never saved."""
    for pk, theirs in facts.items():
        if theirs.opened_at is None and reason_for(theirs, thresholds=in_force, now=now) is None:
            continue
        opened = replace(theirs, opened_at=theirs.opened_at or now)
        assessment = assess(opened, thresholds=in_force, now=now)
        yield row(0, opened, assessment, thresholds=in_force, step_back=steps_back.get(pk, Reopening()))

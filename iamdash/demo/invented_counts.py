"""Twelve months of counts for the burn-down, invented: what stood at each look, and a slow decline before the first."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Sum

from iamdash.models import DailyCount, Standing
from iamdash.rules.stage import Stage

DAYS = 365
# How many more candidates there had been a year ago than at the first look.
MORE_A_YEAR_AGO = 46

Place = tuple[str, str, int]


@dataclass
class Counts:
    """What stood on the days that were looked at: (AWS account, team, stage) → (candidates, active keys)."""

    days: dict[date, dict[Place, tuple[int, int]]] = field(default_factory=dict)

    def take(self, day: date) -> None:
        """Count what stands now, as the count of `day`."""
        rows = (
            Standing.objects.filter(readable=True)
            .values_list("aws_account", "owner_team", "stage")
            .annotate(candidates=Count("pk"), active=Sum("active_keys"))
            .order_by()
        )
        self.days[day] = {
            (account_id, team or "", stage): (candidates, active)
            for account_id, team, stage, candidates, active in rows
        }


def write(counts: Counts, *, today: date) -> None:
    """Write a count for every day of the last twelve months, each marked as invented."""
    rows = [
        DailyCount(
            day=day,
            aws_account_id=account_id,
            team_slug=team_slug,
            stage=stage,
            candidates=candidates,
            active_keys=active_keys,
            invented=True,
        )
        for days_ago in range(DAYS, 0, -1)
        for day in [today - timedelta(days=days_ago)]
        for (account_id, team_slug, stage), (candidates, active_keys) in _on(day, counts, today).items()
    ]
    DailyCount.objects.bulk_create(rows, batch_size=2000)


def _on(day: date, counts: Counts, today: date) -> dict[Place, tuple[int, int]]:
    """Return the count of one day: that of the newest look before it, or the first look's and what came before."""
    looked_at = [looked for looked in counts.days if looked <= day]
    if looked_at:
        return counts.days[max(looked_at)]
    first = min(counts.days)
    share = (first - day).days / (first - today + timedelta(days=DAYS)).days
    return _with_more(counts.days[first], round(MORE_A_YEAR_AGO * share))


def _with_more(found: dict[Place, tuple[int, int]], more: int) -> dict[Place, tuple[int, int]]:
    """Return the counts with more candidates at the first stage, one to each account in turn."""
    accounts = sorted({account_id for account_id, _, _ in found})
    extra = Counter(accounts[number % len(accounts)] for number in range(more)) if accounts else Counter()
    grown = dict(found)
    for account_id, number in extra.items():
        place = (account_id, "", Stage.IDENTIFIED.value)
        candidates, active_keys = grown.get(place, (0, 0))
        grown[place] = (candidates + number, active_keys + number)
    return grown

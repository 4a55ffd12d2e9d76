"""One count a day by AWS account, team and stage: what the burn-down draws."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Sum

from iamdash.models import DailyCount, Standing


def count_day(day: date, now: datetime) -> int:
    """Count the candidates as they stand at `now` and keep it as `day`'s count; return the number of rows.

    Left out is what is no longer readable, and what is under an exception: neither is left, and neither was retired.
    Counting a day again replaces it; so does a real count of a day that was invented for the demo.
    """
    counts = (
        Standing.objects.filter(readable=True, exception_until=None, candidate__opened_at__lte=now)
        .values_list("aws_account", "owner_team", "stage")
        .annotate(candidates=Count("pk"), active=Sum("active_keys"))
        .order_by()
    )
    rows = [
        DailyCount(
            day=day,
            aws_account_id=aws_account_id,
            team_slug=team_slug or "",
            stage=stage,
            candidates=candidates,
            active_keys=active,
        )
        for aws_account_id, team_slug, stage, candidates, active in counts
    ]
    with transaction.atomic():
        DailyCount.objects.filter(day=day).delete()
        DailyCount.objects.bulk_create(rows)
    return len(rows)

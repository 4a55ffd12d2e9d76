"""A year of daily counts of the large organisation: today's, with a little more of everything the further back."""

from datetime import date

from django.db import connection

DAYS = 365
GREATER_A_YEAR_AGO = 0.3
# A million rows, made where they are kept.
BACK = """
    INSERT INTO iamdash_dailycount (day, aws_account_id, team_slug, stage, candidates, active_keys, invented)
    SELECT %(today)s::date - ago, aws_account_id, team_slug, stage,
        candidates + round(candidates * %(greater)s * ago / %(days)s)::int,
        active_keys + round(active_keys * %(greater)s * ago / %(days)s)::int, true
    FROM iamdash_dailycount CROSS JOIN generate_series(1, %(days)s) AS ago
    WHERE day = %(today)s
"""


def write(today: date) -> None:
    """Write a count for each day of the last year, out of today's."""
    with connection.cursor() as cursor:
        cursor.execute(BACK, {"today": today, "days": DAYS, "greater": GREATER_A_YEAR_AGO})

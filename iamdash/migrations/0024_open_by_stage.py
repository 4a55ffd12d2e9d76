from django.db import migrations

TOGETHER = """
    CREATE STATISTICS standings_open_by_stage (mcv) ON is_open, stage FROM iamdash_standing;
    ANALYZE iamdash_standing
"""


class Migration(migrations.Migration):
    dependencies = [("iamdash", "0023_workloads_by_name")]

    operations = [
        migrations.RunSQL(TOGETHER, "DROP STATISTICS standings_open_by_stage"),
        migrations.RemoveIndex(model_name="standing", name="standings_unreadable"),
    ]

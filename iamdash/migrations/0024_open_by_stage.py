from django.db import migrations

# Filled by the next ANALYZE, as statistics of single columns are.
TOGETHER = "CREATE STATISTICS standings_open_by_stage (mcv) ON is_open, stage FROM iamdash_standing"


class Migration(migrations.Migration):
    dependencies = [("iamdash", "0023_workloads_by_name")]

    operations = [
        migrations.RunSQL(TOGETHER, "DROP STATISTICS standings_open_by_stage"),
        migrations.RemoveIndex(model_name="standing", name="standings_unreadable"),
    ]

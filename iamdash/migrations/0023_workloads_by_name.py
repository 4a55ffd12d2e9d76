from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("iamdash", "0022_what_pages_count")]

    operations = [
        migrations.AddIndex(
            model_name="workload", index=models.Index(fields=["name", "id"], name="workloads_by_name")
        )
    ]

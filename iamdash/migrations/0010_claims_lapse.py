from django.db import migrations, models
from django.db.models import F, Q


def confirmed_when_claimed(apps, schema_editor):
    apps.get_model("iamdash", "Claim").objects.update(confirmed_at=F("claimed_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('iamdash', '0009_fortnightly'),
    ]

    operations = [
        migrations.AddField(
            model_name='claim',
            name='confirmed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(confirmed_when_claimed, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='claim',
            name='confirmed_at',
            field=models.DateTimeField(),
        ),
        migrations.AddField(
            model_name='claim',
            name='lapsed',
            field=models.BooleanField(default=False),
        ),
        migrations.RemoveConstraint(
            model_name='claim',
            name='a_claim_that_ended_says_who_and_when',
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=Q(('ended_at__isnull', True), ('ended_by__isnull', True), ('lapsed', False)) | Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('lapsed', False)) | Q(('ended_at__isnull', False), ('ended_by__isnull', True), ('lapsed', True)), name='a_claim_ends_by_somebody_or_by_lapsing'),
        ),
        migrations.AddField(
            model_name='standing',
            name='claim_lapses_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='standing',
            name='claim_warned_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='programme',
            name='claim_days',
            field=models.PositiveIntegerField(default=90),
        ),
        migrations.AddField(
            model_name='programme',
            name='claim_warning_days',
            field=models.PositiveIntegerField(default=14),
        ),
    ]

from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion


def to_person(related_name):
    return models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=settings.AUTH_USER_MODEL)


class Migration(migrations.Migration):

    dependencies = [
        ('iamdash', '0010_claims_lapse'),
    ]

    operations = [
        migrations.AddField('claim', 'offered_team', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='iamdash.team')),
        migrations.AddField('claim', 'offered_person', to_person('offered_claims')),
        migrations.AddField('claim', 'offered_by', to_person('+')),
        migrations.AddField('claim', 'offered_at', models.DateTimeField(null=True)),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('offered_at__isnull', True), ('offered_by__isnull', True), ('offered_person__isnull', True), ('offered_team__isnull', True)), models.Q(('offered_at__isnull', False), ('offered_by__isnull', False), ('offered_person__isnull', False), ('offered_team__isnull', False)), _connector='OR'), name='an_offer_says_to_whom_by_whom_and_when'),
        ),
    ]

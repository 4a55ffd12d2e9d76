"""The AWS accounts and the thresholds, as the reviewed `iamdash.toml` says. Written by `load_config` alone."""

from django.core.validators import RegexValidator
from django.db import models


class AwsAccount(models.Model):
    """One AWS account, known by its 12 digits. `removed_at`: it was taken out of the config and is no longer read."""

    account_id = models.CharField(primary_key=True, max_length=12, validators=[RegexValidator(r"^\d{12}$")])
    name = models.CharField(max_length=120)
    environment = models.CharField(max_length=60, blank=True)
    role_arn = models.CharField(max_length=2048, blank=True)
    external_id = models.CharField(max_length=1224, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(account_id__regex=r"^[0-9]{12}$"), name="account_id_is_12_digits")
        ]

    def __str__(self) -> str:
        return self.name


class Programme(models.Model):
    """The one row of thresholds and aims. Days and minutes are whole; the rules take them as `Thresholds`."""

    long_lived_days = models.PositiveIntegerField(default=90)
    grace_days = models.PositiveIntegerField(default=7)
    stuck_days = models.PositiveIntegerField(default=21)
    gone_confirm_minutes = models.PositiveIntegerField(default=15)
    minimum_quiet_days = models.PositiveIntegerField(default=14)
    soak_days = models.PositiveIntegerField(default=14)
    target_date = models.DateField(null=True, blank=True)
    regions = models.JSONField(default=list)
    loaded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_programme")]

    def __str__(self) -> str:
        return "programme"

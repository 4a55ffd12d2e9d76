"""AWS accounts, vendors and thresholds, as the reviewed `iamdash.toml` says, and what AWS Organizations adds."""

from django.core.validators import RegexValidator
from django.db import models

from iamdash.rules.vendors import Mechanism

# States of an account in which nothing can be read there, in words. LEFT is ours: the organisation names it no more.
NOT_READ = {
    "PENDING_ACTIVATION": "AWS Organizations says that it is not active yet.",
    "SUSPENDED": "AWS Organizations says that it is suspended.",
    "PENDING_CLOSURE": "AWS Organizations says that it is being closed.",
    "CLOSED": "AWS Organizations says that it is closed.",
    "LEFT": "AWS Organizations no longer names it.",
}


class AwsAccount(models.Model):
    """One AWS account, known by its 12 digits. Written by `load_config`, and by the discovery of accounts.

    `removed_at`: since then it is no longer read, as it was taken out of the config or of the organisation, or is
    being closed. `from_organization`: AWS Organizations named it and the file does not. `organization_state`: as AWS
    Organizations said last (ACTIVE, SUSPENDED, …); "" where it was not asked.
    """

    account_id = models.CharField(primary_key=True, max_length=12, validators=[RegexValidator(r"^\d{12}$")])
    name = models.CharField(max_length=120)
    environment = models.CharField(max_length=60, blank=True)
    role_arn = models.CharField(max_length=2048, blank=True)
    external_id = models.CharField(max_length=1224, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    from_organization = models.BooleanField(default=False)
    organization_state = models.CharField(max_length=30, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(account_id__regex=r"^[0-9]{12}$"), name="account_id_is_12_digits")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def why_not_read(self) -> str:
        """Return why it is no longer read, as a sentence; "" where it is read."""
        if self.removed_at is None:
            return ""
        return NOT_READ.get(self.organization_state, "It was taken out of iamdash.toml.")


class Organization(models.Model):
    """The one row of [organization], where the file has it: accounts come from AWS Organizations as well.

    `role_name` and `external_id`: of the reader role in each account. `list_role_arn`: who asks for the accounts; "":
    iamdash's own role. `environments`: [[pattern of an account's name, environment], …], the first match
    counts. `tried_at`: when it was asked last; `listed_at`: when it last answered; `problem`: why it did not since.
    """

    role_name = models.CharField(max_length=576)
    external_id = models.CharField(max_length=1224, blank=True)
    list_role_arn = models.CharField(max_length=2048, blank=True)
    list_external_id = models.CharField(max_length=1224, blank=True)
    exclude = models.JSONField(default=list)
    environments = models.JSONField(default=list)
    tried_at = models.DateTimeField(null=True)
    listed_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_organization")]

    def __str__(self) -> str:
        return "organization"


class Vendor(models.Model):
    """A service of others that uses AWS on our behalf: how it can do so without a key, and when somebody checked.

    `shipped`: from the list that comes with iamdash, as the file does not name it. Nothing points at these rows.
    """

    name = models.CharField(primary_key=True, max_length=80)
    pattern = models.CharField(max_length=200)
    mechanism = models.CharField(max_length=20, choices=[(each.value, each.value) for each in Mechanism])
    principals = models.JSONField(default=list)
    issuer = models.CharField(max_length=255, blank=True)
    external_id_required = models.BooleanField(default=True)
    documentation = models.CharField(max_length=500)
    checked_on = models.DateField()
    shipped = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def agrees_with(self, other: "Vendor") -> bool:
        """Return whether two rows say the same."""
        columns = [field.attname for field in self._meta.concrete_fields]
        return all(getattr(self, column) == getattr(other, column) for column in columns)


class Programme(models.Model):
    """The one row of thresholds and aims. Days and minutes are whole; the rules take them as `Thresholds`.

    `ownership`: [[ownership]] of the file, in its order; None: it has none, and the usual rules hold. `environments`:
    the words of [workloads], from the lowest to production; None: the usual ones.
    `rules_version`: of the rules by which every IAM user was assessed last; "": not known.
    """

    long_lived_days = models.PositiveIntegerField(default=90)
    grace_days = models.PositiveIntegerField(default=7)
    stuck_days = models.PositiveIntegerField(default=21)
    gone_confirm_minutes = models.PositiveIntegerField(default=15)
    minimum_quiet_days = models.PositiveIntegerField(default=14)
    soak_days = models.PositiveIntegerField(default=14)
    claim_days = models.PositiveIntegerField(default=90)
    claim_warning_days = models.PositiveIntegerField(default=14)
    exception_days = models.PositiveIntegerField(default=90)
    target_date = models.DateField(null=True, blank=True)
    regions = models.JSONField(default=list)
    ownership = models.JSONField(null=True)
    environments = models.JSONField(null=True)
    loaded_at = models.DateTimeField(null=True, blank=True)
    rules_version = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_programme")]

    def __str__(self) -> str:
        return "programme"

    @classmethod
    def current(cls) -> "Programme":
        """Return the one row, or the defaults before `load_config` has written it."""
        return cls.objects.filter(pk=1).first() or cls()

"""One IAM user read directly because somebody asked: the check itself, and the credentials that only it reads."""

from datetime import timedelta

from django.db import models

from iamdash.models.inventory import IamUser
from iamdash.models.people import Person

# An order that no worker has taken by then may have been lost with the broker.
TAKEN_WITHIN = timedelta(seconds=30)
# A check that has not ended by then never will: its worker was stopped.
ENDS_WITHIN = timedelta(minutes=2)


class CredentialKind(models.TextChoices):
    """What an IAM user may sign in or sign requests with besides access keys. The values are `aws.snapshot`'s."""

    LOGIN_PROFILE = "login_profile", "Console password"
    MFA_DEVICE = "mfa_device", "MFA device"
    SIGNING_CERTIFICATE = "signing_certificate", "Signing certificate"
    SSH_PUBLIC_KEY = "ssh_public_key", "SSH public key"
    SERVICE_SPECIFIC = "service_specific", "Service-specific credential"


class OtherCredential(models.Model):
    """A credential that is no access key, as last read directly. AWS keeps no record of when these were last used.

    `status` as AWS spells it, "" for kinds that have none. `credential_id` is "" for a console password, of which a
    user has one at most. When each kind was read is in `IamUser.other_credentials_read`.
    """

    iam_user = models.ForeignKey(IamUser, on_delete=models.PROTECT, related_name="other_credentials")
    kind = models.CharField(max_length=20, choices=CredentialKind)
    credential_id = models.CharField(max_length=256, blank=True)
    status = models.CharField(max_length=20, blank=True)
    status_changed_at = models.DateTimeField()
    service = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(null=True)
    first_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["kind", "created_at", "credential_id"]
        constraints = [
            models.UniqueConstraint(fields=["iam_user", "kind", "credential_id"], name="one_row_per_credential")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.credential_id}".strip()


class Check(models.Model):
    """One "check AWS now" of one IAM user: who asked and when, what could not be read and why, at what cost.

    `began_at` None: no worker has taken it yet. `finished_at` None: it is under way, or its worker was stopped.
    `unread`, `calls`: as in `SyncRun`. `said`: what iam:GetUser answered ("same_unique_id", "no_such_entity",
    "other_unique_id"), "" where it did not. `changes`: how many rows the check created, changed and ended.
    """

    iam_user = models.ForeignKey(IamUser, on_delete=models.PROTECT, related_name="checks")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=20, blank=True)
    unread = models.JSONField(default=list)
    calls = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)

    class Meta:
        get_latest_by = "asked_at"
        indexes = [models.Index(fields=["iam_user", "-asked_at"], name="newest_check_of_an_iam_user")]

    def __str__(self) -> str:
        return f"check {self.pk} of {self.iam_user_id}"

"""What AWS holds, as last seen. Only `inventory` writes these rows, and never deletes one: it sets `gone_at`."""

from django.db import models

from iamdash.models.organisation import AwsAccount


class IamUser(models.Model):
    """An IAM user, known by AWS's unique ID (AIDA…): a name can be used again, a unique ID cannot.

    `gone_at`: one proof that it is gone; `gone_confirmed_at`: the second, independent one (design: "Gone").
    `report_slots`: the newest credential report's key slots, [[created_at, active], …], sorted; None: not in a report.
    `asked_slots`: what they were when the keys were last read directly; where the two differ, the keys are read again.
    `keys_read_at`: the newest direct reading of its keys that changed a row; a reading which agrees is kept on the
    run instead (`SyncRun.agreed_directly`). `other_credentials_read`: kind of `OtherCredential` → ISO time of its
    newest complete reading; a kind that is not in it was never read. The password facts are "as of the report"
    (`console_as_of`).
    """

    aws_account = models.ForeignKey(AwsAccount, on_delete=models.PROTECT, related_name="iam_users")
    unique_id = models.CharField(max_length=128)
    user_name = models.CharField(max_length=64)
    arn = models.CharField(max_length=2048)
    path = models.CharField(max_length=512, default="/")
    created_at = models.DateTimeField()
    tags = models.JSONField(default=dict)
    groups = models.JSONField(default=list)
    attached_policies = models.JSONField(default=list)
    inline_policies = models.JSONField(default=list)
    permissions_boundary = models.CharField(max_length=2048, blank=True)

    password_enabled = models.BooleanField(null=True)
    password_last_used_at = models.DateTimeField(null=True)
    mfa_active = models.BooleanField(null=True)
    additional_credentials = models.CharField(max_length=500, blank=True)
    console_as_of = models.DateTimeField(null=True)

    report_slots = models.JSONField(null=True)
    asked_slots = models.JSONField(null=True)
    keys_read_at = models.DateTimeField(null=True)
    keys_unread_reason = models.CharField(max_length=500, blank=True)
    other_credentials_read = models.JSONField(default=dict)

    first_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    gone_confirmed_at = models.DateTimeField(null=True)
    predecessor = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="successors")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["aws_account", "unique_id"], name="one_iam_user_per_unique_id"),
            models.CheckConstraint(
                condition=models.Q(gone_confirmed_at__isnull=True)
                | models.Q(gone_at__lt=models.F("gone_confirmed_at")),
                name="gone_is_confirmed_after_it_was_first_proved",
            ),
        ]
        indexes = [
            models.Index(fields=["aws_account", "user_name"], name="iam_user_by_name"),
            # For the accounts page, which counts those of each account.
            models.Index(fields=["aws_account"], condition=models.Q(gone_at=None), name="iam_users_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.user_name} in {self.aws_account_id}"


class AccessKey(models.Model):
    """One long-lived key of an IAM user. `status` as AWS spells it: Active, Inactive, Expired.

    `aws_account`: its IAM user's, which never changes; here, so that an index can count the keys of one.
    `last_used_as_of` None: its last use was never read. Set, with `last_used_at` None: AWS had no date.
    `status_changed_at`: when we first saw this status (its creation, where it never changed under our eyes: then an
    Inactive key counts as inactive since it was first seen).
    """

    iam_user = models.ForeignKey(IamUser, on_delete=models.PROTECT, related_name="access_keys")
    aws_account = models.ForeignKey(AwsAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    access_key_id = models.CharField(max_length=128, unique=True)
    status = models.CharField(max_length=20)
    status_changed_at = models.DateTimeField()
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    last_used_service = models.CharField(max_length=120, blank=True)
    last_used_region = models.CharField(max_length=60, blank=True)
    last_used_source = models.CharField(max_length=10, blank=True)
    last_used_as_of = models.DateTimeField(null=True)
    first_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "access_key_id"]
        verbose_name = "access key"
        indexes = [
            models.Index(fields=[column], condition=models.Q(status="Active", gone_at=None), name=name)
            for name, column in (("active_keys_by_age", "created_at"), ("active_keys_of_account", "aws_account"))
        ]

    def __str__(self) -> str:
        return self.access_key_id


class AccessKeyUse(models.Model):
    """The ledger of access keys: every new last-used value, kept for ever. AWS keeps one value, we keep the series.

    `seen_before`: the newest reading before `as_of`, when it did not show this use yet; None: it was the key's first.
    """

    access_key = models.ForeignKey(AccessKey, on_delete=models.PROTECT, related_name="uses")
    last_used_at = models.DateTimeField()
    last_used_service = models.CharField(max_length=120, blank=True)
    last_used_region = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=10)
    as_of = models.DateTimeField()
    seen_before = models.DateTimeField(null=True)

    class Meta:
        ordering = ["last_used_at"]
        constraints = [models.UniqueConstraint(fields=["access_key", "last_used_at"], name="one_use_per_reading")]

    def __str__(self) -> str:
        return f"{self.access_key_id} used {self.last_used_at:%Y-%m-%d %H:%M}"


class IamRole(models.Model):
    """An IAM role, known by its unique ID (AROA…). `last_used_at` None: no use in AWS's 400 days of tracking.

    `trust_read_at`: the newest reading that changed who may assume it, or iam:GetRole's; None: as it was first listed.
    """

    aws_account = models.ForeignKey(AwsAccount, on_delete=models.PROTECT, related_name="iam_roles")
    unique_id = models.CharField(max_length=128)
    role_name = models.CharField(max_length=64)
    arn = models.CharField(max_length=2048)
    path = models.CharField(max_length=512, default="/")
    created_at = models.DateTimeField()
    trust_policy = models.JSONField(null=True)
    trust_policy_text = models.TextField(blank=True)
    trust_read_at = models.DateTimeField(null=True)
    attached_policies = models.JSONField(default=list)
    inline_policies = models.JSONField(default=list)
    permissions_boundary = models.CharField(max_length=2048, blank=True)
    instance_profiles = models.JSONField(default=list)
    tags = models.JSONField(default=dict)
    last_used_at = models.DateTimeField(null=True)
    last_used_region = models.CharField(max_length=60, blank=True)
    first_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["aws_account", "unique_id"], name="one_iam_role_per_unique_id")]
        indexes = [
            models.Index(fields=["aws_account", "role_name"], name="iam_role_by_name"),
            models.Index(fields=["arn"], name="iam_role_by_arn"),
        ]

    def __str__(self) -> str:
        return f"{self.role_name} in {self.aws_account_id}"


class RoleUse(models.Model):
    """The ledger of roles: every new RoleLastUsed value. AWS forgets after 400 days; this does not."""

    iam_role = models.ForeignKey(IamRole, on_delete=models.PROTECT, related_name="uses")
    last_used_at = models.DateTimeField()
    last_used_region = models.CharField(max_length=60, blank=True)
    as_of = models.DateTimeField()

    class Meta:
        ordering = ["last_used_at"]
        constraints = [models.UniqueConstraint(fields=["iam_role", "last_used_at"], name="one_role_use_per_reading")]

    def __str__(self) -> str:
        return f"{self.iam_role_id} used {self.last_used_at:%Y-%m-%d %H:%M}"


class PodIdentityAssociation(models.Model):
    """A described EKS Pod Identity association: which service account of which cluster may take which role."""

    aws_account = models.ForeignKey(AwsAccount, on_delete=models.PROTECT, related_name="pod_identity_associations")
    association_id = models.CharField(max_length=128)
    association_arn = models.CharField(max_length=2048)
    region = models.CharField(max_length=60)
    cluster_name = models.CharField(max_length=100)
    namespace = models.CharField(max_length=253)
    service_account = models.CharField(max_length=253)
    role_arn = models.CharField(max_length=2048)
    target_role_arn = models.CharField(max_length=2048, blank=True)
    external_id = models.CharField(max_length=1224, blank=True)
    disable_session_tags = models.BooleanField(default=False)
    created_at = models.DateTimeField(null=True)
    first_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["aws_account", "association_id"], name="one_pod_identity_association")
        ]
        indexes = [models.Index(fields=["role_arn"], name="association_by_role")]

    def __str__(self) -> str:
        return f"{self.cluster_name}/{self.namespace}/{self.service_account}"


class EksCluster(models.Model):
    """A described EKS cluster, known by its OpenID Connect issuer (without https://): a name can be used again."""

    aws_account = models.ForeignKey(AwsAccount, on_delete=models.PROTECT, related_name="eks_clusters")
    region = models.CharField(max_length=60)
    name = models.CharField(max_length=100)
    issuer = models.CharField(max_length=255)
    first_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "EKS cluster"
        constraints = [models.UniqueConstraint(fields=["issuer", "aws_account"], name="one_eks_cluster_per_issuer")]

    def __str__(self) -> str:
        return self.name


class SyncOutcome(models.TextChoices):
    """How a run ended."""

    RUNNING = "running", "Running"
    COMPLETE = "complete", "Complete"
    PARTIAL = "partial", "Partly read"
    FAILED = "failed", "Failed"


class SyncRun(models.Model):
    """One sync of one AWS account: what was read, what was not and why, at what cost.

    `freshness`: part → ISO time of its newest complete reading as of this run, carried from run to run; for the
    credential report it is AWS's GeneratedTime. `agreed_directly`: unique ID → ISO time of the newest direct reading
    of that user's keys which agreed with the rows, carried too: so an unchanged sync writes this row and no other.
    `uses_agreed_directly`: the same for iam:GetAccessKeyLastUsed, by access key ID.
    `unread`: [{"part", "reason", "action", "error_code", "subject"}]. `calls`: {"iam:ListAccessKeys": 12}.
    `progress`: {"doing": sentence, "done": n, "total": n or null}. `root_has_access_key`: carried, None unknown.
    """

    aws_account = models.ForeignKey(AwsAccount, on_delete=models.PROTECT, related_name="sync_runs")
    trigger = models.CharField(max_length=20)
    asked_by = models.CharField(max_length=254, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=SyncOutcome, default=SyncOutcome.RUNNING)
    unread = models.JSONField(default=list)
    freshness = models.JSONField(default=dict)
    agreed_directly = models.JSONField(default=dict)
    uses_agreed_directly = models.JSONField(default=dict)
    calls = models.JSONField(default=dict)
    throttled = models.PositiveIntegerField(default=0)
    changes = models.JSONField(default=dict)
    progress = models.JSONField(default=dict)
    caller_arn = models.CharField(max_length=2048, blank=True)
    long_lived_credential = models.BooleanField(default=False)
    root_has_access_key = models.BooleanField(null=True)

    class Meta:
        get_latest_by = "started_at"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome="running", finished_at__isnull=True)
                | (~models.Q(outcome="running") & models.Q(finished_at__isnull=False)),
                name="a_run_that_ended_says_when",
            )
        ]
        indexes = [models.Index(fields=["aws_account", "-started_at"], name="newest_run_of_an_account")]

    def __str__(self) -> str:
        return f"sync {self.pk} of {self.aws_account_id}"

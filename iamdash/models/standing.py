"""The rules' answer for each candidate, stored so that lists filter and sort in SQL. Only `standing` writes it."""

from django.db import models
from django.db.models import Q
from django.db.models.expressions import Combinable

from iamdash.models import sort_keys
from iamdash.models.candidate import Candidate
from iamdash.models.organisation import AwsAccount
from iamdash.models.people import Person, Team
from iamdash.rules.evidence import Verdict
from iamdash.rules.kind import Kind
from iamdash.rules.risk import Risk
from iamdash.rules.route import Route
from iamdash.rules.stage import Stage

AS_EVER = (sort_keys.HIGHEST_RISK_FIRST, sort_keys.OLDEST_KEY_FIRST)
# The orders of the list, each with its keys.
SORTED: tuple[tuple[str, tuple[str | Combinable, ...]], ...] = (
    ("risk", AS_EVER),
    ("lowest_risk", (sort_keys.LOWEST_RISK_FIRST, sort_keys.OLDEST_KEY_FIRST)),
    ("oldest_key", (sort_keys.OLDEST_KEY_FIRST,)),
    ("newest_key", (sort_keys.NEWEST_KEY_FIRST,)),
    ("longest_unused", (sort_keys.LONGEST_UNUSED_FIRST,)),
    ("last_used", (sort_keys.LAST_USED_FIRST,)),
    ("stage", ("stage",)),
    ("risk_in_stage", ("stage", *AS_EVER)),
    ("since", ("stage_since",)),
)
# What the list is narrowed to and holds few of all that is open, in the order that the list has unless told otherwise:
# risk goes with all of these, and so a walk through everything by risk would meet them last.
PARTS = {
    "standings_unclaimed": Q(owner_team=None),
    "standings_reopened": Q(reopened_at__isnull=False),
    "standings_to_deactivate": Q(safe_to_deactivate=Verdict.YES, active_keys__gt=0),
    "standings_to_delete": Q(safe_to_delete=Verdict.YES),
    "standings_unread": Q(use_unread=True),
    "standings_without_active": Q(active_keys=0),
    "standings_of_people": Q(kind=Kind.PERSON),
    "standings_without_keys": Q(active_keys=0, inactive_keys=0),
}

# By what the work is shared out.
SHARES = {"standings_by_team": "owner_team", "standings_by_account": "aws_account", "standings_by_route": "route"}
# What is shared out: work that is left, and work that is done.
WORKED_ON = Q(is_open=True) | Q(stage=Stage.DELETED)


class Standing(models.Model):
    """How far one candidate has come. It holds dates, never ages: "41 days" is rendered.

    `aws_account`, `opened_at`, `route`: as its IAM user and its candidate say; here, so that an index can lead to the
    candidates of one account or route, and to the newest.

    `reason`, `steps`, `next_step`, `…_requirements`: the rules' dataclasses as JSON (`iamdash.standing.answer` turns
    them back). `deactivate_from`, `delete_from`: when it may be safe at the earliest; None: it is, or no date can be
    told. `wants_reading`: only a direct reading of its keys stands between it and a yes.
    `is_open`: counts as work left (not Deleted, under no exception, and its account is still read).
    `exception_until`: an exception is in force until then. `stuck_from`: when it will have been
    too long in its stage. `recheck_at`: before then the answer does not change by the passing of time alone.
    `reopened_at`, `fell_from`: AWS's evidence took a step back; carried until the stage is regained.
    `likely_team`: whose it likely is by the rules of ownership, claimed or not; `ownership`: the hints as JSON.
    `claim_warned_at`, `claim_lapses_at`: when the claim that stands is said to lapse soon, and when it does unless
    somebody confirms it.
    `use_unread`: the last use of some key was never read.
    `risk`: None where it is proved gone. `kind`: whose it is, a person's or a machine's, as far as can be told.
    """

    candidate = models.OneToOneField(Candidate, on_delete=models.PROTECT, primary_key=True, related_name="standing")
    aws_account = models.ForeignKey(AwsAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    route = models.CharField(max_length=30, choices=[(route.value, route.label) for route in Route], blank=True)
    stage = models.PositiveSmallIntegerField(choices=[(stage.value, stage.label) for stage in Stage])
    stage_since = models.DateTimeField()
    readable = models.BooleanField()
    is_open = models.BooleanField()
    exception_until = models.DateTimeField(null=True)
    reason = models.JSONField()
    steps = models.JSONField()
    next_step = models.JSONField(null=True)
    safe_to_deactivate = models.CharField(max_length=10)
    safe_to_delete = models.CharField(max_length=10)
    deactivate_requirements = models.JSONField(default=list)
    delete_requirements = models.JSONField(default=list)
    deactivate_from = models.DateTimeField(null=True)
    delete_from = models.DateTimeField(null=True)
    wants_reading = models.BooleanField(default=False)
    owner_team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    owner_person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    likely_team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    ownership = models.JSONField(default=list)
    claim_warned_at = models.DateTimeField(null=True)
    claim_lapses_at = models.DateTimeField(null=True)
    active_keys = models.PositiveSmallIntegerField()
    inactive_keys = models.PositiveSmallIntegerField()
    oldest_key_created_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_service = models.CharField(max_length=120, blank=True)
    last_used_region = models.CharField(max_length=60, blank=True)
    use_unread = models.BooleanField(default=False)
    stuck_from = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)
    fell_from = models.PositiveSmallIntegerField(null=True)
    recheck_at = models.DateTimeField(null=True)
    risk = models.PositiveSmallIntegerField(null=True, choices=[(risk.value, risk.label) for risk in Risk])
    kind = models.CharField(
        max_length=10, choices=[(kind.value, kind.label) for kind in Kind], default=Kind.UNCLEAR.value
    )

    # Beside the indexes, migration 0024 lets PostgreSQL know how `is_open` and `stage` go together, or it would look
    # for what is neither open nor Deleted, which is hardly anything, among all that is Deleted.
    class Meta:
        indexes = [
            models.Index(fields=["recheck_at"], name="standings_due"),
            # For the overview, which counts all there is and has to find it in an index.
            models.Index(fields=["is_open", "active_keys"], name="standings_by_active"),
            models.Index(
                fields=["oldest_key_created_at"],
                condition=Q(is_open=True, active_keys__gt=0),
                name="standings_by_age",
            ),
            # For the overview too: whoever shares out the work finds all that is said of a share in one index. It is
            # small, as few of its rows differ; what differs in each row is in the one below.
            *(
                models.Index(fields=[share, "stage", "active_keys"], condition=WORKED_ON, name=name)
                for name, share in SHARES.items()
            ),
            models.Index(
                fields=["stuck_from", "candidate"],
                include=list(SHARES.values()),
                condition=Q(is_open=True),
                name="standings_by_stuck",
            ),
            models.Index(fields=["opened_at"], condition=Q(is_open=True), name="standings_by_opening"),
            models.Index(fields=["owner_team"], name="standings_of_team"),
            models.Index("aws_account", "is_open", *AS_EVER, "candidate", name="standings_of_account"),
            models.Index(
                fields=["exception_until"], condition=Q(exception_until__isnull=False), name="standings_excepted"
            ),
            *(models.Index("is_open", *keys, "candidate", name=f"standings_by_{name}") for name, keys in SORTED),
            *(
                models.Index(*AS_EVER, "candidate", condition=Q(is_open=True) & part, name=name)
                for name, part in PARTS.items()
            ),
        ]
        constraints = [
            # So that who is not stuck yet, who are few, tell how many are.
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(stuck_from__isnull=False), name="work_left_is_stuck_some_day"
            )
        ]

    def __str__(self) -> str:
        return f"standing of {self.candidate_id}"

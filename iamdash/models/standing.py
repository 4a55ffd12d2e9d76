"""The rules' answer for each candidate, stored so that lists filter and sort in SQL. Only `standing` writes it."""

from django.db import models

from iamdash.models.candidate import Candidate
from iamdash.models.people import Person, Team
from iamdash.rules.risk import Risk
from iamdash.rules.stage import Stage


class Standing(models.Model):
    """How far one candidate has come. It holds dates, never ages: "41 days" is rendered.

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
    `risk`: None where it is proved gone.
    """

    candidate = models.OneToOneField(Candidate, on_delete=models.PROTECT, primary_key=True, related_name="standing")
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
    owner_team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
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
    stuck_from = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)
    fell_from = models.PositiveSmallIntegerField(null=True)
    recheck_at = models.DateTimeField(null=True)
    risk = models.PositiveSmallIntegerField(null=True, choices=[(risk.value, risk.label) for risk in Risk])

    class Meta:
        indexes = [
            models.Index(fields=["recheck_at"], name="standings_due"),
            models.Index(fields=["is_open", "stage"], name="standings_by_stage"),
            models.Index(
                "is_open",
                models.F("risk").desc(nulls_last=True),
                models.F("oldest_key_created_at").asc(nulls_last=True),
                name="standings_by_risk",
            ),
        ]

    def __str__(self) -> str:
        return f"standing of {self.candidate_id}"

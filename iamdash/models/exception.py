"""Leave to keep a key for now: asked by one, approved by another, until a day. `candidates.actions` writes."""

from django.db import models
from django.db.models import Q

from iamdash.models.candidate import Candidate
from iamdash.models.people import Person


class HowEnded(models.TextChoices):
    """Why an exception, or the request for one, is over."""

    WITHDRAWN = "withdrawn", "Withdrawn before it was decided"
    ENDED = "ended", "Ended early"
    EXPIRED = "expired", "Expired"
    EXTENDED = "extended", "Replaced by its extension"
    DELETED = "deleted", "The IAM user was proved deleted"


class ExceptionGrant(models.Model):
    """One request for an exception, and what became of it. In force: approved, not ended, and before `expires_on`.

    `expires_on`: the day on which the candidate comes back. `extends`: the exception that it is to prolong; that is a
    decision of its own. One request waits at a time, and one that was approved stands.
    """

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="exceptions")
    reason = models.TextField()
    review_url = models.URLField(max_length=2000, blank=True)
    expires_on = models.DateField()
    extends = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    approved_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    declined_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    declined_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    how_ended = models.CharField(max_length=10, choices=HowEnded, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidate"],
                condition=Q(approved_at=None, declined_at=None, ended_at=None),
                name="one_waiting_request_for_an_exception",
            ),
            models.UniqueConstraint(
                fields=["candidate"],
                condition=Q(approved_at__isnull=False, ended_at=None),
                name="one_standing_exception_per_candidate",
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | (Q(approved_at__isnull=False, approved_by__isnull=False) & ~Q(approved_by=models.F("asked_by"))),
                name="an_exception_is_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(declined_at=None, declined_by=None)
                | Q(declined_at__isnull=False, declined_by__isnull=False, approved_at=None, ended_at=None),
                name="a_declined_exception_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, how_ended="") | Q(ended_at__isnull=False) & ~Q(how_ended=""),
                name="an_exception_that_ended_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"exception of {self.candidate_id} until {self.expires_on}"

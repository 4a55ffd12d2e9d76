"""What people said about an IAM user that is to be replaced. `candidates.actions` writes; `standing` opens."""

from django.db import models
from django.db.models import Q

from iamdash.models.inventory import IamRole, IamUser
from iamdash.models.people import Person
from iamdash.models.workload import Workload
from iamdash.rules.exception import Waiting
from iamdash.rules.route import Route
from iamdash.rules.silence.cadence import Cadence


class Candidate(models.Model):
    """An IAM user to be replaced; one per unique ID. Once a candidate, always a candidate.

    Stage, verdicts and owner are not here: they are computed, and stored in `Standing`. `cadence`: how often its keys
    are used, as its owner says; "": nobody has said. `blocked_by` (what it waits for) "": it is not blocked.
    `environment`, `before_production`: in which lane of its workload it is (see `rules.workload.Place`).
    """

    iam_user = models.OneToOneField(IamUser, on_delete=models.PROTECT, related_name="candidate")
    opened_at = models.DateTimeField()
    workload = models.ForeignKey(Workload, null=True, on_delete=models.PROTECT, related_name="candidates")
    environment = models.CharField(max_length=60, blank=True)
    before_production = models.PositiveSmallIntegerField(null=True)
    route = models.CharField(max_length=30, choices=[(route.value, route.label) for route in Route], blank=True)
    route_chosen_at = models.DateTimeField(null=True)
    route_chosen_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    cadence = models.CharField(max_length=12, choices=[(each.value, each.label) for each in Cadence], blank=True)
    due_on = models.DateField(null=True)
    blocked_by = models.CharField(max_length=10, choices=[(each.value, each.label) for each in Waiting], blank=True)
    blocked_words = models.TextField(blank=True)
    block_review_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    close_note = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["opened_at"], name="candidates_by_opening"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(route="", route_chosen_at__isnull=True, route_chosen_by__isnull=True)
                | (~Q(route="") & Q(route_chosen_at__isnull=False, route_chosen_by__isnull=False)),
                name="a_route_says_who_chose_it_and_when",
            ),
            models.CheckConstraint(
                condition=Q(blocked_by="", blocked_words="", block_review_on=None)
                | (~Q(blocked_by="") & Q(block_review_on__isnull=False)),
                name="a_block_has_a_review_date",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="a_close_says_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"candidate {self.pk}"


class Replacement(models.Model):
    """The link between a candidate and an IAM role which takes over; many to many. Linked by unique ID."""

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="replacements")
    iam_role = models.ForeignKey(IamRole, on_delete=models.PROTECT, related_name="replacements")
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    unlinked_at = models.DateTimeField(null=True)
    unlinked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "iam_role"],
                condition=Q(unlinked_at__isnull=True),
                name="one_standing_link_per_role",
            ),
            models.CheckConstraint(
                condition=Q(unlinked_at__isnull=True, unlinked_by__isnull=True)
                | Q(unlinked_at__isnull=False, unlinked_by__isnull=False),
                name="an_unlinked_role_says_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.iam_role_id} replaces {self.candidate_id}"


class TrackerLink(models.Model):
    """An issue or a pull request in which the work on a candidate is tracked."""

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="tracker_links")
    url = models.URLField(max_length=2000)
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "url"], condition=Q(removed_at__isnull=True), name="one_link_per_address"
            )
        ]

    def __str__(self) -> str:
        return self.url


class Note(models.Model):
    """Free words on a candidate, kept for ever."""

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="notes")
    body = models.TextField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="notes")

    def __str__(self) -> str:
        return self.body[:60]

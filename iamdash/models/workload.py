"""Workloads: the candidates that are one piece of work. `standing` groups them, and people correct that."""

from django.db import models
from django.db.models import Q


class Workload(models.Model):
    """What uses the keys, across accounts and environments.

    `key`: candidates that come up with this key join it (see `rules.workload`); None: none do, as people split it off.
    `by_hand`: people corrected it, so that the rule takes nothing out of it any more. `merged_into`: it is part of
    another one, and so is whatever would join it.
    """

    key = models.CharField(max_length=200, null=True, unique=True)
    name = models.CharField(max_length=120)
    by_hand = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")

    class Meta:
        # Whoever looks for another workload sees the first by name of those that match.
        indexes = [models.Index(fields=["name", "id"], name="workloads_by_name")]
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=models.F("pk")), name="a_workload_is_no_part_of_itself"
            )
        ]

    def __str__(self) -> str:
        return self.name

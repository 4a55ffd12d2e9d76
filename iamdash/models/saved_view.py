"""Lists that somebody wants to come back to."""

from django.db import models

from iamdash.models.people import Person, Team


class SavedView(models.Model):
    """A list of candidates, by its canonical query, under a name. `team`: whose members see it too; None: nobody's.

    It says nothing about the work, so no line of the journal does.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=80)
    query = models.TextField(blank=True)
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="saved_views")

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="one_view_of_a_name")]

    def __str__(self) -> str:
        return self.name

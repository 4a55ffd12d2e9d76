"""What the list of candidates finds and sorts one by, copied together from many tables. Only `standing` writes it."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from iamdash.models.standing import Standing


class ListEntry(models.Model):
    """One candidate as the list finds and sorts it; all in lower case. Apart from `Standing`, as it changes seldom.

    `owner_name`: of the team that has claimed it; "": nobody has. `unowned`: 1 then, to come last. `words`: everything
    that a search looks at, as it is, and once more with a space before whatever a search for one letter or two finds.
    """

    standing = models.OneToOneField(Standing, on_delete=models.PROTECT, primary_key=True, related_name="entry")
    user_name = models.TextField()
    account_name = models.TextField()
    owner_name = models.TextField(blank=True)
    unowned = models.PositiveSmallIntegerField()
    words = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["user_name", "standing"], name="entries_by_user"),
            models.Index(fields=["account_name", "standing"], name="entries_by_account"),
            models.Index(fields=["unowned", "owner_name", "standing"], name="entries_by_owner"),
            models.Index(fields=["owner_name", "standing"], name="entries_by_owner_down"),
            GinIndex(fields=["words"], opclasses=["gin_trgm_ops"], fastupdate=False, name="entries_by_word"),
        ]

    def __str__(self) -> str:
        return f"list entry of {self.standing_id}"

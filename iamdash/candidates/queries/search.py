"""Finding a candidate by whatever somebody has in hand: a user name, a key ID out of a log, a role, a team, a note."""

from functools import reduce
from operator import and_

from django.db.models import Exists, OuterRef, Q

from iamdash.models import AccessKey, Event, Note, Replacement

MOST_WORDS = 8


def matches(words: str) -> Q:
    """Return which standings match every one of `words`; what is gone and former names too: logs are full of them."""
    return reduce(and_, (_matches_one(word) for word in words.split()[:MOST_WORDS]), Q())


def _matches_one(word: str) -> Q:
    keys = AccessKey.objects.filter(iam_user=OuterRef("candidate__iam_user"), access_key_id__icontains=word)
    roles = Replacement.objects.filter(candidate=OuterRef("candidate"), unlinked_at=None).filter(
        Q(iam_role__role_name__icontains=word) | Q(iam_role__arn__iexact=word)
    )
    renamed = Event.objects.filter(
        kind="iam_user.renamed",
        unique_id=OuterRef("candidate__iam_user__unique_id"),
        aws_account_id=OuterRef("candidate__iam_user__aws_account"),
        before__user_name__icontains=word,
    )
    notes = Note.objects.filter(candidate=OuterRef("candidate"), body__icontains=word)
    return (
        Q(candidate__iam_user__user_name__icontains=word)
        | Q(candidate__iam_user__arn__icontains=word)
        | Q(candidate__iam_user__unique_id__iexact=word)
        | Q(candidate__iam_user__aws_account__name__icontains=word)
        | Q(owner_team__name__icontains=word)
        | Q(owner_team__slug__iexact=word)
        | Q(owner_person__full_name__icontains=word)
        | Q(owner_person__email__icontains=word)
        | Q(Exists(keys))
        | Q(Exists(renamed))
        | Q(Exists(roles))
        | Q(Exists(notes))
    )

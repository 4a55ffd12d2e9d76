"""The entries of the list: what a candidate is found and sorted by, copied together from what stands in many tables."""

import re
from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet

from iamdash.models import AccessKey, Event, ListEntry, Note, Replacement, Standing, bulk

COLUMNS = [field.attname for field in ListEntry._meta.concrete_fields if not field.primary_key]
IAM_USER, ACCOUNT = "candidate__iam_user__", "candidate__iam_user__aws_account__"
BETWEEN_WORDS = re.compile("[^a-z0-9]+")
# What is gone, and former names too: logs are full of them.
ONE = {
    "arn": f"{IAM_USER}arn",
    "unique_id": f"{IAM_USER}unique_id",
    "account_name": f"{ACCOUNT}name",
    "workload": "candidate__workload__name",
    "team": "owner_team__name",
    "team_slug": "owner_team",
    "person": "owner_person__full_name",
    "email": "owner_person__email",
}
MANY = {
    "key_ids": AccessKey.objects.filter(iam_user=OuterRef("candidate__iam_user")).values("access_key_id"),
    "roles": Replacement.objects.filter(candidate=OuterRef("candidate"), unlinked_at=None).values("iam_role__arn"),
    "names": Event.objects.filter(
        kind="iam_user.renamed",
        unique_id=OuterRef(f"{IAM_USER}unique_id"),
        aws_account_id=OuterRef(f"{IAM_USER}aws_account"),
    ).values("before__user_name"),
    "notes": Note.objects.filter(candidate=OuterRef("candidate")).values("body"),
}


def refresh(iam_user_ids: Collection[int]) -> None:
    """Bring the entries of these IAM users up to date, in the transaction that changed what they tell."""
    standings = Standing.objects.filter(candidate__iam_user__in=bulk.among(iam_user_ids))
    pairs = [(stored, computed) for stored, computed in compared(standings) if differing(stored, computed)]
    bulk.insert([computed for stored, computed in pairs if stored is None])
    bulk.save([computed for stored, computed in pairs if stored is not None], COLUMNS)


def differences(iam_user_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the columns in which the entries of these IAM users are not as they should be, by candidate number."""
    standings = Standing.objects.filter(candidate__iam_user__in=bulk.among(iam_user_ids))
    found = {computed.standing_id: differing(stored, computed) for stored, computed in compared(standings)}
    return {number: columns for number, columns in found.items() if columns}


def compared(standings: QuerySet[Standing]) -> Iterable[tuple[ListEntry | None, ListEntry]]:
    """Yield the entry that is stored of each standing, and the one that should be. One query."""
    lists = {name: ArraySubquery(found.order_by("pk")) for name, found in MANY.items()}
    singles = {f"its_{name}": F(path) for name, path in ONE.items()}
    rows = standings.select_related("entry").annotate(its_user_name=F(f"{IAM_USER}user_name"), **singles, **lists)
    for row in rows.only("pk", *(f"entry__{column}" for column in COLUMNS)):
        yield getattr(row, "entry", None), _entry(row)


def differing(stored: ListEntry | None, computed: ListEntry) -> list[str]:
    """Return the columns in which two entries of one candidate differ; all of them where none is stored."""
    if stored is None:
        return COLUMNS
    return [column for column in COLUMNS if getattr(stored, column) != getattr(computed, column)]


def _searched(words: str) -> str:
    return f"{words} {BETWEEN_WORDS.sub(' ', words)}"


def _entry(row: Any) -> ListEntry:
    singles = [getattr(row, f"its_{name}") for name in ONE]
    words = [word for word in (*singles, *(word for name in MANY for word in getattr(row, name))) if word]
    return bulk.unsaved(
        ListEntry,
        standing_id=row.pk,
        user_name=row.its_user_name.lower(),
        account_name=row.its_account_name.lower(),
        owner_name=(row.its_team or "").lower(),
        unowned=int(not row.its_team),
        words=_searched(" ".join(words).lower()),
    )

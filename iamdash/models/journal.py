"""What happened, for ever: an append-only journal, and one count a day for the burn-down."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pgtrigger
from django.db import models

from iamdash.models import bulk

LONGEST_SENTENCE = 500


class Event(models.Model):
    """One line of the journal. No foreign keys: it outlives whatever it speaks of.

    `actor`: a person's e-mail address, or "sync" (then `sync_run` is its number), "check" (somebody
    asked for one IAM user), or "clock" (time alone).
    `kind`: dotted words, past tense at the end ("candidate.claimed", "access_key.deactivated").
    `subject`: what it happened to, in AWS's words (a user name, an access key ID). `before`, `after`: the values.
    """

    at = models.DateTimeField()
    actor = models.CharField(max_length=254)
    kind = models.CharField(max_length=60)
    sentence = models.CharField(max_length=LONGEST_SENTENCE)
    aws_account_id = models.CharField(max_length=12, blank=True)
    unique_id = models.CharField(max_length=128, blank=True)
    subject = models.CharField(max_length=254, blank=True)
    candidate_number = models.BigIntegerField(null=True)
    sync_run_number = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["candidate_number", "-at"], name="timeline_of_a_candidate"),
            models.Index(fields=["unique_id", "-at"], name="history_of_an_identity"),
            models.Index(fields=["kind", "-at"], name="events_of_a_kind"),
            models.Index(fields=["-at"], name="newest_events"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.sentence


def record(
    *,
    at: datetime,
    actor: str,
    kind: str,
    sentence: str,
    aws_account_id: str = "",
    unique_id: str = "",
    subject: str = "",
    candidate_number: int | None = None,
    sync_run_number: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write one line into the journal, in the caller's transaction. The parameters are the columns of `Event`."""
    event = Event(
        at=at,
        actor=actor,
        kind=kind,
        sentence=sentence,
        aws_account_id=aws_account_id,
        unique_id=unique_id,
        subject=subject,
        candidate_number=candidate_number,
        sync_run_number=sync_run_number,
        before=before,
        after=after,
    )
    record_all([event])


def record_all(events: Iterable[Event]) -> None:
    """Write many lines into the journal, in the caller's transaction; sentences that are too long are cut."""
    events = list(events)
    for event in events:
        event.sentence = _cut(event.sentence)
    bulk.insert(events)


def _cut(sentence: str) -> str:
    """Return as much of a sentence as its column holds: whole words, but of a word that is longer than half of it."""
    if len(sentence) <= LONGEST_SENTENCE:
        return sentence
    words, _space, _part = sentence[: LONGEST_SENTENCE - 1].rpartition(" ")
    return f"{words} …" if len(words) > LONGEST_SENTENCE // 2 else sentence[: LONGEST_SENTENCE - 1] + "…"


class DailyCount(models.Model):
    """One row a day, AWS account, team and stage: the burn-down's source. `invented`: made up for the demo."""

    day = models.DateField()
    aws_account_id = models.CharField(max_length=12)
    team_slug = models.CharField(max_length=60, blank=True)
    stage = models.PositiveSmallIntegerField()
    candidates = models.PositiveIntegerField()
    active_keys = models.PositiveIntegerField()
    invented = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["team_slug", "day"], include=["stage", "active_keys"], name="counts_of_a_team"),
            models.Index(
                fields=["aws_account_id", "day"], include=["stage", "active_keys"], name="counts_of_an_account"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["day", "aws_account_id", "team_slug", "stage"], name="one_count_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.aws_account_id} {self.team_slug} {self.stage}"

"""Close a candidate: sign off that it is done. Only AWS's proof that the IAM user is gone makes that possible."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from iamdash.candidates.actions.change import finish, is_deleted, locked, require, storable
from iamdash.candidates.actions.errors import NotGone
from iamdash.models import AccessLevel, Candidate, IamUser, Person
from iamdash.rules.sentence import Sentence, plain
from iamdash.standing.thresholds import thresholds


@transaction.atomic
def close(*, candidate: Candidate, note: str, by: Person, now: datetime) -> None:
    """Sign a candidate off that is proved gone from AWS; `note` may be empty.

    Raises NotPermitted, Refused where it was closed before, and NotGone where a proof is missing, saying which.
    """
    require(by, AccessLevel.ENGINEER, "close a candidate")
    words = storable(note, what="The note")
    fresh = locked(candidate)
    if not is_deleted(fresh):
        raise NotGone(_what_is_missing(fresh.iam_user, now))
    fresh.closed_at, fresh.closed_by, fresh.close_note = now, by, words
    fresh.save(update_fields=["closed_at", "closed_by", "close_note"])
    finish(
        fresh,
        by=by,
        now=now,
        kind="candidate.closed",
        sentence=f"{by} closed {fresh.iam_user.user_name}, which is proved gone from AWS.",
        after={"note": words},
    )


def _what_is_missing(iam_user: IamUser, now: datetime) -> str:
    name = plain(iam_user.user_name)
    if iam_user.gone_at is None:
        sentence = Sentence(
            f"Nothing proves yet that {name} is gone from AWS. Delete it in AWS first; "
            "the next sync of its account then brings the first of two proofs."
        )
    elif iam_user.gone_confirmed_at is None:
        earliest = iam_user.gone_at + timedelta(minutes=thresholds().gone_confirm_minutes)
        sentence = Sentence(
            f"{name} was first found gone on {{first}}. The second proof is missing: "
            "sync its account again on {earliest} or later.",
            {"first": iam_user.gone_at, "earliest": earliest},
        )
    else:
        sentence = Sentence(
            f"{name} was found gone twice, but its AWS account is no longer read, so it cannot count as deleted. "
            "Put the account back into iamdash.toml and sync it."
        )
    return sentence.render(now=now, zone=timezone.get_current_timezone())

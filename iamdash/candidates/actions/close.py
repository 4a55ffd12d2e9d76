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
    name, account = plain(iam_user.user_name), plain(str(iam_user.aws_account))
    moments = {}
    if iam_user.aws_account.removed_at:
        words = f"{account} is no longer read, so nothing can prove that {name} is gone. Put it back into iamdash.toml."
    elif iam_user.gone_at is None:
        words = (
            f"Nothing proves yet that {name} is gone from AWS. Delete it there; then sync {account}: "
            "that brings the first of two proofs."
        )
    else:
        earliest = iam_user.gone_at + timedelta(minutes=thresholds().gone_confirm_minutes)
        moments = {"first": iam_user.gone_at, "earliest": earliest}
        words = (
            f"{name} was found gone once, on {{first}}. The second proof is missing: "
            f"sync {account} again, on {{earliest}} at the earliest."
        )
    return Sentence(words, moments).render(now=now, zone=timezone.get_current_timezone())

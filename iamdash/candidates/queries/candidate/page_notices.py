"""What a reader of one candidate's page must know before believing it: what could not be read, and what is gone."""

from dataclasses import dataclass
from datetime import datetime

from iamdash.candidates.queries.candidate.readings import Readings
from iamdash.models import IamUser
from iamdash.rules.evidence import Reading
from iamdash.rules.sentence import Sentence, plain


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence above the page. `tone`: "warning", "problem" or "" for plain information."""

    tone: str
    strong: str
    sentence: Sentence


def page_notices(iam_user: IamUser, readings: Readings) -> tuple[Notice, ...]:
    """Return the notices about the state of the data, the gravest first."""
    notices = (_no_longer_read(iam_user, readings), _failed(readings), _gaps(readings), _half_proved(iam_user))
    return tuple(notice for notice in notices if notice)


def _no_longer_read(iam_user: IamUser, readings: Readings) -> Notice | None:
    removed_at = iam_user.aws_account.removed_at
    if removed_at is None:
        return None
    strong = f"{iam_user.aws_account.name} is no longer read."
    why = iam_user.aws_account.why_not_read
    words = f"{why} It is not read since {{removed:day}}. " + _shown_as_of(readings)
    return Notice("problem", strong, Sentence(words, {"removed": removed_at} | _listed_at(readings)))


def _failed(readings: Readings) -> Notice | None:
    if readings.failed_at is None:
        return None
    reason = plain(readings.gaps[0].reason) if readings.gaps else "The reason is on the accounts page."
    words = "{failed:ago}. " + reason + " " + _shown_as_of(readings)
    return Notice(
        "problem",
        "The last sync of this account failed",
        Sentence(words, {"failed": readings.failed_at} | _listed_at(readings)),
    )


def _gaps(readings: Readings) -> Notice | None:
    if readings.failed_at or not readings.gaps:
        return None
    parts = "; ".join(f"{plain(gap.words)} ({plain(gap.reason.removesuffix('.'))})" for gap in readings.gaps)
    words = f"{parts}. What was read before is shown, with its age."
    return Notice("warning", "The last sync could not read everything here:", Sentence(words))


def _half_proved(iam_user: IamUser) -> Notice | None:
    if iam_user.gone_at is None or iam_user.gone_confirmed_at is not None:
        return None
    words = (
        "A sync proved it on {gone}. One proof is not enough: a user that is renamed while AWS lists its users "
        "hides from it. A second sync, some time later, has to find the same before it counts as deleted."
    )
    return Notice("warning", "This IAM user seems to be gone.", Sentence(words, {"gone": iam_user.gone_at}))


def _shown_as_of(readings: Readings) -> str:
    return "What is shown was read {listed:ago}." if readings.as_of(Reading.LISTING) else "Nothing has been read yet."


def _listed_at(readings: Readings) -> dict[str, datetime]:
    listed = readings.as_of(Reading.LISTING)
    return {"listed": listed} if listed else {}

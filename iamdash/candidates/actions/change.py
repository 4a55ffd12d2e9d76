"""What every action begins and ends with: who may, the locked candidate; then one journal line and a new assessment."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from iamdash.candidates.actions.errors import NotPermitted, Refused
from iamdash.models import AccessLevel, Candidate, IamUser, Person
from iamdash.models.journal import Event, record_all
from iamdash.rules.stage import Stage
from iamdash.standing import entries
from iamdash.standing.assess import Cause, assess, lock

LONGEST_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Line:
    """What the journal says of one candidate. The fields are columns of `Event`."""

    candidate: Candidate
    kind: str
    sentence: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def require(by: Person, level: AccessLevel, deed: str) -> None:
    """Let a person with this access pass. `deed` completes "Only an engineer may …". Raises NotPermitted."""
    if not by.may(level):
        yours = f"You have {by.access_level} access: ask whoever runs iamdash."
        raise NotPermitted(f"Only {_at_least(level)} may {deed}. {yours}")


def locked(candidate: Candidate, *, affected: Iterable[int] = ()) -> Candidate:
    """Return the candidate as it is now, its rows locked to the end of the transaction. Raises Refused if it is closed.

    `affected`: the other IAM users whose answers the action changes; they are locked with it.
    """
    fresh = locked_even_if_closed(candidate, affected=affected)
    refuse_if_closed(fresh)
    return fresh


def refuse_if_closed(candidate: Candidate) -> None:
    """Raise Refused where the candidate was signed off."""
    if candidate.closed_by:
        raise Refused(
            f"Candidate {candidate.pk} was closed by {candidate.closed_by} and can no longer be changed. "
            "You can still write a note.",
            in_short="closed",
        )


def locked_even_if_closed(candidate: Candidate, *, affected: Iterable[int] = ()) -> Candidate:
    """Return the candidate as it is now, its rows locked to the end of the transaction.

    The IAM users are locked first, with those that share a role with them, as `assess` does it: what people say and
    what AWS shows take turns, so that neither is assessed on facts which the other is about to change.
    """
    lock([candidate.iam_user_id, *affected])
    fresh = Candidate.objects.select_for_update(no_key=True).get(pk=candidate.pk)
    fresh.iam_user = IamUser.objects.get(pk=candidate.iam_user_id)
    return fresh


def is_deleted(candidate: Candidate) -> bool:
    """Return whether the stored answer is Deleted: proved gone from AWS, twice."""
    return Candidate.objects.filter(pk=candidate.pk, standing__stage=Stage.DELETED).exists()


def finish(
    candidate: Candidate,
    *,
    by: Person,
    now: datetime,
    kind: str,
    sentence: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    affected: Iterable[int] = (),
) -> None:
    """Write the action's one journal line, then let the rules answer anew, also for the other IAM users `affected`."""
    finish_all([Line(candidate, kind, sentence, before, after)], actor=by.email, now=now, affected=affected)


def tell(line: Line, *, by: Person, now: datetime) -> None:
    """Write the line of an action that changes nothing the rules know of, and let the list find what was said."""
    write_lines([line], actor=by.email, now=now)
    entries.refresh([line.candidate.iam_user_id])


def finish_all(lines: Collection[Line], *, actor: str, now: datetime, affected: Iterable[int] = ()) -> None:
    """Write a journal line for each of several candidates, then let the rules answer anew for all of them at once."""
    write_lines(lines, actor=actor, now=now)
    concerned = {line.candidate.iam_user_id for line in lines}
    assess({*concerned, *affected}, now=now, cause=Cause.PEOPLE, actor=actor)


def write_lines(lines: Iterable[Line], *, actor: str, now: datetime) -> None:
    """Write a journal line for each of several candidates."""
    record_all(_event(line, actor, now) for line in lines)


def _event(line: Line, actor: str, now: datetime) -> Event:
    iam_user = line.candidate.iam_user
    return Event(
        at=now,
        actor=actor,
        kind=line.kind,
        sentence=line.sentence,
        aws_account_id=iam_user.aws_account_id,
        unique_id=iam_user.unique_id,
        subject=iam_user.user_name,
        candidate_number=line.candidate.pk,
        before=line.before,
        after=line.after,
    )


def storable(text: str, *, what: str) -> str:
    """Return a person's words, trimmed, with plain line ends. Raises Refused where they cannot be kept as they are."""
    words = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(words) > LONGEST_TEXT:
        raise Refused(f"{what} has {len(words):,} characters. Shorten it to {LONGEST_TEXT:,}, or link to the text.")
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in words):
        raise Refused(f"{what} holds a character that cannot be stored. Remove it and send it again.")
    return words


def storable_name(text: str, *, longest: int) -> str:
    """Return what a person calls something, on one line. Raises Refused where that is no name, or cannot be kept."""
    words = " ".join(storable(text, what="The name").split())
    if not words:
        raise Refused("Give it a name.", field="name")
    if len(words) > longest:
        raise Refused(f"The name has {len(words):,} characters. Shorten it to {longest}.", field="name")
    return words


def _at_least(level: AccessLevel) -> str:
    return {AccessLevel.ENGINEER: "an engineer, a lead or an admin", AccessLevel.LEAD: "a lead or an admin"}.get(
        level, f"an {level.value}"
    )

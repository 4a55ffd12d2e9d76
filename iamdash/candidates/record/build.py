"""One candidate's rows as its record. Sentences are rendered as they were true at their own time, never as of today."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from iamdash.candidates.record.gaps import not_recorded
from iamdash.candidates.record.rows import Rows, fetch
from iamdash.candidates.record.shape import (
    AccessKeyRecord,
    ClaimRecord,
    ExceptionRecord,
    IamUserRecord,
    LineRecord,
    NoteRecord,
    ObservationRecord,
    ProofRecord,
    Record,
    ReplacementRecord,
    SignOffRecord,
    StepRecord,
)
from iamdash.models import AccessKey, Event, ExceptionGrant, Person
from iamdash.rules.evidence import Step
from iamdash.rules.keys import INACTIVE
from iamdash.rules.sentence import Sentence
from iamdash.rules.stage import Stage
from iamdash.standing.answer import steps_from_json

AT_ONCE = 100
# What one proof takes: whose session, a listing that ended, and the question about the name (design: "Gone").
CALLS = ("sts:GetCallerIdentity", "iam:GetAccountAuthorizationDetails", "iam:GetUser")
PROOFS = ("iam_user.gone", "iam_user.gone_confirmed")


def records(numbers: Sequence[int], *, zone: tzinfo) -> Iterator[Record]:
    """Yield the record of each of these candidates, in this order; `zone`: of the times in sentences."""
    for start in range(0, len(numbers), AT_ONCE):
        for rows in fetch(numbers[start : start + AT_ONCE]):
            yield _record(rows, zone)


def _record(rows: Rows, zone: tzinfo) -> Record:
    candidate, iam_user, standing = rows.candidate, rows.candidate.iam_user, rows.candidate.standing
    keys = tuple(_access_key(key, rows.events) for key in rows.access_keys)
    steps = tuple(_step(step, rows.events, zone) for step in steps_from_json(standing.steps))
    proofs = tuple(_proof(event, rows) for event in rows.events if _stands(event, rows))
    return Record(
        candidate=candidate.pk,
        is_deleted=standing.stage == Stage.DELETED,
        stage=Stage(standing.stage).slug,
        opened_at=candidate.opened_at,
        gone_at=iam_user.gone_at,
        gone_confirmed_at=iam_user.gone_confirmed_at,
        iam_user=_iam_user(rows),
        created_again_as=tuple(after.unique_id for after in rows.successors),
        access_keys=keys,
        claims=tuple(
            ClaimRecord(
                claim.team.name,
                str(claim.person),
                claim.person.email,
                claim.claimed_at,
                claim.ended_at,
                _name(claim.ended_by),
            )
            for claim in rows.claims
        ),
        route=candidate.get_route_display(),
        replacements=tuple(
            ReplacementRecord(
                link.iam_role.arn,
                link.iam_role.unique_id,
                link.linked_at,
                str(link.linked_by),
                link.unlinked_at,
                _name(link.unlinked_by),
            )
            for link in rows.replacements
        ),
        exceptions=tuple(_exception(grant) for grant in rows.exceptions),
        proofs_of_gone=proofs,
        steps=steps,
        signed_off=_signed_off(rows),
        notes=tuple(NoteRecord(note.written_at, str(note.written_by), note.body) for note in rows.notes),
        journal=tuple(
            LineRecord(event.at, event.actor, event.kind, event.sentence, event.sync_run_number)
            for event in rows.events
        ),
        not_recorded=_told_once(not_recorded(rows, keys, proofs, steps), candidate.opened_at, zone),
    )


def _told_once(sentences: Iterable[Sentence], at: datetime, zone: tzinfo) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentence.for_the_record(at=at, zone=zone) for sentence in sentences))


def _iam_user(rows: Rows) -> IamUserRecord:
    iam_user = rows.candidate.iam_user
    renamed = (event.before for event in rows.events if event.kind == "iam_user.renamed")
    earlier = [before["user_name"] for before in renamed if before]
    return IamUserRecord(
        unique_id=iam_user.unique_id,
        user_name=iam_user.user_name,
        names=tuple(dict.fromkeys([*earlier, iam_user.user_name])),
        arn=iam_user.arn,
        aws_account_id=iam_user.aws_account_id,
        aws_account_name=iam_user.aws_account.name,
        created_at=iam_user.created_at,
        first_seen_at=iam_user.first_seen_at,
    )


def _exception(grant: ExceptionGrant) -> ExceptionRecord:
    return ExceptionRecord(
        number=grant.pk,
        extends=grant.extends_id,
        reason=grant.reason,
        review_url=grant.review_url,
        expires_on=grant.expires_on,
        asked_by=str(grant.asked_by),
        asked_at=grant.asked_at,
        approved_by=_name(grant.approved_by),
        approved_at=grant.approved_at,
        declined_by=_name(grant.declined_by),
        declined_at=grant.declined_at,
        ended_by=_name(grant.ended_by),
        ended_at=grant.ended_at,
        how_ended=grant.get_how_ended_display(),
    )


def _access_key(key: AccessKey, events: Sequence[Event]) -> AccessKeyRecord:
    deactivated = [
        event.at for event in events if event.kind == "access_key.deactivated" and event.subject == key.access_key_id
    ]
    return AccessKeyRecord(
        access_key_id=key.access_key_id,
        created_at=key.created_at,
        first_seen_at=key.first_seen_at,
        last_status=key.status,
        deactivated_at=deactivated[-1] if deactivated and key.status == INACTIVE else None,
        deleted_at=key.gone_at,
        last_used_at=key.last_used_at,
        last_used_service=key.last_used_service,
        last_used_region=key.last_used_region,
        last_used_read_at=key.last_used_as_of,
    )


def _stands(event: Event, rows: Rows) -> bool:
    """Return whether this line is of a proof that stands: one that was taken back has other times."""
    iam_user = rows.candidate.iam_user
    return (event.kind, event.at) in zip(PROOFS, (iam_user.gone_at, iam_user.gone_confirmed_at), strict=True)


def _proof(event: Event, rows: Rows) -> ProofRecord:
    after: dict[str, Any] = event.after or {}
    run = rows.sync_runs.get(event.sync_run_number or 0)
    return ProofRecord(
        proved_at=event.at,
        sync_run=event.sync_run_number,
        trigger=run.trigger if run else "",
        outcome=run.outcome if run else "",
        caller_arn=after.get("caller_arn") or "",
        session_opened_at=_moment(after.get("session_opened_at")),
        listed_at=_moment(after.get("listed_at")),
        asked_name=after.get("asked_name", ""),
        answer=after.get("answer", ""),
        found_unique_id=after.get("found_unique_id", ""),
        calls=CALLS,
    )


def _step(step: Step, events: Sequence[Event], zone: tzinfo) -> StepRecord:
    """Return the step as the newest line of the journal has it that says it was reached; else as it is stored now."""
    then, line = step, None
    for event in events:
        told = steps_from_json((event.after or {}).get("steps", []))
        if found := next((each for each in told if each.stage is step.stage and each.holds is step.holds), None):
            then, line = found, event
    return StepRecord(
        step=step.stage.slug,
        holds=step.holds.value,
        reached_at=then.reached_at,
        recorded_at=line.at if line else None,
        sync_run=line.sync_run_number if line else None,
        evidence=tuple(
            ObservationRecord(
                each.holds.value,
                each.sentence.for_the_record(at=_as_of(line, step), zone=zone),
                each.source,
                each.cannot_see,
            )
            for each in then.evidence
        ),
    )


def _as_of(line: Event | None, step: Step) -> datetime:
    moments = [moment for each in step.evidence for moment in each.sentence.moments.values()]
    return line.at if line else step.reached_at or max(moments, default=datetime.min.replace(tzinfo=UTC))


def _signed_off(rows: Rows) -> SignOffRecord | None:
    candidate = rows.candidate
    if candidate.closed_at is None or candidate.closed_by is None:
        return None
    return SignOffRecord(str(candidate.closed_by), candidate.closed_by.email, candidate.closed_at, candidate.close_note)


def _name(person: Person | None) -> str:
    return str(person or "")


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None

"""What a record does not hold, said plainly: where a fact is missing an auditor finds a sentence, never nothing."""

from collections.abc import Iterator, Sequence

from iamdash.candidates.record.rows import Rows
from iamdash.candidates.record.shape import AccessKeyRecord, ProofRecord, StepRecord
from iamdash.rules.evidence import Holds
from iamdash.rules.keys import ACTIVE, INACTIVE
from iamdash.rules.sentence import Sentence, plain


def not_recorded(
    rows: Rows, keys: Sequence[AccessKeyRecord], proofs: Sequence[ProofRecord], steps: Sequence[StepRecord]
) -> Iterator[Sentence]:
    """Yield a sentence for each thing that an auditor may look for and not find."""
    yield from _before_our_eyes(rows)
    yield from _of_keys(rows, keys)
    yield from _of_people(rows)
    yield from _of_steps(steps)
    yield from _of_proofs(rows, proofs)


def _before_our_eyes(rows: Rows) -> Iterator[Sentence]:
    iam_user = rows.candidate.iam_user
    if iam_user.first_seen_at.date() > iam_user.created_at.date():
        words = (
            "It was created on {created}, and iamdash first saw it on {seen}: what happened in between is not "
            "recorded, names and access keys of that time included."
        )
        yield Sentence(words, {"created": iam_user.created_at, "seen": iam_user.first_seen_at})


def _of_keys(rows: Rows, keys: Sequence[AccessKeyRecord]) -> Iterator[Sentence]:
    if not keys:
        yield Sentence("iamdash never read an access key ID of this IAM user.")
    for key in keys:
        if key.last_status == INACTIVE and key.deactivated_at is None:
            words = f"When {key.access_key_id} was deactivated is not recorded: it was Inactive when it was first seen."
            yield Sentence(words)
        if key.last_status == ACTIVE and key.deleted_at:
            yield Sentence(f"{key.access_key_id} was never seen Inactive: it was last seen Active, and then gone.")
        if key.last_used_read_at is None:
            yield Sentence(f"When {key.access_key_id} was last used was never read.")
        elif key.last_used_at is None:
            yield Sentence(f"AWS had no use of {key.access_key_id} on record.")
    if rows.candidate.iam_user.keys_unread_reason:
        reason = plain(rows.candidate.iam_user.keys_unread_reason)
        yield Sentence(f"The last try to read its access keys failed: {reason}")


def _of_people(rows: Rows) -> Iterator[Sentence]:
    if not rows.claims:
        yield Sentence("Nobody ever claimed it.")
    if rows.candidate.closed_at is None:
        yield Sentence("Nobody has signed it off.")
    if not rows.candidate.route:
        yield Sentence("No route off the key was ever chosen.")


def _of_steps(steps: Sequence[StepRecord]) -> Iterator[Sentence]:
    for step in steps:
        if step.holds == Holds.SKIPPED:
            yield Sentence(f"{step.label} was never shown: AWS's own proof of a later step overtook it.")
        elif step.holds == Holds.HOLDS and step.recorded_at is None:
            words = f"The evidence for {step.label} when it was reached is not in the journal; it is as of now."
            yield Sentence(words)


def _of_proofs(rows: Rows, proofs: Sequence[ProofRecord]) -> Iterator[Sentence]:
    iam_user = rows.candidate.iam_user
    if iam_user.gone_confirmed_at is None:
        yield Sentence("It is not proved gone from AWS: nothing in this record says that it was deleted.")
        return
    yield Sentence("Who deleted it in AWS, and at which moment, only AWS CloudTrail can tell.")
    if len(proofs) < 2:
        yield Sentence("The journal does not hold both proofs that it is gone.")
    for proof in proofs:
        if not proof.answer:
            yield Sentence("What a proof on {proved} stood on is not in the journal.", {"proved": proof.proved_at})
        if not proof.outcome:
            yield Sentence(f"Sync run {proof.sync_run} is no longer kept.")

"""Access keys: the rows agree with complete, direct answers of iam:ListAccessKeys, one IAM user each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from iamdash.aws.snapshot import KeysOfUser, ListedAccessKey, Part, Unread
from iamdash.inventory.findings import Changes, Findings
from iamdash.inventory.reconcile.differ import save_columns
from iamdash.inventory.reconcile.uses import COLUMNS as USE_COLUMNS
from iamdash.inventory.reconcile.uses import keep, ledger_rows, take_in, told_use
from iamdash.models import AccessKey, AccessKeyUse, Event, IamUser, bulk

KEY_COLUMNS = ("status", "status_changed_at", "created_at", "gone_at", *USE_COLUMNS)
USER_COLUMNS = ("asked_slots", "keys_read_at", "keys_unread_reason")
LONGEST_REASON = 500


@dataclass(slots=True)
class Batch:
    """What a number of answers changes, to be written with few statements. `agreed`: only read anew, by a check."""

    created: list[AccessKey] = field(default_factory=list)
    changed: list[AccessKey] = field(default_factory=list)
    gone: list[AccessKey] = field(default_factory=list)
    agreed: list[AccessKey] = field(default_factory=list)
    uses: list[AccessKeyUse] = field(default_factory=list)
    iam_users: list[IamUser] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def write(self) -> None:
        """Write the rows."""
        bulk.insert(self.created)
        save_columns([*self.changed, *self.gone], KEY_COLUMNS)
        save_columns(self.agreed, ["last_used_as_of"])
        keep(self.uses)
        save_columns(self.iam_users, USER_COLUMNS)


def reconcile_keys(answers: Sequence[KeysOfUser], findings: Findings) -> Changes:
    """Create, update and end access keys. An answer that agrees with the rows changes none: the run remembers it."""
    iam_users = _iam_users(findings, [answer.unique_id for answer in answers])
    rows = _rows(iam_users.values())
    owners = _known_owners(answers, rows)
    batch = Batch()
    for answer in answers:
        iam_user = iam_users.get(answer.unique_id)
        if iam_user is None or _outdated(answer, iam_user, findings):
            continue
        key_ids = [listed.access_key_id for listed in answer.keys]
        if taken := [key_id for key_id in key_ids if owners.get(key_id, iam_user.pk) != iam_user.pk]:
            reason = (
                f"AWS listed access key {min(taken)}, which belongs to another IAM user: the answer is not believed."
            )
            findings.unread.append(Unread(Part.ACCESS_KEYS, reason, "iam:ListAccessKeys", subject=answer.unique_id))
            continue
        owners |= dict.fromkeys(key_ids, iam_user.pk)
        _reconcile_one(answer, iam_user, rows[iam_user.pk], batch, findings)
    batch.write()
    changed = {iam_user.pk for iam_user in batch.iam_users}
    return Changes(
        created=len(batch.created),
        updated=len(batch.changed),
        gone=len(batch.gone),
        events=batch.events,
        iam_user_ids=changed,
    )


def reconcile_unread_keys(gaps: Sequence[Unread], findings: Findings) -> Changes:
    """Write beside each IAM user why its keys could not be read; their rows stay as they are."""
    reasons = {gap.subject: gap.reason[:LONGEST_REASON] for gap in gaps if gap.part is Part.ACCESS_KEYS and gap.subject}
    changed = [
        iam_user
        for key, iam_user in _iam_users(findings, reasons).items()
        if iam_user.keys_unread_reason != reasons[key]
    ]
    for iam_user in changed:
        iam_user.keys_unread_reason = reasons[iam_user.unique_id]
    save_columns(changed, ["keys_unread_reason"])
    return Changes(iam_user_ids={iam_user.pk for iam_user in changed})


def _iam_users(findings: Findings, unique_ids: Iterable[str]) -> dict[str, IamUser]:
    rows = IamUser.objects.filter(aws_account_id=findings.account_id, unique_id__in=bulk.among_texts(unique_ids))
    return {row.unique_id: row for row in rows}


def _rows(iam_users: Iterable[IamUser]) -> dict[int, dict[str, AccessKey]]:
    rows: dict[int, dict[str, AccessKey]] = defaultdict(dict)
    by_number = {iam_user.pk: iam_user for iam_user in iam_users}
    for row in AccessKey.objects.filter(iam_user__in=bulk.among(by_number)):
        row.iam_user = by_number[row.iam_user_id]
        rows[row.iam_user_id][row.access_key_id] = row
    return rows


def _known_owners(answers: Sequence[KeysOfUser], rows: Mapping[int, Mapping[str, AccessKey]]) -> dict[str, int]:
    """Return the row ids of the IAM users whose the listed key IDs are known to be: an access key never moves."""
    owners = {key_id: iam_user_id for iam_user_id, of_user in rows.items() for key_id in of_user}
    if new := {listed.access_key_id for answer in answers for listed in answer.keys} - owners.keys():
        elsewhere = AccessKey.objects.filter(access_key_id__in=bulk.among_texts(new))
        owners |= dict(elsewhere.values_list("access_key_id", "iam_user"))
    return owners


def _outdated(answer: KeysOfUser, iam_user: IamUser, findings: Findings) -> bool:
    """Return whether something newer is known: another reading of the keys, or the proof that the user is gone."""
    newest = findings.keys_as_of(iam_user)
    if newest is not None and answer.read_at <= newest:
        return True
    return iam_user.gone_at is not None


def _reconcile_one(
    answer: KeysOfUser, iam_user: IamUser, rows: dict[str, AccessKey], batch: Batch, findings: Findings
) -> None:
    listed_ids = {listed.access_key_id for listed in answer.keys}
    differs = False
    for listed in answer.keys:
        row = rows.get(listed.access_key_id)
        if row is None:
            _create(listed, answer, iam_user, batch, findings)
            differs = True
        else:
            differs |= _update(row, listed, answer, batch, findings)
    for row in rows.values():
        if row.access_key_id not in listed_ids and row.gone_at is None:
            _end(row, answer, batch, findings)
            differs = True
    _remember(answer, iam_user, batch, findings, differs=differs)


def _remember(answer: KeysOfUser, iam_user: IamUser, batch: Batch, findings: Findings, *, differs: bool) -> None:
    """Remember the reading: beside the IAM user where a row changes anyway, else with the run alone."""
    unchanged = not differs and iam_user.asked_slots == iam_user.report_slots and not iam_user.keys_unread_reason
    if unchanged and not findings.is_check:
        findings.agreed[answer.unique_id] = answer.read_at
        findings.assess_again.add(iam_user.pk)
        return
    findings.agreed.pop(answer.unique_id, None)
    iam_user.keys_read_at = answer.read_at
    iam_user.keys_unread_reason = ""
    iam_user.asked_slots = iam_user.report_slots
    batch.iam_users.append(iam_user)


def _create(listed: ListedAccessKey, answer: KeysOfUser, iam_user: IamUser, batch: Batch, findings: Findings) -> None:
    row = bulk.unsaved(
        AccessKey,
        iam_user=iam_user,
        aws_account_id=iam_user.aws_account_id,
        access_key_id=listed.access_key_id,
        status=listed.status,
        status_changed_at=listed.created_at,
        created_at=listed.created_at,
        first_seen_at=answer.read_at,
    )
    if listed.last_used is not None:
        batch.uses += ledger_rows(row, listed.last_used, findings)
        take_in(row, listed.last_used)
    batch.created.append(row)
    # A key older than our first look at its IAM user was there all along; a younger one was made under our eyes.
    made_now = findings.keys_as_of(iam_user) is not None and listed.created_at > iam_user.first_seen_at
    kind, words = ("created", "was created") if made_now else ("found", "found")
    sentence = f"Access key {row.access_key_id} of {iam_user.user_name} {words}: {row.status}."
    batch.events.append(_line(kind, sentence, row, answer, findings, after={"status": row.status}))


def _update(row: AccessKey, listed: ListedAccessKey, answer: KeysOfUser, batch: Batch, findings: Findings) -> bool:
    differs = False
    if row.gone_at is not None:
        row.gone_at, differs = None, True
        sentence = f"Access key {row.access_key_id} of {row.iam_user.user_name} is there again."
        batch.events.append(_line("seen_again", sentence, row, answer, findings))
    if row.status != listed.status:
        batch.events.append(_status_line(row, listed.status, answer, findings))
        row.status, row.status_changed_at, differs = listed.status, answer.read_at, True
    if row.created_at != listed.created_at:
        row.created_at, differs = listed.created_at, True
    differs |= _update_use(row, listed, batch, findings)
    if differs:
        batch.changed.append(row)
    return differs


def _update_use(row: AccessKey, listed: ListedAccessKey, batch: Batch, findings: Findings) -> bool:
    reading = listed.last_used
    if reading is None:
        return False
    batch.events += told_use(row, reading, findings)
    batch.uses += ledger_rows(row, reading, findings)
    if take_in(row, reading):
        findings.uses_agreed.pop(row.access_key_id, None)
        return True
    if reading.source != "direct" or reading.at != row.last_used_at:
        return False
    if not findings.is_check:
        findings.uses_agreed[row.access_key_id] = reading.as_of
        findings.assess_again.add(row.iam_user_id)
        return False
    row.last_used_as_of = max(reading.as_of, row.last_used_as_of or reading.as_of)
    batch.agreed.append(row)
    return False


def _end(row: AccessKey, answer: KeysOfUser, batch: Batch, findings: Findings) -> None:
    row.gone_at = answer.read_at
    batch.gone.append(row)
    sentence = f"Access key {row.access_key_id} of {row.iam_user.user_name} was deleted; it had been {row.status}."
    batch.events.append(_line("deleted", sentence, row, answer, findings, before={"status": row.status}))


def _status_line(row: AccessKey, status: str, answer: KeysOfUser, findings: Findings) -> Event:
    kinds = {"Inactive": "deactivated", "Active": "reactivated"}
    words = {"Inactive": "was deactivated", "Active": "was activated again"}
    return _line(
        kinds.get(status, "status_changed"),
        f"Access key {row.access_key_id} of {row.iam_user.user_name} {words.get(status, f'is now {status}')}.",
        row,
        answer,
        findings,
        before={"status": row.status},
        after={"status": status},
    )


def _line(
    kind: str,
    sentence: str,
    row: AccessKey,
    answer: KeysOfUser,
    findings: Findings,
    *,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> Event:
    return findings.line(
        f"access_key.{kind}",
        sentence,
        at=answer.read_at,
        unique_id=answer.unique_id,
        subject=row.access_key_id,
        before=before,
        after=after,
    )

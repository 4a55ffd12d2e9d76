"""Safe to delete? Every key Inactive for the soak, no console sign-in, no other live credential, by direct readings.

Groups, policies and MFA devices are to-dos on the way (see `preflight`), and no reason to wait. Other credentials than
access keys have no last use: inactivating them and waiting is all that can show that nobody needs them.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from iamdash.rules.evidence import Judgement, Reading, Requirement, Verdict, judgement_of
from iamdash.rules.facts import CandidateFacts, CredentialFacts, CredentialKind, KeyFacts, Thresholds
from iamdash.rules.keys import LISTED, active_keys, inactive_keys
from iamdash.rules.moments import good_until
from iamdash.rules.routes.readiness import LISTING
from iamdash.rules.sentence import Sentence, plain
from iamdash.rules.verdicts.requirements import keys_are_listed, nothing_to_judge
from iamdash.rules.verdicts.safe_to_deactivate import DEFAULTS, unfamiliar_keys
from iamdash.rules.verdicts.soak import Soak, soak_of, soak_since

# What may sign requests or sign in besides access keys: how AWS lists it, and what a page calls several of it.
OTHERS: Mapping[CredentialKind, tuple[str, str]] = {
    CredentialKind.SIGNING_CERTIFICATE: ("iam:ListSigningCertificates", "signing certificates"),
    CredentialKind.SSH_PUBLIC_KEY: ("iam:ListSSHPublicKeys", "SSH public keys"),
    CredentialKind.SERVICE_SPECIFIC: ("iam:ListServiceSpecificCredentials", "service-specific credentials"),
}
LOGIN_PROFILE = "iam:GetLoginProfile"
NOBODY_SEES = Requirement(
    Verdict.CANNOT_SEE,
    Sentence(
        "Policies of buckets, keys and queues that name this IAM user; who else holds what was made with its keys."
    ),
    LISTING,
    Reading.LISTING,
)


def safe_to_delete(facts: CandidateFacts, *, now: datetime, thresholds: Thresholds = DEFAULTS) -> Judgement:
    """Return whether the IAM user, with all that is left of it, may be deleted for ever, as a checklist.

    Never yes while anything is unknown; a yes ends when a reading that it rests on is a day old.
    """
    return nothing_to_judge(facts) or judgement_of(
        (
            keys_are_listed(facts, now=now),
            *(_still_active(key) for key in active_keys(facts)),
            *(key_is_soaked(key, facts, now=now, thresholds=thresholds) for key in inactive_keys(facts)),
            *unfamiliar_keys(facts),
            *_gone_keys(facts, now=now, thresholds=thresholds),
            _no_console(facts, now=now),
            *(_others(kind, facts, now=now, thresholds=thresholds) for kind in OTHERS),
            NOBODY_SEES,
        )
    )


def key_is_soaked(key: KeyFacts, facts: CandidateFacts, *, now: datetime, thresholds: Thresholds) -> Requirement:
    """Return whether one key has been Inactive for as long as it has to be."""
    soak = soak_of(key, facts, thresholds)
    words = f"Access key {key.access_key_id} is Inactive, by what we saw since {{since:day}}."
    if soak.was_early:
        words += " It was deactivated before that was safe, so it waits for as long as it should have been silent."
    return _soaked(soak, words, LISTED, Reading.KEYS, now=now, reading_would_tell=True)


def _still_active(key: KeyFacts) -> Requirement:
    words = f"Access key {key.access_key_id} is Active: it has to be Inactive first, and for a while."
    return Requirement(Verdict.NOT_YET, Sentence(words), LISTED, Reading.KEYS)


def _gone_keys(facts: CandidateFacts, *, now: datetime, thresholds: Thresholds) -> Iterator[Requirement]:
    """Yield the soak of keys that are gone already: nobody can activate them again, but somebody may miss them."""
    if facts.gone_keys_ended_at is not None and not facts.access_keys:
        soak = soak_since(facts.gone_keys_ended_at, facts.keys_as_of, thresholds)
        words = "The last access key stopped working, as far as we saw, on {since:day}."
        yield _soaked(soak, words, LISTED, Reading.KEYS, now=now, reading_would_tell=True)


def _no_console(facts: CandidateFacts, *, now: datetime) -> Requirement:
    """Return whether nobody can sign in to the console with it; a report alone can say no, and never yes."""
    kind = CredentialKind.LOGIN_PROFILE
    if any(each.kind is kind for each in facts.other_credentials):
        words = Sentence("It has a console password: delete its login profile.")
        return Requirement(Verdict.NOT_YET, words, LOGIN_PROFILE, Reading.CHECK)
    if facts.password_enabled:
        words = Sentence("The credential report shows a console password: delete its login profile.")
        return Requirement(Verdict.NOT_YET, words, "iam:GetCredentialReport", Reading.REPORT)
    unread = _unread(kind, "whether it has a console password", LOGIN_PROFILE, facts, now=now)
    return unread or Requirement(
        Verdict.YES,
        Sentence("It has no console password."),
        LOGIN_PROFILE,
        Reading.CHECK,
        changes_at=good_until(facts.other_credentials_read[kind]),
    )


def _others(kind: CredentialKind, facts: CandidateFacts, *, now: datetime, thresholds: Thresholds) -> Requirement:
    action, plural = OTHERS[kind]
    read_at = facts.other_credentials_read.get(kind)
    held = [each for each in facts.other_credentials if each.kind is kind]
    live = [each for each in held if each.status != "Inactive"]
    if live:
        words = f"It has {_named(live, plural)}, and AWS keeps no last use of them: make them Inactive, and wait."
        return Requirement(Verdict.NOT_YET, Sentence(words), action, Reading.CHECK)
    unread = _unread(kind, f"its {plural}", action, facts, now=now)
    if unread or read_at is None:
        return unread or Requirement(Verdict.UNKNOWN, Sentence(f"It is not known: {plural}."), action, Reading.CHECK)
    if not held:
        none = Sentence(f"It has no {plural}.")
        return Requirement(Verdict.YES, none, action, Reading.CHECK, changes_at=good_until(read_at))
    soak = soak_since(max(each.status_since for each in held), read_at, thresholds)
    words = f"Its {plural} are Inactive, by what we saw since {{since:day}}: {_named(held, plural)}."
    return _soaked(soak, words, action, Reading.CHECK, now=now)


def _unread(
    kind: CredentialKind, what: str, action: str, facts: CandidateFacts, *, now: datetime
) -> Requirement | None:
    read_at = facts.other_credentials_read.get(kind)
    if read_at is not None and now < good_until(read_at):
        return None
    when = f"has not read {what}" if read_at is None else f"last read {what} {{read_at:ago}}: too long ago to act on"
    words = f"iamdash {when}. “Check AWS now” reads it."
    return Requirement(Verdict.UNKNOWN, Sentence(words, {"read_at": read_at} if read_at else {}), action, Reading.CHECK)


def _soaked(
    soak: Soak, words: str, action: str, reading: Reading, *, now: datetime, reading_would_tell: bool = False
) -> Requirement:
    answer = soak.answer(now)
    ends = {
        Verdict.YES: "The soak is over.",
        Verdict.NOT_YET: "The soak goes on until {over:day}.",
        Verdict.UNKNOWN: "The soak should be over, and a direct reading of the last day has to show it.",
    }
    return Requirement(
        answer,
        Sentence(f"{words} {ends[answer]}", {"since": soak.since, "over": soak.over_at}),
        action,
        reading,
        earliest=soak.over_at if answer is Verdict.NOT_YET else None,
        changes_at=soak.changes_at(now),
        reading_would_tell=reading_would_tell and answer is Verdict.UNKNOWN,
        cadence_would_tell=answer is Verdict.NOT_YET and soak.undeclared,
    )


def _named(credentials: list[CredentialFacts], plural: str) -> str:
    names = ", ".join(plain(" ".join(filter(None, [each.service, each.credential_id]))) for each in credentials)
    return f"{plural} ({names})"

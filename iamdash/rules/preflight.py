"""The preflight of iam:DeleteUser: all that AWS wants removed first, at once and in the order in which it must go.

AWS itself names one blocker at a time. Order and calls: IAM User Guide, "Deleting an IAM user (AWS CLI)". A permissions
boundary and tags block nothing. What was never read is unknown, never "none".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from iamdash.rules import commands
from iamdash.rules.evidence import Command, Verdict
from iamdash.rules.facts import CandidateFacts, CredentialFacts, CredentialKind, Thresholds
from iamdash.rules.keys import ACTIVE, INACTIVE, no_reading, oldest_first
from iamdash.rules.moments import after
from iamdash.rules.retiring import code_first
from iamdash.rules.routes.readiness import LISTING
from iamdash.rules.sentence import Sentence, plain
from iamdash.rules.verdicts.safe_to_delete import key_is_soaked

NOT_READ = Sentence("Not read yet: “Check AWS now” reads it.")
OFF = frozenset({INACTIVE, "Expired"})
REPORT = "iam:GetCredentialReport"


class Left(StrEnum):
    """Whether something of a kind is left on the IAM user."""

    SOME = "left"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Blocker:
    """One kind of thing that blocks iam:DeleteUser. `source` said so as of `as_of`; None: never read."""

    title: str
    left: Left
    sentences: tuple[Sentence, ...]
    source: str
    as_of: datetime | None
    commands: tuple[Command, ...] = ()


@dataclass(frozen=True, slots=True)
class Preflight:
    """What to know first (Terraform's advice before all), and every kind of blocker in AWS's order."""

    advice: tuple[Sentence, ...]
    blockers: tuple[Blocker, ...]

    @property
    def left(self) -> int:
        """Return how many kinds of blockers are known to be left."""
        return sum(blocker.left is Left.SOME for blocker in self.blockers)

    @property
    def unknown(self) -> int:
        """Return how many kinds of blockers nobody has read."""
        return sum(blocker.left is Left.UNKNOWN for blocker in self.blockers)


def preflight(facts: CandidateFacts, *, may_delete: bool, thresholds: Thresholds, now: datetime) -> Preflight:
    """Return the nine kinds of blockers, each with what is left, who said so, and the command for each thing.

    `may_delete`: a key's soak is over, so that its deletion may be offered. What else deletes comes once that of every
    key is: without its policies and groups a key would not work again. Until then only what can be undone for other
    credentials is offered, and nothing before the candidate is claimed.
    """
    soaks = [key_is_soaked(key, facts, now=now, thresholds=thresholds) for key in facts.access_keys]
    may_strip = may_delete and all(soak.answer is Verdict.YES for soak in soaks)
    advice = [code_first(facts, "delete")]
    if not may_strip:
        words = "What deletes is offered with the next step, after the soak: until then a key may have to work again."
        advice.append(Sentence(words))
    credentials = _Credentials(facts, may_strip, thresholds, now)
    return Preflight(
        tuple(advice),
        (
            credentials.password(),
            _access_keys(facts, may_delete=may_delete, thresholds=thresholds, now=now),
            credentials.with_status(
                "Signing certificates", CredentialKind.SIGNING_CERTIFICATE, "ListSigningCertificates"
            ),
            credentials.with_status("SSH public keys", CredentialKind.SSH_PUBLIC_KEY, "ListSSHPublicKeys"),
            credentials.with_status(
                "Service-specific credentials", CredentialKind.SERVICE_SPECIFIC, "ListServiceSpecificCredentials"
            ),
            credentials.mfa_devices(),
            *_listed(facts, may_delete=may_strip),
        ),
    )


def _access_keys(facts: CandidateFacts, *, may_delete: bool, thresholds: Thresholds, now: datetime) -> Blocker:
    keys = oldest_first(facts)
    gap = no_reading(facts)
    sentences = [gap] if gap else []
    offered = []
    for key in keys:
        if key.status != INACTIVE:
            end = ": it has to be deactivated and soaked first" if key.status == ACTIVE else ""
            sentences.append(Sentence(plain(f"{key.access_key_id} is {key.status}{end}.")))
            continue
        soak = key_is_soaked(key, facts, now=now, thresholds=thresholds)
        sentences.append(soak.sentence)
        if may_delete and not gap and soak.answer is Verdict.YES:
            offered.append(commands.delete_key(facts, key))
    left = Left.UNKNOWN if gap else Left.SOME if keys else Left.NONE
    return Blocker("Access keys", left, tuple(sentences), "iam:ListAccessKeys", facts.keys_as_of, tuple(offered))


@dataclass(frozen=True, slots=True)
class _Credentials:
    """The other credentials of one candidate, by kind."""

    facts: CandidateFacts
    may_delete: bool
    thresholds: Thresholds
    now: datetime

    def password(self) -> Blocker:
        """Return the console password. A report that shows one counts where it was never read, or was read before."""
        facts, title, source = self.facts, "Console password", "iam:GetLoginProfile"
        delete = (commands.delete_login_profile(facts),) if self.may_delete else ()
        as_of, report_as_of = facts.other_credentials_read.get(CredentialKind.LOGIN_PROFILE), facts.report_as_of
        if as_of and self._held(CredentialKind.LOGIN_PROFILE):
            return Blocker(title, Left.SOME, (Sentence("It has one."),), source, as_of, delete)
        if facts.password_enabled and report_as_of and (as_of is None or as_of < report_as_of):
            words = Sentence("The credential report shows one.")
            return Blocker(title, Left.SOME, (words,), REPORT, report_as_of, delete)
        if as_of is None:
            return Blocker(title, Left.UNKNOWN, (NOT_READ,), source, None)
        return Blocker(title, Left.NONE, (), source, as_of)

    def with_status(self, title: str, kind: CredentialKind, action: str) -> Blocker:
        """Return a kind that can be made Inactive: that first, and its deletion after a soak of its own."""
        held = self._held(kind)
        return self._blocker(
            title,
            kind,
            action,
            tuple(self._described(credential) for credential in held),
            tuple(command for credential in held for command in self._for_one(credential)),
        )

    def mfa_devices(self) -> Blocker:
        """Return the MFA devices."""
        held = self._held(CredentialKind.MFA_DEVICE)
        return self._blocker(
            "MFA devices",
            CredentialKind.MFA_DEVICE,
            "ListMFADevices",
            tuple(Sentence(plain(device.credential_id)) for device in held),
            tuple(commands.remove_mfa_device(self.facts, device) for device in held if self.may_delete),
        )

    def _blocker(
        self, title: str, kind: CredentialKind, action: str, said: tuple[Sentence, ...], offered: tuple[Command, ...]
    ) -> Blocker:
        as_of = self.facts.other_credentials_read.get(kind)
        if as_of is None:
            return Blocker(title, Left.UNKNOWN, (*said, NOT_READ), f"iam:{action}", None)
        return Blocker(title, Left.SOME if said else Left.NONE, said, f"iam:{action}", as_of, offered)

    def _held(self, kind: CredentialKind) -> list[CredentialFacts]:
        return sorted(
            (each for each in self.facts.other_credentials if each.kind is kind), key=lambda each: each.credential_id
        )

    def _described(self, credential: CredentialFacts) -> Sentence:
        name = credential.credential_id + (f" for {credential.service}" if credential.service else "")
        if credential.status not in OFF:
            words = "make it Inactive, and see whether anything breaks: AWS does not record when it was last used."
            return Sentence(plain(f"{name} is {credential.status or 'in force'}: {words}"))
        soaked_at = self._soaked_at(credential)
        words = f"{plain(name)} is {plain(credential.status)}, seen since {{since:day}}"
        if soaked_at <= self.now:
            return Sentence(f"{words}.", {"since": credential.status_since})
        moments = {"since": credential.status_since, "soaked_at": soaked_at}
        return Sentence(f"{words}; it may be deleted from {{soaked_at}} on.", moments)

    def _for_one(self, credential: CredentialFacts) -> Iterable[Command]:
        if credential.status not in OFF:
            return [commands.inactivate_credential(self.facts, credential)] if self.facts.claim else []
        soaked = self._soaked_at(credential) <= self.now
        return [commands.delete_credential(self.facts, credential)] if self.may_delete and soaked else []

    def _soaked_at(self, credential: CredentialFacts) -> datetime:
        return after(credential.status_since, days=self.thresholds.soak_days)


def _listed(facts: CandidateFacts, *, may_delete: bool) -> Iterable[Blocker]:
    """Yield what users and roles are listed with: inline policies, attached policies, groups."""
    inline = [
        (policy.name, commands.delete_inline_policy(facts, policy)) for policy in facts.policies if not policy.arn
    ]
    attached = [(policy.name, commands.detach_policy(facts, policy)) for policy in facts.policies if policy.arn]
    groups = [(group, commands.leave_group(facts, group)) for group in facts.groups]
    for title, found in (("Inline policies", inline), ("Attached policies", attached), ("Groups", groups)):
        if facts.users_as_of is None:
            yield Blocker(title, Left.UNKNOWN, (Sentence("Not read yet: the next sync lists it."),), LISTING, None)
            continue
        said = (Sentence(plain(", ".join(name for name, _command in found))),) if found else ()
        offered = tuple(command for _name, command in found) if may_delete else ()
        yield Blocker(title, Left.SOME if found else Left.NONE, said, LISTING, facts.users_as_of, offered)

"""Is this IAM user a person's or a machine's? A hint with its reasons, by what AWS says of it; never a verdict."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from iamdash.rules.facts import CandidateFacts, CredentialKind
from iamdash.rules.sentence import Sentence, plain
from iamdash.rules.special_cases import special_cases

PERSONAL_NAME = re.compile(r"[a-z]{2,}\.[a-z]{2,}([-_.][a-z0-9]+)*|[^@\s]+@[^@\s]+", re.IGNORECASE)
PEOPLE = frozenset(
    {"people", "person", "human", "humans", "staff", "engineers", "developers", "admins", "administrators"}
)
MACHINES = frozenset(
    {
        "api",
        "app",
        "apps",
        "backup",
        "bot",
        "ci",
        "cron",
        "deploy",
        "deployer",
        "export",
        "exporter",
        "github",
        "import",
    }
    | {
        "importer",
        "indexer",
        "integration",
        "jenkins",
        "job",
        "logs",
        "machine",
        "monitoring",
        "reader",
        "s3",
        "service",
    }
    | {"services", "smtp", "svc", "sync", "system", "terraform", "uploader", "uploads", "worker", "writer"}
)
# Keys of tags that say which software a thing belongs to.
SOFTWARE_TAGS = frozenset(
    {"application", "component", "project", "repository", "service", "source", "system", "terraformdeployment"}
)


class Kind(StrEnum):
    """Whose an IAM user is."""

    PERSON = "person"
    MACHINE = "machine"
    UNCLEAR = "unclear"

    @property
    def label(self) -> str:
        """Return the kind as pages say it."""
        return LABELS[self]


LABELS = {
    Kind.PERSON: "Probably a person's",
    Kind.MACHINE: "Probably a machine's",
    Kind.UNCLEAR: "Not clear whether a person's or a machine's",
}


@dataclass(frozen=True, slots=True)
class Likeness:
    """What an IAM user looks like, and the signs that say so; of signs that contradict each other, all."""

    kind: Kind
    reasons: tuple[Sentence, ...]


def kind_of(facts: CandidateFacts) -> Likeness:
    """Return whether the IAM user is a person's or a machine's; unclear where signs are missing or at odds.

    To have no console password is a sign too, and a weak one: many people have none. Alone it decides nothing.
    """
    people, machines = tuple(_of_a_person(facts)), tuple(_of_a_machine(facts))
    if people and not machines:
        return Likeness(Kind.PERSON, people)
    weak = (Sentence("It has no console password."),) if facts.password_enabled is False else ()
    if machines and not people:
        return Likeness(Kind.MACHINE, (*machines, *weak))
    return Likeness(Kind.UNCLEAR, (*people, *machines, *weak))


def _of_a_person(facts: CandidateFacts) -> Iterator[Sentence]:
    held = {credential.kind for credential in facts.other_credentials}
    if facts.password_enabled or CredentialKind.LOGIN_PROFILE in held:
        yield Sentence("It has a console password.")
    if facts.password_last_used_at:
        yield Sentence("Somebody signed in to the console with it {at:ago}.", {"at": facts.password_last_used_at})
    if facts.mfa_active or CredentialKind.MFA_DEVICE in held:
        yield Sentence("It has an MFA device.")
    if PERSONAL_NAME.fullmatch(facts.user_name):
        yield Sentence("Its name reads like a person's.")
    yield from _words_in(facts, PEOPLE)


def _of_a_machine(facts: CandidateFacts) -> Iterator[Sentence]:
    for case in special_cases(facts):
        yield Sentence(f"It looks like {case.name}.")
    if not PERSONAL_NAME.fullmatch(facts.user_name):
        found = sorted(MACHINES & set(words_of(facts.user_name)))
        if found:
            yield Sentence(f"Its name has the word {' and '.join(found)}.")
    yield from _words_in(facts, MACHINES)
    for key in sorted(facts.tags):
        if re.sub(r"[-_ ]", "", key).lower() in SOFTWARE_TAGS:
            yield Sentence(plain(f"Its tag {key} names software."))


def words_of(name: str) -> list[str]:
    """Return the words of a name, in small letters: "svc-Fastly.logs" gives svc, fastly, logs."""
    return [word for word in re.split(r"[^a-z0-9]+", name.lower()) if word]


def _words_in(facts: CandidateFacts, words: frozenset[str]) -> Iterator[Sentence]:
    """Yield what path and groups say, where they have one of these words."""
    if words & set(words_of(facts.path)):
        yield Sentence(plain(f"Its path is {facts.path}."))
    for group in facts.groups:
        if words & set(words_of(group)):
            yield Sentence(plain(f"It is in the group {group}."))

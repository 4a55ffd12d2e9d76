"""Make a person who may sign in, change what they may do, or take their sign-in away."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from iamdash.models import AccessLevel, Claim, IamUser, Membership, Person, Team
from iamdash.models.journal import record
from iamdash.organisation.email import checked_email
from iamdash.standing.assess import Cause, assess

ACTOR = "create_person"
REVOKER = "revoke_sign_in"
LONGEST_NAME = 200


class NotAPerson(Exception):  # noqa: N818  raised as it is said: this is not a person who could sign in
    """What was given cannot become a person; the message says what to correct."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who somebody should be. None leaves as it is what is there: a name, a password, the teams."""

    email: str
    access_level: AccessLevel
    full_name: str | None = None
    password: str | None = None
    team_slugs: Collection[str] | None = None


@transaction.atomic
def make_person(wanted: Wanted, *, now: datetime) -> tuple[Person, str]:
    """Make or update the person of this e-mail address, who may sign in from then on. Raises NotAPerson.

    Return them, and what they were: "made", "updated" or "let in again".
    """
    try:
        email = checked_email(wanted.email)
        full_name = None if wanted.full_name is None else _checked_name(wanted.full_name)
        teams = None if wanted.team_slugs is None else _teams(wanted.team_slugs)
    except ValueError as error:
        raise NotAPerson(str(error)) from error
    person = Person.objects.select_for_update().filter(email=email).first() or Person(email=email)
    is_new = person.pk is None
    told = "made" if is_new else "updated" if person.is_active else "let in again"
    renamed = not is_new and full_name not in {None, person.full_name}
    person.access_level, person.is_active = wanted.access_level, True
    if full_name is not None:
        person.full_name = full_name
    _set_password(person, wanted.password, is_new=is_new)
    person.save()
    if teams is not None:
        Membership.objects.filter(person=person).exclude(team__in=teams).delete()
        for team in teams:
            team.admit(person)
    _tell(person, told, now=now)
    if renamed:
        _assess_what_names(person, now)
    return person, told


@transaction.atomic
def revoke_sign_in(email: str, *, now: datetime) -> tuple[Person, int]:
    """Let somebody sign in no more; return them, and how many claims of theirs stand. Raises NotAPerson.

    Their password is gone, and with it every session, at once and for good. Saying it again changes nothing.
    """
    person = Person.objects.select_for_update().filter(email=email.lower()).first()
    if person is None:
        raise NotAPerson(f"There is nobody with the e-mail address {email!r:.80}.")
    if person.is_active:
        person.is_active = False
        # Another unusable password each time: sessions hold a hash of it.
        person.set_unusable_password()
        person.save(update_fields=["is_active", "password"])
        sentence = f"{person.email} may no longer sign in."
        record(at=now, actor=REVOKER, kind="person.sign_in_revoked", sentence=sentence, subject=person.email)
    return person, Claim.objects.filter(person=person, ended_at=None).count()


def _checked_name(name: str) -> str:
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"A name is one line of at most {LONGEST_NAME} characters.")
    return name.strip()


def _teams(slugs: Collection[str]) -> list[Team]:
    known = Team.objects.filter(in_config=True).in_bulk()
    for slug in slugs:
        if slug not in known:
            choice = ", ".join(sorted(known)) or "none yet: run load_config first"
            raise ValueError(f"There is no team {slug!r}. Known teams: {choice}.")
    return [known[slug] for slug in slugs]


def _set_password(person: Person, password: str | None, *, is_new: bool) -> None:
    if password is None:
        if is_new:
            person.set_unusable_password()
        return
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise NotAPerson(" ".join(error.messages)) from None
    person.set_password(password)


def _tell(person: Person, told: str, *, now: datetime) -> None:
    teams = sorted(person.teams.values_list("slug", flat=True))
    record(
        at=now,
        actor=ACTOR,
        kind="person.created" if told == "made" else "person.updated",
        sentence=f"{person.email} was {told}, with {person.access_level} access.",
        subject=person.email,
        after={"access_level": person.access_level, "teams": teams},
    )


def _assess_what_names(person: Person, now: datetime) -> None:
    """Assess anew the candidates whose answer holds this person's name."""
    named = IamUser.objects.filter(
        Q(candidate__claims__person=person) | Q(candidate__replacements__linked_by=person)
    ).distinct()
    assess(list(named.values_list("pk", flat=True)), now=now, cause=Cause.PEOPLE, actor=ACTOR)

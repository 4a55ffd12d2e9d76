"""What the rows of a spreadsheet speak of: candidates, teams and people, found as people write them."""

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Lower

from iamdash.candidates.actions import Refused
from iamdash.candidates.actions.change import is_deleted
from iamdash.candidates.spreadsheet.columns import NAMING, Columns
from iamdash.candidates.spreadsheet.sheet import Line
from iamdash.models import AccessKey, Candidate, IamUser, Person, Team
from iamdash.rules.owners.teams import plainly
from iamdash.standing.teams import teams

AT_ONCE = 1000
WHOSE = {"arn": "arn", "key_id": "access_keys__access_key_id"}


@dataclass(frozen=True, slots=True)
class Row:
    """How a row names its IAM user. `keys`: access key IDs; `account`: ID or name, "" where it says none."""

    user_name: str
    arn: str
    keys: tuple[str, ...]
    account: str

    @property
    def words(self) -> str:
        """Return it as it is written."""
        return self.user_name or self.arn or " ".join(self.keys)


def row_of(line: Line, columns: Columns, *, account: str) -> Row:
    """Return how a row names its IAM user. `account`: where the row names none.

    An ARN or an access key ID is known by its form, also in another column.
    """
    name, arn, keys = (columns.cell(line, meaning) for meaning in NAMING)
    if name.startswith("arn:"):
        name, arn = "", arn or name
    if re.fullmatch(r"AKIA[A-Z0-9]{12,124}", name):
        name, keys = "", keys or name
    return Row(name, arn, tuple(re.split(r"[\s,;]+", keys)) if keys else (), columns.cell(line, "account") or account)


class IamUsers:
    """The IAM users that any row may mean, read at once."""

    def __init__(self, rows: Collection[Row]) -> None:
        """Read them, a thousand rows at a time."""
        self.found: dict[int, IamUser] = {}
        self.by_key: dict[str, int] = {}
        listed = list(rows)
        for start in range(0, len(listed), AT_ONCE):
            some = listed[start : start + AT_ONCE]
            keys = AccessKey.objects.filter(access_key_id__in={key for row in some for key in row.keys})
            by_key = dict(keys.values_list("access_key_id", "iam_user"))
            meant = Q(lower__in={row.user_name.lower() for row in some if row.user_name})
            meant |= Q(arn__in={row.arn for row in some if row.arn}) | Q(pk__in=by_key.values())
            users = IamUser.objects.annotate(lower=Lower("user_name")).filter(meant).select_related("aws_account")
            self.by_key |= by_key
            self.found |= users.in_bulk()
        self.by_name: dict[str, list[IamUser]] = {}
        self.by_arn: dict[str, list[IamUser]] = {}
        for user in self.found.values():
            self.by_name.setdefault(user.user_name.lower(), []).append(user)
            self.by_arn.setdefault(user.arn, []).append(user)

    def of(self, row: Row) -> IamUser:
        """Return the IAM user that a row means. Raises Refused where it is unknown, or more than one could be meant."""
        told = [self.by_name.get(row.user_name.lower(), [])] if row.user_name else []
        told += [self.by_arn.get(row.arn, [])] if row.arn else []
        told += [[self.found[self.by_key[key]]] if key in self.by_key else [] for key in row.keys]
        if not told:
            raise Refused("The row names no IAM user.")
        if not all(told):
            raise Refused(f"No IAM user that iamdash has read is known by {row.words}.")
        possible = [user for user in told[0] if all(user in each for each in told[1:])]
        if not possible:
            raise Refused("Its name, ARN and access key IDs belong to different IAM users.")
        return _the_one(row, [user for user in possible if _is_in(user, row.account)], possible)


def _is_in(user: IamUser, account: str) -> bool:
    return not account or account.casefold() in {user.aws_account_id, user.aws_account.name.casefold()}


def _the_one(row: Row, here: list[IamUser], anywhere: list[IamUser]) -> IamUser:
    if not here:
        raise Refused(f"{row.words} is not in the AWS account {row.account}, but in {_accounts(anywhere)}.")
    if len({user.aws_account_id for user in here}) > 1:
        raise Refused(
            f"{row.words} is in more than one AWS account: {_accounts(here)}. Add a column that names the account."
        )
    # A name that was used again: meant is the IAM user that is there now, or was last.
    return max(here, key=lambda user: (user.gone_at is None, user.created_at, user.pk))


def _accounts(users: list[IamUser]) -> str:
    return ", ".join(sorted({f"{user.aws_account_id} ({user.aws_account.name})" for user in users}))


def candidate_of(user: IamUser) -> Candidate:
    """Return the candidate of an IAM user. Raises Refused where it is none, or nothing can be said of it any more."""
    candidate = Candidate.objects.filter(iam_user=user).select_related("iam_user", "closed_by").first()
    if candidate is None:
        raise Refused(f"{user.user_name} is no candidate: no rule makes it one yet.")
    if candidate.closed_by:
        raise Refused(f"Candidate {candidate.pk} was closed by {candidate.closed_by}.")
    if is_deleted(candidate):
        raise Refused(f"{user.user_name} is proved gone from AWS: there is nothing left to import.")
    return candidate


class Owners:
    """The teams and people that rows may name."""

    def __init__(self) -> None:
        """Read them: they are few beside the rows."""
        self.teams = teams()
        self.rows = Team.objects.in_bulk()
        self.people: dict[str, list[Person]] = {}
        for person in Person.objects.prefetch_related("teams"):
            for name in {person.email, plainly(person.full_name)} - {""}:
                self.people.setdefault(name, []).append(person)

    def team(self, words: str) -> Team:
        """Return the team of this slug, name or alias. Raises Refused, naming the nearest, where none is called so."""
        team = self.teams.called(words)
        if team:
            return self.rows[team.slug]
        near = difflib.get_close_matches(plainly(words)[:60], self.teams.by_writing, n=1)
        meant = f" The nearest is {self.teams.by_writing[near[0]].slug}." if near else ""
        raise Refused(f"No team is called {words}.{meant}")

    def person(self, words: str) -> Person:
        """Return who has this e-mail address or full name. Raises Refused."""
        people = self.people.get(words.lower()) or self.people.get(plainly(words)) or []
        if len(people) != 1:
            many = f"{len(people)} people are" if people else "Nobody here is"
            raise Refused(f"{many} known as {words}. Give the e-mail address with which they sign in.")
        return people[0]

    def whose(self, team_words: str, person_words: str) -> tuple[Team, Person | None]:
        """Return the team and the person that a row names; a team in the person's column is one. Raises Refused."""
        if not team_words and self.teams.called(person_words) and not self.people.get(person_words.lower()):
            return self.team(person_words), None
        team = self.team(team_words) if team_words else None
        person = self.person(person_words) if person_words else None
        if team:
            return team, person
        theirs = [each for each in (person.teams.all() if person else ()) if each.in_config]
        if len(theirs) != 1:
            how_many = "more than one team" if theirs else "no team"
            raise Refused(f"{person} is in {how_many}. Name the team that answers for it.")
        return theirs[0], person

"""Rows of a spreadsheet, placed: each cell an ordinary action by the person who imports, journalled as such.

What is so already changes nothing: the same file twice is the same as once. What cannot be placed stops nothing else.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from iamdash.candidates import actions
from iamdash.candidates.actions import AlreadyClaimed, Refused
from iamdash.candidates.actions.address import checked_address
from iamdash.candidates.actions.change import require, storable
from iamdash.candidates.actions.holding import hold, holder
from iamdash.candidates.spreadsheet.columns import Columns
from iamdash.candidates.spreadsheet.found import IamUsers, Owners, Row, candidate_of, row_of
from iamdash.candidates.spreadsheet.sheet import Line, Sheet
from iamdash.models import AccessLevel, Candidate, Note, Person
from iamdash.rules.sentence import day_in_words
from iamdash.standing.assess import lock


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to read cells: `account` where a row names none, what goes before a ticket's number, the form of dates."""

    account: str = ""
    ticket_prefix: str = ""
    date_format: str = "%Y-%m-%d"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one row. `candidate`: None where none was found; `changes`, `problems`: in words."""

    line: int
    said: str
    candidate: Candidate | None
    changes: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def result(self) -> str:
        """Return it in short."""
        if self.problems:
            return "partly placed" if self.changes else "not placed"
        return "changed" if self.changes else "nothing to change"


# Makes one cell so, and returns what changed in words, "" where it was so already. Raises Refused.
Deed = Callable[[Candidate], str]


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports which columns, and how."""

    columns: Columns
    wanted: Wanted
    owners: Owners
    by: Person
    now: datetime

    def deeds(self, line: Line) -> Iterator[tuple[str, Deed]]:
        """Yield each cell that says something, and what it asks for."""
        team, person, note, ticket, due = (
            self.columns.cell(line, meaning) for meaning in ("team", "person", "note", "ticket", "due")
        )
        if team or person:
            yield "owner", lambda candidate: self._owner(candidate, team, person)
        if note:
            yield "note", lambda candidate: self._note(candidate, note)
        for each in ticket.split():
            yield "ticket", lambda candidate, each=each: self._ticket(candidate, each)  # type: ignore[misc]
        if due:
            yield "due date", lambda candidate: self._due(candidate, due)

    def _owner(self, candidate: Candidate, team_words: str, person_words: str) -> str:
        """Claim for whoever imports, where the row names nobody else; who is another has to be assigned by a lead."""
        team, named = self.owners.whose(team_words, person_words)
        person = named or self.by
        [held] = hold([candidate.pk], now=self.now)
        if held.claim and (held.is_held_by(person, team) or (named is None and held.claim.team_id == team.pk)):
            return ""
        if held.claim:
            raise AlreadyClaimed(
                f"{holder(held.claim)} has claimed it; an import takes nothing over.", claim=held.claim
            )
        if person == self.by:
            actions.claim(candidate=candidate, team=team, by=self.by, now=self.now)
        else:
            actions.assign(candidate=candidate, team=team, person=person, by=self.by, now=self.now)
        return f"claimed for {team}, {person} answers for it"

    def _note(self, candidate: Candidate, note: str) -> str:
        if Note.objects.filter(candidate=candidate, body=storable(note, what="The note")).exists():
            return ""
        actions.write_note(candidate=candidate, body=note, by=self.by, now=self.now)
        return "note written"

    def _ticket(self, candidate: Candidate, ticket: str) -> str:
        url = checked_address(ticket if "://" in ticket else f"{self.wanted.ticket_prefix}{ticket}")
        if candidate.tracker_links.filter(url=url, removed_at=None).exists():
            return ""
        actions.link_tracker(candidate=candidate, url=url, by=self.by, now=self.now)
        return f"linked to {url}"

    def _due(self, candidate: Candidate, due: str) -> str:
        day = _day(due, self.wanted.date_format)
        if Candidate.objects.filter(pk=candidate.pk, due_on=day).exists():
            return ""
        actions.set_due_date(candidate=candidate, due_on=day, by=self.by, now=self.now)
        return f"due on {day_in_words(day)}"


def place(
    sheet: Sheet, columns: Columns, *, wanted: Wanted, by: Person, now: datetime, dry_run: bool = False
) -> Iterator[Outcome]:
    """Place row after row, and yield what came of each. Raises NotPermitted where `by` may change nothing at all.

    A dry run does the same in one transaction and takes it back, so that it tells exactly what would come of the file.
    """
    require(by, AccessLevel.ENGINEER, "import a spreadsheet")
    rows = [(line, row_of(line, columns, account=wanted.account)) for line in sheet.lines]
    users, importer = IamUsers([row for _line, row in rows]), Importer(columns, wanted, Owners(), by, now)
    if not dry_run:
        yield from (_placed(importer, users, line, row) for line, row in rows)
        return
    with transaction.atomic():
        # One transaction for all rows, whose order is the file's: everybody else locks by number.
        lock(users.found)
        outcomes = [_placed(importer, users, line, row) for line, row in rows]
        transaction.set_rollback(True)
    yield from outcomes


def _placed(importer: Importer, users: IamUsers, line: Line, row: Row) -> Outcome:
    try:
        if len(line.cells) > len(importer.columns.header):
            raise Refused("It has more cells than there are columns: a quotation mark is missing.")
        candidate = candidate_of(users.of(row))
    except Refused as refused:
        return Outcome(line.number, row.words, None, (), (refused.sentence,))
    changes, problems = [], []
    for what, deed in importer.deeds(line):
        try:
            with transaction.atomic():
                changed = deed(candidate)
        except Refused as refused:
            problems.append(f"{what}: {refused.sentence}")
        else:
            changes += [changed] if changed else []
    return Outcome(line.number, row.words, candidate, tuple(changes), tuple(problems))


def _day(text: str, form: str) -> date:
    try:
        # A day has no time zone.
        return datetime.strptime(text, form).date()  # noqa: DTZ007
    except ValueError:
        example = date(2027, 12, 31).strftime(form)
        raise Refused(f"{text} is no date as expected, such as {example} for 31 December 2027.") from None

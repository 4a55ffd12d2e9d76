"""Which column of a spreadsheet means what: as the flags say, else by its name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from iamdash.candidates.export import FORMULA_STARTS
from iamdash.candidates.spreadsheet.sheet import Line, Sheet, UnusableFile

# What a column may mean, in words, and the names by which it is known without a flag, as `_plainly` writes them.
MEANINGS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "user_name": ("the IAM user's name", ("username", "iamuser", "iamusername", "awsuser", "user")),
    "arn": ("its ARN", ("arn", "userarn", "iamuserarn")),
    "key_id": ("an access key ID", ("accesskeyids", "accesskeyid", "accesskey", "keyid", "key")),
    "account": ("the AWS account", ("accountid", "awsaccountid", "awsaccount", "account", "accountname")),
    "team": ("the team", ("ownerteam", "team", "owningteam", "squad")),
    "person": ("who answers for it", ("claimedby", "owner", "person", "contact", "email", "owneremail", "assignee")),
    "note": ("a note", ("note", "notes", "comment", "comments", "remarks")),
    "ticket": ("its ticket", ("ticket", "tickets", "ticketurl", "issue", "link", "jira")),
    "due": ("the due date", ("due", "dueon", "duedate", "deadline", "targetdate")),
}
NAMING = ("user_name", "arn", "key_id")
SAYING = ("team", "person", "note", "ticket", "due")


@dataclass(frozen=True, slots=True)
class Columns:
    """The place of each meaning that the sheet has, and its header."""

    places: Mapping[str, int]
    header: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        """Return a line for each column, in words; what is not read last."""
        known = [f"{MEANINGS[meaning][0]}: column “{self.header[place]}”" for meaning, place in self.places.items()]
        unread = [name for place, name in enumerate(self.header) if name and place not in self.places.values()]
        return [*known, *([f"not read: {', '.join(unread)}"] if unread else [])]

    def cell(self, line: Line, meaning: str) -> str:
        """Return what a row says, "" where nothing; the apostrophe of a neutralised formula is not part of it."""
        place = self.places.get(meaning)
        text = "" if place is None or place >= len(line.cells) else line.cells[place]
        return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def columns_of(sheet: Sheet, named: Mapping[str, str]) -> Columns:
    """Return which column means what. `named`: meaning and header, as the flags say. Raises UnusableFile.

    What a flag names is named by its flag alone; of several columns with a known name the better known one counts.
    """
    places = {meaning: _place(sheet.header, name) for meaning, name in named.items()}
    plain = [_plainly(name) for name in sheet.header]
    for meaning, (_words, guesses) in MEANINGS.items():
        found = (plain.index(guess) for guess in guesses if guess in plain)
        place = next((place for place in found if place not in places.values()), None)
        if meaning not in places and place is not None:
            places[meaning] = place
    columns = Columns({meaning: places[meaning] for meaning in MEANINGS if meaning in places}, sheet.header)
    known = ", ".join(f"“{name}”" for name in sheet.header if name)
    if not columns.places.keys() & set(NAMING):
        raise UnusableFile(f"No column names IAM users. Say which: --user-name-column, of {known}.")
    if not columns.places.keys() & set(SAYING):
        raise UnusableFile(f"No column has anything to import. Say which: --team-column and so on, of {known}.")
    return columns


def _place(header: tuple[str, ...], name: str) -> int:
    places = [place for place, each in enumerate(header) if each.casefold() == name.strip().casefold()]
    if len(places) != 1:
        many = "more than one column" if places else "no column"
        raise UnusableFile(f"There is {many} “{name}”. The columns are: {', '.join(header)}.")
    return places[0]


def _plainly(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()

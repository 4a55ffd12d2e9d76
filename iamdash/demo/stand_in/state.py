"""What the stand-in remembers besides moto's own objects, and how it survives a restart."""

import pickle
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from iamdash.demo.stand_in import backends
from iamdash.demo.stand_in.clock import Clock
from iamdash.demo.stand_in.faults import Fault
from iamdash.demo.stand_in.organization import Member
from iamdash.demo.stand_in.paging import MOST_ITEMS
from iamdash.demo.stand_in.pods import Association
from iamdash.demo.stand_in.report import Report, RootUser
from iamdash.demo.stand_in.sessions import Session
from iamdash.demo.stand_in.usage import UsageBook

FILE_NAME = "stand-in.pickle"


@dataclass
class State:
    """Everything, in one place. `directory` None: nothing is kept."""

    directory: Path | None = None
    clock: Clock = field(default_factory=Clock)
    days_passed: int = 0
    usage: UsageBook = field(default_factory=UsageBook)
    sessions: dict[str, Session] = field(default_factory=dict)
    roots: dict[str, RootUser] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    report_seconds: float = 1.0
    most_on_a_page: int = MOST_ITEMS
    password_changed_at: dict[str, datetime] = field(default_factory=dict)
    associations: dict[str, Association] = field(default_factory=dict)
    organization: list[Member] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)

    def save(self) -> None:
        """Write everything to the directory: whole or not at all."""
        if self.directory is None:
            return
        unfinished = self.directory / f"{FILE_NAME}.new"
        unfinished.write_bytes(pickle.dumps((vars(self), backends.contents())))
        unfinished.replace(self.directory / FILE_NAME)

    def load(self) -> bool:
        """Read back what `save` wrote. Returns False where there is nothing yet."""
        if self.directory is None or not (self.directory / FILE_NAME).exists():
            return False
        # Our own file, in a directory of the demo: nobody else writes there.
        remembered, contents = pickle.loads((self.directory / FILE_NAME).read_bytes())  # noqa: S301
        vars(self).update({**remembered, "directory": self.directory})
        backends.restore(contents)
        return True

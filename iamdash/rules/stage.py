"""The six rungs of the ladder. Nobody sets a stage: it is computed from evidence (see `ladder`)."""

from enum import IntEnum


class Stage(IntEnum):
    """How far a candidate has come, in order."""

    IDENTIFIED = 1
    CLAIMED = 2
    ROLE_READY = 3
    SWITCHED_OVER = 4
    DEACTIVATED = 5
    DELETED = 6

    @property
    def slug(self) -> str:
        """Return the stage's name in addresses and exports, such as `role_ready`."""
        return self.name.lower()

    @property
    def label(self) -> str:
        """Return the stage's name on pages, such as "Role ready"."""
        return self.name.replace("_", " ").capitalize()

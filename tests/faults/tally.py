"""What a sample or a soak has tried."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """How much has been tried: how often each trouble came up, how runs ended, and what the story was."""

    stories: int = 0
    syncs: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)

    def line(self) -> str:
        """Return the closing line."""
        outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self.outcomes.items()))
        faults = ", ".join(f"{count} {kind}" for kind, count in sorted(self.faults.items()))
        return (
            f"{self.syncs} faulted syncs in {self.stories} stories, {self.faults.total()} faults ({faults}); "
            f"outcomes: {outcomes}"
        )

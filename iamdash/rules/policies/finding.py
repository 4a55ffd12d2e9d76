"""True, false or unknown, with the words that say why: the logic in which trust policies are judged."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`truth` None: unknown. `why` says what keeps it from being true, as the end of a sentence; else ""."""

    truth: bool | None
    why: str = ""


YES = Finding(truth=True)


def no(why: str = "") -> Finding:
    """Return a false finding."""
    return Finding(truth=False, why=why)


def unsure(why: str) -> Finding:
    """Return an unknown finding."""
    return Finding(truth=None, why=why)


def every(findings: Iterable[Finding]) -> Finding:
    """Return whether all are true: one false decides, and then one unknown."""
    found = list(findings)
    for truth in (False, None):
        for finding in found:
            if finding.truth is truth:
                return finding
    return YES


def some(findings: Iterable[Finding]) -> Finding:
    """Return whether one is true: one true decides, and then one unknown; else the false one that says most."""
    found = list(findings)
    for truth in (True, None):
        for finding in found:
            if finding.truth is truth:
                return finding
    return next((finding for finding in found if finding.why), no())


def negated(finding: Finding, why: str) -> Finding:
    """Return the opposite; `why` is said where that is false."""
    if finding.truth is None:
        return finding
    return no(why) if finding.truth else YES

"""The answer to "is this role ready for the route?", as the checks of the routes give it."""

from dataclasses import dataclass

from iamdash.rules.evidence import Holds
from iamdash.rules.policies.finding import Finding

LISTING = "iam:GetAccountAuthorizationDetails"
PODS = "eks:DescribePodIdentityAssociation"
CLUSTERS = "eks:DescribeCluster"


@dataclass(frozen=True, slots=True)
class Answer:
    """`words` end a sentence that begins with the role's name; `source` is the call that said so, "" the listing."""

    holds: Holds
    words: str
    cannot_see: str = ""
    source: str = ""


def answered(finding: Finding, words: str, *, cannot_see: str = "", source: str = "") -> Answer:
    """Return the answer that a finding means: `words` where it is true, and what stands in the way where it is not."""
    if finding.truth:
        return Answer(Holds.HOLDS, words, cannot_see, source)
    holds = Holds.UNKNOWN if finding.truth is None else Holds.FAILS
    return Answer(holds, finding.why, cannot_see, source)

"""Services of others that use AWS on our behalf, and how they can do so without a key: the list as the rules see it.

The list is data (`[[vendors]]`, and the one that comes with iamdash). A match by name is a hint, never a verdict.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Mechanism(StrEnum):
    """How a vendor gets at AWS. The value is what the file says and what is stored."""

    ROLE = "role"
    OIDC = "oidc"
    KEYS = "keys"
    BUCKET_POLICY = "bucket_policy"

    @property
    def words(self) -> str:
        """Return it as pages say it."""
        return WORDS[self]


WORDS = {
    Mechanism.ROLE: "A role that its account takes",
    Mechanism.OIDC: "A role by OpenID Connect",
    Mechanism.KEYS: "Access keys only",
    Mechanism.BUCKET_POLICY: "A bucket policy",
}


@dataclass(frozen=True, slots=True)
class VendorFacts:
    """One vendor as somebody checked it on a day. `principals`: its AWS accounts or ARNs; `issuer`: of its tokens.

    `pattern`: a regular expression for names, tags and descriptions. `external_id_required`: of a role's trust policy.
    """

    name: str
    pattern: str
    mechanism: Mechanism
    principals: tuple[str, ...]
    issuer: str
    external_id_required: bool
    documentation: str
    checked_on: date

    @property
    def account_ids(self) -> frozenset[str]:
        """Return the AWS accounts that are the vendor's."""
        return frozenset(found for principal in self.principals for found in re.findall(r"\b\d{12}\b", principal))

    @property
    def checked(self) -> str:
        """Return the end of a sentence: where this is written, and when somebody looked."""
        return f"as checked on {self.checked_on.day} {self.checked_on:%b %Y}: {self.documentation}"


def vendor_of_account(account_id: str, vendors: tuple[VendorFacts, ...]) -> VendorFacts | None:
    """Return whose AWS account this is, by the list."""
    return next((vendor for vendor in vendors if account_id in vendor.account_ids), None)


def vendor_of_issuer(host: str, vendors: tuple[VendorFacts, ...]) -> VendorFacts | None:
    """Return who issues the tokens of an OpenID Connect provider, by the list."""
    return next((vendor for vendor in vendors if vendor.issuer and host.startswith(vendor.issuer)), None)


def vendors_named(text: str, vendors: tuple[VendorFacts, ...]) -> Iterator[VendorFacts]:
    """Yield the vendors whose pattern is in a text."""
    return (vendor for vendor in vendors if re.search(vendor.pattern, text, re.IGNORECASE))

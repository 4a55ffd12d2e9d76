"""The vendors as the rules take them."""

from collections.abc import Iterable

from iamdash.models import Vendor
from iamdash.rules.vendors import Mechanism, VendorFacts


def vendors(rows: Iterable[Vendor]) -> tuple[VendorFacts, ...]:
    """Return these vendors."""
    return tuple(
        VendorFacts(
            name=vendor.name,
            pattern=vendor.pattern,
            mechanism=Mechanism(vendor.mechanism),
            principals=tuple(vendor.principals),
            issuer=vendor.issuer,
            external_id_required=vendor.external_id_required,
            documentation=vendor.documentation,
            checked_on=vendor.checked_on,
        )
        for vendor in rows
    )
